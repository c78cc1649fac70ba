"""How often a caller may ask: buckets, headers, and who counts as one caller."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI
from hypothesis import given
from hypothesis import strategies as st

from api import limits, problems
from api.edge import BodyLimits, Edge
from api.limits import Limit, site_of
from api.problems import Problem
from api.services import Services
from storage.unit_of_work import UnitOfWork

THREE = Limit(name="three", burst=3, every=timedelta(seconds=20))
OpenUnit = Callable[[], UnitOfWork]


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::", "2001:db8:1:2::"),
        ("2001:db8:1:3::", "2001:db8:1:3::"),
        ("::1", "::"),
        ("unknown", ""),
        ("", ""),
    ],
)
def test_who_counts_as_one(address: str, site: str) -> None:
    """An IPv4 address, however it is written; a whole /64 of IPv6; and all that is no address."""
    assert site_of(address) == site


@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_one_may_not_wander_about_in_a_network(address: Any, within: int) -> None:
    """Whatever the last 64 bits are, the site is the same, unless an IPv4 address is meant."""
    moved = type(address)(int(address) >> 64 << 64 | within)
    if address.ipv4_mapped is None and moved.ipv4_mapped is None:
        assert site_of(str(address)) == site_of(str(moved))


@pytest.mark.parametrize(
    ("burst", "every"),
    [(0, timedelta(1)), (1, timedelta(0)), (1, timedelta(days=2)), (25, timedelta(hours=1))],
)
def test_a_limit_that_can_not_be_kept_is_refused(burst: int, every: timedelta) -> None:
    """Buckets are forgotten after a day: one that is not full by then would be filled by that."""
    with pytest.raises(ValueError, match="within a day"):
        Limit(name="x", burst=burst, every=every)


async def test_tokens_run_out_and_come_back(unit_of_work: OpenUnit) -> None:
    """The headers tell how many are left and when all are there again; a refusal, when the next one is."""
    async with unit_of_work() as uow:
        left = [await THREE.spend(uow, "a") for _ in range(4)]
        assert [one.granted for one in left] == [True, True, True, False]
        assert left[0].headers() == {
            "ratelimit-policy": '"three";q=3;w=60',
            "ratelimit": '"three";r=2;t=20',
        }
        assert left[3].headers()["ratelimit"] == '"three";r=0;t=60'
        assert left[3].headers()["retry-after"] == "20"
        problem = left[3].problem()
        assert (problem.status, problem.params) == (429, {"seconds": 20, "minutes": 1})
        assert (await THREE.spend(uow, "b")).granted
        assert not (await THREE.spend(uow, "a", cost=0)).granted
        await (await uow.driver()).execute(
            "UPDATE rate_bucket SET refilled_at = refilled_at - interval '21 s'"
        )
        assert (await THREE.spend(uow, "a", cost=0)).granted
        assert (await THREE.spend(uow, "a")).granted
        assert not (await THREE.spend(uow, "a")).granted


async def test_what_is_refused_writes_nothing(unit_of_work: OpenUnit) -> None:
    """A flood leaves no dead rows behind: the row is as the last one granted left it."""

    async def version(uow: UnitOfWork) -> object:
        cursor = await (await uow.driver()).execute("SELECT ctid::text, xmin::text FROM rate_bucket")
        return await cursor.fetchall()

    async with unit_of_work() as uow:
        for _ in range(3):
            await THREE.spend(uow, "a")
        before = await version(uow)
        for _ in range(10):
            await THREE.spend(uow, "a")
        assert await version(uow) == before


async def test_many_at_once_get_no_more_than_there_is(unit_of_work: OpenUnit) -> None:
    """Also where the bucket is made by one of them while the others wait for it."""

    async def spend() -> bool:
        async with unit_of_work() as uow:
            spent = await THREE.spend(uow, "crowd")
            await asyncio.sleep(0)  # so that the others come while the bucket is held
            await uow.commit()
        assert spent.granted or spent.headers()["retry-after"]
        return spent.granted

    assert sum(await asyncio.gather(*(spend() for _ in range(20)))) == 3


async def test_names_do_not_meet(unit_of_work: OpenUnit) -> None:
    """One key in two limits is two buckets, and neither can be told from the other."""
    other = Limit(name="other", burst=1, every=timedelta(seconds=1))
    async with unit_of_work() as uow:
        assert (await other.spend(uow, "a")).granted
        assert (await THREE.spend(uow, "a")).granted
        rows: list[Any] = await (
            await (await uow.driver()).execute("SELECT name FROM rate_bucket")
        ).fetchall()
    assert len({name.rpartition(":")[2] for (name,) in rows}) == 2


@pytest.fixture
async def limited(services: Services) -> Callable[..., Any]:
    """Call a route with a limit by address."""
    app = FastAPI()
    app.state.services = services

    @app.get("/{how}")
    async def route(how: str, _: Annotated[None, Depends(limits.by_address(THREE))]) -> str:
        if how == "fails":
            raise Problem("forbidden", 403)
        return how

    problems.install(app)
    app.add_middleware(Edge, body=BodyLimits(size=1024))

    async def call(address: str | None, how: str = "works") -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(address, 1) if address else None)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://tindan.test") as session:
            return await session.get(f"/{how}")

    return call


async def test_a_route_may_be_limited_by_address(limited: Callable[..., Any]) -> None:
    """Every answer tells what is left, also one that failed, which counts as well."""
    answers = [await limited("203.0.113.7", how) for how in ("works", "fails", "works", "works")]
    assert [answer.status_code for answer in answers] == [200, 403, 200, 429]
    assert [answer.headers["ratelimit"][:11] for answer in answers] == [
        f'"three";r={n}' for n in (2, 1, 0, 0)
    ]
    assert answers[3].json()["type"] == "urn:tindan:problem:too-many-requests"
    assert 1 <= int(answers[3].headers["retry-after"]) <= 20
    assert (await limited("203.0.113.8")).status_code == 200


async def test_callers_without_an_address_share_a_limit(limited: Callable[..., Any]) -> None:
    """As behind a proxy that names nobody: a mistake of the operator's opens nothing."""
    answers = [await limited(address) for address in (None, "unknown", "-", None)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]

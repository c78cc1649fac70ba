"""The catalogue for phones that are offline: whole and in deltas, packed once, in the coding asked for."""

import asyncio
import gzip
import json
import random
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from api.procedures import bundle, bundle_making
from api.procedures.bundle import MOST_KEPT, Made, Shelf, Wanted
from api.procedures.bundle_fields import PackedProcedure, pack
from api.procedures.bundle_making import FEW, make
from api.procedures.bundle_packing import Coding, Packer, accepted_coding
from api.services import Services
from storage.procedures.bundle import BundleSource
from storage.procedures.record import Channel, Fee, Method, Procedure, TimeLimit
from storage.procedures.versions import Version, versions
from tests.api.procedure_examples import BIRTH, CODE, NO_REAL, PORTAL, REAL, Import, importer, real_catalogue

PATH = "/v1/procedures/bundle"
State = dict[str, Any]


def entry(number: int, name: str = "Thủ tục", **fields: Any) -> Procedure:
    """Make a procedure."""
    return Procedure(code=f"1.{number:06d}", name=name, **fields)


@pytest.fixture
def put(services: Services) -> Import:
    """Import procedures as the whole catalogue, and return its version."""
    return importer(services)


@pytest.fixture
def get(client: httpx.AsyncClient) -> Callable[..., Awaitable[Any]]:
    """Get a bundle."""

    async def run(**query: str | int) -> Any:
        answer = await client.get(PATH, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return run


@pytest.fixture
def in_force(services: Services) -> Callable[[], Awaitable[Version]]:
    """Return the version in force."""

    async def run() -> Version:
        async with services.reading() as reading:
            return (await versions(reading, limit=1))[0]

    return run


async def test_the_whole(put: Import, get):
    """Everything that is known of each procedure, and the version from which to go on."""
    await put(BIRTH, entry(2))
    found = await get()
    assert (found["version"], found["content"], found["since"], found["total"]) == (1, "full", None, 2)
    assert found["next"].startswith("1-")
    assert found["removed"] == []
    assert [one["c"] for one in found["procedures"]] == ["1.000002", CODE]
    assert (
        PackedProcedure.model_validate(found["procedures"][1]).model_dump(by_alias=False)
        == BIRTH.model_dump()
    )


async def test_what_search_needs(put: Import, get):
    """Names, codes, fields, levels, limits and amounts; nothing of what is read once it is found."""
    fees = (Fee(amount=8000, note="Bản sao"), Fee(note="Theo biểu"))
    way = Method(channel=Channel.ONLINE, limit=TimeLimit(text="7 (khác)"), fees=fees, note="Dài")
    await put(BIRTH.model_copy(update={"methods": (way,), "province": "01", "keywords": ("con",)}))
    (found,) = (await get(content="search"))["procedures"]
    assert found == {
        "c": CODE,
        "n": "Đăng ký khai sinh",
        "f": "Hộ tịch",
        "a": "Ủy ban nhân dân cấp xã",
        "ap": "Bộ Tư pháp",
        "l": ["commune"],
        "v": "01",
        "w": ["citizen", "other"],
        "o": "full",
        "k": ["con"],
        "m": [{"c": "online", "l": {"t": "7 (khác)"}, "f": [{"a": 8000}, {}]}],
    }


async def test_before_the_first_import(get):
    """It is an empty one, from which one can go on."""
    found = await get()
    assert (found["version"], found["imported_at"], found["procedures"], found["total"]) == (0, None, [], 0)
    assert (await get(since=found["next"]))["procedures"] == []


async def test_what_changed_since(put: Import, get):
    """What came, changed and went after a version, named by its number or by what the bundle said."""
    await put(entry(1), entry(2), entry(3))
    first = await get(content="search")
    await put(entry(1), entry(2, "Khác"), entry(4))
    for since in (first["next"], 1):
        found = await get(content="search", since=since)
        assert (found["version"], found["since"], found["removed"]) == (2, 1, ["1.000003"])
        assert [one["c"] for one in found["procedures"]] == ["1.000002", "1.000004"]
    again = await get(content="search", since=found["next"])
    assert (again["procedures"], again["removed"], again["next"]) == ([], [], found["next"])
    assert len((await get(since=0))["procedures"]) == 3


def applied(held: State, told: dict[str, Any]) -> State:
    """Apply a bundle to what a phone holds, as its description says."""
    state = dict(held) if told["since"] is not None else {}
    state |= {one["c"]: one for one in told["procedures"]}
    for code in told["removed"]:
        state.pop(code, None)
    return state


@pytest.mark.parametrize("seed", range(6))
async def test_a_delta_makes_of_the_old_what_the_new_one_is(put: Import, get, seed: int):
    """After random imports, from every version to the last, in both contents."""
    draw = random.Random(seed)
    held: dict[str, list[tuple[str, State]]] = {"search": [], "full": []}
    whole: dict[str, dict[str, Any]] = {}
    for _ in range(6):
        numbers = draw.sample(range(8), draw.randint(0, 8))
        fields = [draw.choice([{}, {"conditions": "Có"}, {"field": "Hộ tịch"}]) for _ in numbers]
        await put(*(entry(n, draw.choice("AB"), **more) for n, more in zip(numbers, fields, strict=True)))
        for content, states in held.items():
            whole[content] = await get(content=content)
            states.append((whole[content]["next"], applied({}, whole[content])))
    for content, states in held.items():
        for since, state in states:
            told = await get(content=content, since=since)
            now = applied(state, told)
            assert now == applied({}, whole[content])
            assert (told["next"], told["total"]) == (whole[content]["next"], len(now))


@pytest.mark.parametrize(
    "since", ["3", "2-000000000000", "x", "-1", "1e3", "", "2-", "99999999999999999999", "٣", "1;--", "2.0"]
)
async def test_states_that_never_were(put: Import, client: httpx.AsyncClient, since: str):
    """Future, forged and senseless ones are told to take the whole, and nobody keeps that answer."""
    await put(entry(1))
    await put(entry(2))
    answer = await client.get(PATH, params={"since": since})
    assert (answer.status_code, answer.json()["type"]) == (410, "urn:tindan:problem:bundle-version-unknown")
    assert "tải toàn bộ" in answer.json()["detail"]
    assert answer.headers["cache-control"] == "no-store"


async def test_a_state_of_another_content_is_none_of_this(put: Import, get, client: httpx.AsyncClient):
    """What holds names alone would be left with them."""
    await put(entry(1))
    token = (await get(content="search"))["next"]
    assert (await client.get(PATH, params={"since": token, "content": "full"})).status_code == 410
    assert (await client.get(PATH, params={"content": "all"})).status_code == 422


async def test_an_older_form_is_taken_anew(
    put: Import, get, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    """Who holds records under other keys than those of this release would be left with most of them."""
    await put(entry(1))
    token = (await get())["next"]
    assert (await client.get(PATH, params={"since": token})).status_code == 200
    monkeypatch.setattr(bundle, "_FORM", b"another")
    assert (await client.get(PATH, params={"since": token})).status_code == 410


async def test_a_database_that_was_put_back(put: Import, services: Services, get, client: httpx.AsyncClient):
    """Counts anew: the same number for another catalogue is found out."""
    await put(entry(1))
    token = (await get())["next"]
    async with services.unit_of_work() as uow:
        await (await uow.driver()).execute(
            "TRUNCATE procedure_revision, catalogue_version, procedure CASCADE"
        )
        await uow.commit()
    await put(entry(2))
    assert (await client.get(PATH, params={"since": token})).status_code == 410
    assert [one["c"] for one in (await get())["procedures"]] == ["1.000002"]


async def test_the_bundle_need_not_travel_twice(put: Import, client: httpx.AsyncClient):
    """Its tag holds until the catalogue moves, and is another one for other contents and deltas."""
    await put(entry(1))
    queries = ({}, {"content": "search"}, {"since": 1}, {"since": 0})
    tags = [(await client.get(PATH, params=query)).headers["etag"] for query in queries]
    assert len({*tags}) == len(tags)
    again = await client.get(PATH, headers={"if-none-match": tags[0]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tags[0])
    assert again.headers["cache-control"] == "public, max-age=300"
    assert again.headers["vary"] == "accept-encoding"
    await put(entry(2))
    assert (await client.get(PATH, headers={"if-none-match": tags[0]})).status_code == 200


UNPACK = {"gzip": gzip.decompress, "deflate": zlib.decompress, None: bytes}


@pytest.mark.parametrize(
    ("accepted", "coding"), [("gzip, deflate, br", "gzip"), ("deflate", "deflate"), ("identity", None)]
)
async def test_it_comes_packed(put: Import, client: httpx.AsyncClient, accepted: str, coding: str | None):
    """As it is asked for, with its true length, and the same unpacked."""
    await put(*(entry(n, f"Thủ tục {n}" * 50) for n in range(300)))
    async with client.stream("GET", PATH, headers={"accept-encoding": accepted}) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers.get("content-encoding") == coding
    assert int(answer.headers["content-length"]) == len(raw)
    assert len(json.loads(UNPACK[coding](raw))["procedures"]) == 300


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        *(("", "identity"), ("gzip", "gzip"), ("GZIP;Q=1", "gzip"), ("*", "gzip"), ("br", "identity")),
        *(
            ("gzip;q=0.5, deflate", "deflate"),
            ("gzip;q=0, *", "deflate"),
            ("gzip;q=0, deflate;q=0", "identity"),
        ),
        *(("gzip;q=x", "identity"), ("*;q=0", "identity"), (",;,", "identity"), ("gzip;q=nan", "identity")),
    ],
)
def test_which_coding(header: str, coding: Coding):
    """The one that weighs most, and none that is refused."""
    assert accepted_coding(header) == coding


@given(st.lists(st.text()), st.integers(0, 300_000))
def test_what_is_packed_comes_out_again(texts: list[str], zeros: int):
    """In every coding, with the length that is told, a bit at a time however much it was packed."""
    packer = Packer()
    packer.add(texts)
    packer.add(["0" * zeros])
    packed, whole = packer.finish(), ("".join(texts) + "0" * zeros).encode()
    for coding, unpack in (("gzip", gzip.decompress), ("deflate", zlib.decompress), ("identity", bytes)):
        slices = list(packed.slices(coding))
        assert unpack(b"".join(slices)) == whole
        assert packed.length(coding) == sum(map(len, slices))
        assert max(map(len, slices)) <= 65536


async def test_it_is_made_once(put: Import, services: Services, in_force):
    """However many ask at the same time, and as long as it is in force; then the old ones go."""
    await put(entry(1))
    shelf, version, asked = Shelf(), await in_force(), []

    async def making(wanted: Wanted) -> Made:
        asked.append(wanted)
        return await make(wanted, services.reading, services.settings.storage)

    whole = Wanted(content="full", since=None)
    made = await asyncio.gather(*(shelf.take(whole, version, making) for _ in range(5)))
    assert asked == [whole]
    assert all(one is made[0] for one in made)
    await put(entry(2))
    newer = await shelf.take(whole, await in_force(), making)
    assert newer.version == await in_force()
    assert len(asked) == 2
    assert await shelf.take(whole, await in_force(), making) is newer
    late = await shelf.take(whole, version, making)
    assert late.version == newer.version, "who asks for one that is no more gets the one that is"


async def test_a_long_one_is_made_by_another_process(
    put: Import, get, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    """Nothing of it is packed here, and it is the same as what is made here; a short delta is made here."""
    many = [entry(number, f"Thủ tục {number}") for number in range(FEW + 1)]
    await put(*many)
    packed_here = []

    def packing(record: str, content: str) -> str:
        packed_here.append(record)
        return pack(record, content)

    monkeypatch.setattr(bundle_making, "pack", packing)
    for content in ("full", "search"):
        whole = await get(content=content)
        assert (packed_here, whole["total"]) == ([], FEW + 1)
        assert [one["n"] for one in whole["procedures"]] == [one.name for one in many]
    await put(*many[1:], entry(FEW + 1))
    delta = await get(since=1)
    assert (len(packed_here), len(delta["procedures"]), len(delta["removed"])) == (1, 1, 1)
    monkeypatch.setattr(bundle_making, "FEW", FEW + 1)
    here = await get(since=0)
    assert (len(packed_here), here["next"]) == (FEW + 2, delta["next"])
    assert here["procedures"][:-1] == (await get())["procedures"][:-1]


async def test_a_process_that_fails(put: Import, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch):
    """Who asks is told to come again, and the next is served."""
    await put(*(entry(number) for number in range(FEW + 1)))
    with monkeypatch.context() as broken, capture_logs() as logs:
        broken.setattr(bundle_making, "__name__", "tests.no_such_module")
        answer = await client.get(PATH)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["bundle_not_made"]
    assert (await client.get(PATH)).status_code == 200


async def test_the_whole_waits_for_no_delta(put: Import, services: Services, in_force):
    """However many of them are asked for, and however long they take; deltas wait for each other."""
    await put(entry(1))
    shelf, version = Shelf(), await in_force()
    begun, go_on, at_once = asyncio.Event(), asyncio.Event(), []

    async def making(wanted: Wanted) -> Made:
        if wanted.since is not None:
            at_once.append(wanted.since)
            begun.set()
            await go_on.wait()
        return await make(wanted, services.reading, services.settings.storage)

    deltas = [
        asyncio.create_task(shelf.take(Wanted(content="full", since=since), version, making))
        for since in range(3)
    ]
    await begun.wait()
    async with asyncio.timeout(30):
        whole = await shelf.take(Wanted(content="full", since=None), version, making)
    assert (whole.version, len(at_once)) == (version, 1)
    go_on.set()
    assert [made.version for made in await asyncio.gather(*deltas)] == [version] * 3


async def test_few_are_kept(put: Import, services: Services, in_force):
    """Those that were asked for last."""
    for number in range(MOST_KEPT + 2):
        await put(entry(number))
    shelf, version = Shelf(), await in_force()

    async def making(wanted: Wanted) -> Made:
        return await make(wanted, services.reading, services.settings.storage)

    whole = Wanted(content="search", since=None)
    first = await shelf.take(whole, version, making)
    for since in range(MOST_KEPT + 2):
        await shelf.take(Wanted(content="search", since=since), version, making)
        assert await shelf.take(whole, version, making) is first
    assert len(shelf._kept) == MOST_KEPT


async def test_it_is_of_one_moment(put: Import, services: Services):
    """What an import commits while one is being made is in none of its parts."""
    await put(entry(1), entry(2))
    async with services.reading() as reading:
        source = BundleSource(reading)
        assert (version := await source.version())
        await put(entry(2, "Khác"), entry(3))
        records = [record async for some in source.records(None, at_once=1) for record in some]
        assert (version.number, [json.loads(record)["code"] for record in records]) == (
            1,
            ["1.000001", "1.000002"],
        )
        assert json.loads(records[1])["name"] == "Thủ tục"
        assert await source.removed(0) == []


async def test_rows_of_an_older_release(services: Services, get):
    """What was written before there were versions is in the whole, and is never kept."""
    for code in ("1.000001", "1.000002"):
        async with services.unit_of_work() as uow:
            await (await uow.driver()).execute(
                "INSERT INTO procedure (code, name) VALUES (%s, 'Cũ')", (code,)
            )
            await uow.commit()
        assert (await get())["procedures"][-1] == {"c": code, "n": "Cũ"}


def test_fields_of_a_newer_release_are_left_out():
    """While both run, one reads what the other wrote."""
    record = '{"code": "1.000001", "name": "A", "new": 1, "papers": [{"name": "B", "newer": [2]}]}'
    assert json.loads(pack(record, "full")) == {"c": "1.000001", "n": "A", "p": [{"n": "B"}]}


async def test_hostile_texts_are_carried(put: Import, get):
    """Whatever a text holds."""
    name = '"\\\u2028</script>\x7f\U0001f600'
    await put(entry(1, name, extra={"a": [{"b": None}]}, portal_url=PORTAL))
    (found,) = (await get())["procedures"]
    assert (found["n"], found["x"]) == (name, {"a": [{"b": None}]})


@pytest.mark.skipif(not REAL.exists(), reason=NO_REAL)
def test_the_real_catalogue():
    """All of it comes out as it went in, and is small enough to be fetched over a slow line."""
    given, sizes = real_catalogue(), {}
    for content in ("search", "full"):
        packer = Packer()
        for procedure in given:
            packed = pack(procedure.model_dump_json(exclude_defaults=True), content)
            packer.add((packed, ","))
            back = PackedProcedure.model_validate_json(packed)
            assert content == "search" or back.model_dump(by_alias=False) == procedure.model_dump()
        sizes[content] = packer.finish().length("gzip")
    print(sizes)  # noqa: T201 - to be read with -rP
    assert sizes["search"] < 400_000
    assert sizes["full"] < 6_000_000

"""Guessing at dossiers: it dies out, and does not shut out whoever holds one."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.lookups import service
from api.lookups.schemas import Lookup
from api.lookups.service import BY_ADDRESS, CODES_OF_NUMBER, NUMBERS_OF_CODE
from api.problems import Problem
from api.services import Services
from storage.engine import Engine
from storage.limits import repository as limits
from storage.unit_of_work import UnitOfWork
from tests.api.callers import Citizen, PushEvent
from tests.api.test_lookups import CODE, PATH, look_up, secret_of

GUESSES = 10_000


@pytest.fixture
async def secret(client: httpx.AsyncClient, citizen: Citizen, push_event: PushEvent) -> str:
    """The secret of a dossier."""
    await push_event(CODE, 1)
    return await secret_of(client, citizen)


@pytest.fixture
def guess(services: Services) -> Callable[..., Any]:
    """Look up within a transaction, beyond the limit by address: as from as many addresses as one likes."""
    return partial(
        service.look_up,
        keys=services.slip_keys,
        now=datetime.now(UTC),
        calendar=services.calendar,
        locale="vi",
    )


async def tally(uow: UnitOfWork, guess: Callable[..., Any], proofs: Any, code: str = CODE) -> Counter[str]:
    """Guess, and count what it came to."""
    outcomes: Counter[str] = Counter()
    for proof in proofs:
        outcome = await guess(uow, Lookup(code=code, proof=proof))
        outcomes[outcome.kind if isinstance(outcome, Problem) else "shown"] += 1
    return outcomes


def numbers(count: int) -> list[str]:
    """Citizen numbers as somebody would try them who knows province, sex and year of birth."""
    return [f"001193{serial:06d}" for serial in range(count)]


async def later(uow: UnitOfWork, span: timedelta) -> None:
    """Let time pass for all buckets."""
    await (await uow.driver()).execute("UPDATE rate_bucket SET refilled_at = refilled_at - %s", (span,))


async def test_ten_thousand_numbers_for_one_code(
    services: Services, citizen: Citizen, secret: str, guess: Callable[..., Any]
) -> None:
    """From ever new addresses, ten are let through, then one an hour; the slip opens all the same."""
    async with services.unit_of_work() as uow:
        outcomes = await tally(uow, guess, numbers(GUESSES))
        print(f"of {GUESSES} numbers for one code: {dict(outcomes)}")  # noqa: T201 - the evidence
        assert outcomes["no-such-lookup"] == NUMBERS_OF_CODE.burst
        assert outcomes["lookup-paused"] == GUESSES - NUMBERS_OF_CODE.burst
        # Were a right number let in while wrong ones are refused, guessing would go on through the gap.
        assert await tally(uow, guess, [citizen.number]) == {"lookup-paused": 1}
        assert await tally(uow, guess, [secret] * 5) == {"shown": 5}
        await later(uow, timedelta(hours=1, seconds=1))
        assert await tally(uow, guess, [citizen.number] * 3) == {"shown": 3}
        assert await tally(uow, guess, numbers(5)) == {"no-such-lookup": 1, "lookup-paused": 4}
        await later(uow, timedelta(days=1))
        assert (await tally(uow, guess, numbers(50)))["no-such-lookup"] == NUMBERS_OF_CODE.burst


async def test_many_codes_for_one_number(services: Services, secret: str, guess: Callable[..., Any]) -> None:
    """Nobody learns from a number which dossiers somebody has: twenty codes, then one an hour."""
    outcomes: Counter[str] = Counter()
    async with services.unit_of_work() as uow:
        for serial in range(500):
            outcomes += await tally(uow, guess, ["001190555555"], code=f"H26.1-261121-{5000 + serial}")
    assert outcomes == {"no-such-lookup": CODES_OF_NUMBER.burst, "lookup-paused": 500 - CODES_OF_NUMBER.burst}


async def test_wrong_secrets_shut_out_nobody(
    services: Services, citizen: Citizen, secret: str, guess: Callable[..., Any]
) -> None:
    """However many are tried: the right one opens, and so does the number, which has a bucket of its own."""
    async with services.unit_of_work() as uow:
        outcomes = await tally(uow, guess, [f"{serial:012d}X" for serial in range(300)])
        assert outcomes == {"no-such-lookup": 100, "lookup-paused": 200}
        assert await tally(uow, guess, [secret, citizen.number]) == {"shown": 2}


async def test_unknown_codes_count_like_known_ones(
    services: Services, secret: str, guess: Callable[..., Any]
) -> None:
    """So the pause does not tell either which codes there are."""
    async with services.unit_of_work() as uow:
        known = await tally(uow, guess, numbers(30))
        assert await tally(uow, guess, numbers(30), code="H26.1-261121-7777") == known
        assert await tally(uow, guess, numbers(30), code="no code at all") == known


async def test_a_wrong_guess_is_kept_though_it_is_refused(
    client: httpx.AsyncClient, citizen: Citizen, secret: str
) -> None:
    """Through the API, one by one: the answers say when to come again, in words and in headers."""
    outcomes = [await look_up(client, CODE, number) for number in numbers(NUMBERS_OF_CODE.burst + 1)]
    assert [one.status_code for one in outcomes] == [404] * NUMBERS_OF_CODE.burst + [429]
    paused = outcomes[-1]
    assert paused.json()["type"] == "urn:tindan:problem:lookup-paused"
    assert 3500 < int(paused.headers["retry-after"]) <= 3600
    assert "60 phút" in paused.json()["detail"]
    policies = paused.headers.get_list("ratelimit-policy", split_commas=True)
    assert set(policies) == {'"lookups";q=60;w=60', '"lookup-numbers";q=10;w=36000'}


def as_from(app: FastAPI, address: str) -> httpx.AsyncClient:
    """Call from an address."""
    transport = httpx.ASGITransport(app, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://tindan.test")


async def ask_often(app: FastAPI, address: str, times: int) -> Counter[int]:
    """Ask with proofs that are ever new, from one address; count the answers."""
    async with as_from(app, address) as client:
        answers = [await look_up(client, f"H26.1-261121-{n:04d}", f"{n:012d}X") for n in range(times)]
    return Counter(answer.status_code for answer in answers)


async def test_an_address_runs_dry(app: FastAPI, client: httpx.AsyncClient) -> None:
    """So does a whole /64 of IPv6, however one moves about in it; its neighbours do not notice."""
    burst = BY_ADDRESS.burst
    flood = await ask_often(app, "203.0.113.7", burst + 20)
    # A token comes back each second, and this takes some.
    assert burst <= flood[404] < burst + 15
    assert flood[429] == burst + 20 - flood[404]
    assert await ask_often(app, "203.0.113.8", 1) == {404: 1}
    await ask_often(app, "2001:db8:0:1::1", burst + 10)
    assert (await ask_often(app, "2001:db8:0:1:ffff::2", 10))[429] >= 5
    assert await ask_often(app, "2001:db8:0:2::1", 1) == {404: 1}


async def test_no_address_and_no_code_is_kept(
    app: FastAPI, client: httpx.AsyncClient, citizen: Citizen, secret: str, engine: Engine
) -> None:
    """The database holds keyed hashes, which nobody without the key can try out."""
    async with as_from(app, "203.0.113.7") as caller:
        await look_up(caller, CODE, citizen.number)
    async with engine.pool.connect() as connection:
        kept = (await connection.exec_driver_sql("SELECT name FROM rate_bucket")).scalars()
    # What the agency has pushed before is noted by its client, within a second or so.
    names = [name for name in kept if not name.startswith("caller:events:")]
    assert len(names) == 3
    for name in names:
        prefix, policy, key = name.split(":")
        assert (prefix, len(bytes.fromhex(key))) == ("caller", 32)
        assert policy.startswith("lookup")


async def test_buckets_that_are_full_are_swept(
    client: httpx.AsyncClient, engine: Engine, services: Services
) -> None:
    """After a day; those of channels stay."""
    await client.post(PATH, json={"code": CODE, "proof": "1"})
    async with services.unit_of_work() as uow:
        await limits.available(uow, "sms", rate=1, burst=1)
        await later(uow, timedelta(hours=23))
        assert await limits.sweep(uow, datetime.now(UTC)) == 0
        await later(uow, timedelta(hours=2))
        assert await limits.sweep(uow, datetime.now(UTC)) == 3
        rows = await (await (await uow.driver()).execute("SELECT name FROM rate_bucket")).fetchall()
    assert rows == [("sms",)]

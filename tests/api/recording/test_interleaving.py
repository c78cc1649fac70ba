"""However the same facts arrive, the dossier that they make is the same, and those are told who shall be."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.connectors.engine import Link
from api.connectors.pulling.keeping import Keeping, Kept
from api.recording.service import parse, receive
from api.services import Services
from auth.principals import AgencyCaller
from storage.engine import Engine
from storage.errors import StorageError
from storage.procedures import repository as procedures
from storage.unit_of_work import UnitOfWork
from tests.api.callers import Agency, Citizen, MakeAgency, MakeCitizen
from tests.api.conftest import PROCEDURE
from tests.api.recording.arrivals import NEXT, PROVINCE, WARD, Arrival, Telling, arrivals, tellings
from tests.api.recording.linking import linked
from tests.api.recording.rule import STALE, Effect, Notice, Rule
from tests.api.telling import PERSON, facts, results, states, tell

TOLD = """
SELECT (n.params->>'status')::int, (n.params->>'occurred_at')::timestamptz
FROM notification n JOIN dossier d ON d.id = n.dossier_id WHERE d.code = %s ORDER BY n.id
"""
CONTACTS = """
SELECT c.kind, c.value_index, c.told_at FROM contact c JOIN dossier d ON d.id = c.dossier_id
WHERE d.code = %s ORDER BY 1, 2
"""
PASSING = {"code", "updated_at", "heard_at", "recorded_at"}
"""What is of the telling, and not of what is told."""


class Lost(StorageError):  # noqa: N818 - the end of a process, not an error of ours
    """Whoever took it in died before the commit."""


@dataclass(frozen=True, kw_only=True)
class World:
    """An agency's system that pushes, a portal that is pulled, and the citizen who looks."""

    client: httpx.AsyncClient
    services: Services
    engine: Engine
    agency: Agency
    citizen: Citizen
    link: Link

    async def arrive(self, code: str, arrival: Arrival) -> frozenset[int]:
        """Let it come in; return what was refused."""
        if arrival.lost:
            await asyncio.gather(
                self._pushed_in_vain(code, arrival.pushed), self._pull(code, arrival.pulled, lost)
            )
        refused, _ = await asyncio.gather(self._push(code, arrival.pushed), self._pull(code, arrival.pulled))
        return refused

    async def outcome(self, code: str) -> dict[str, Any]:
        """Return all that is known of a dossier: as its owner reads it, and as it is kept."""
        shown = await self.client.get(f"/v1/dossiers/{code}", headers=self.citizen.headers)
        assert shown.status_code == 200, shown.text
        async with self.engine.pool.connect() as connection:
            contacts = (await connection.exec_driver_sql(CONTACTS, (code,))).all()
        return {
            "shown": _lasting(shown.json()),
            "kept": _lasting((await states(self.engine))[code]),
            "facts": await facts(self.engine, code),
            "contacts": contacts,
        }

    async def notices(self, code: str) -> tuple[Notice, ...]:
        """Return of what the owner was told, in turn."""
        async with self.engine.pool.connect() as connection:
            return tuple(tuple(row) for row in await connection.exec_driver_sql(TOLD, (code,)))

    async def _push(self, code: str, told: Sequence[Telling]) -> frozenset[int]:
        if not told:
            return frozenset()
        sent = [one.event(code) for one in told]
        if len(sent) == 1:
            answer = await tell(self.client, self.agency, *sent)
            return frozenset() if answer.is_success else frozenset({told[0].number})
        answers = await results(self.client, self.agency, *sent)
        return frozenset(
            one.number for one, answer in zip(told, answers, strict=True) if answer["outcome"] == "refused"
        )

    async def _pushed_in_vain(self, code: str, told: Sequence[Telling]) -> None:
        now = datetime.now(UTC)
        parsed = parse([one.event(code) for one in told], now, "vi")
        caller = AgencyCaller(
            client_id=self.agency.client_id, agency_id=self.agency.id, scopes=frozenset({"events"})
        )
        async with self.services.unit_of_work() as uow:
            await receive(
                uow,
                caller=caller,
                authority=self.services.authority,
                good=parsed.good,
                now=now,
                stale_after=STALE,
                locale="vi",
            )

    async def _pull(
        self,
        code: str,
        told: Sequence[Telling],
        then: Callable[[UnitOfWork, Kept], Awaitable[None]] | None = None,
    ) -> None:
        if not told:
            return
        records = [one.record(code) for one in told]
        if then is None:
            kept = await Keeping(self.link).keep(records)
            assert list(kept.strays) == []
            return
        with pytest.raises(Lost):
            await Keeping(self.link).keep(records, then)


async def lost(_uow: UnitOfWork, _kept: Kept) -> None:
    """Die, with all written and nothing committed."""
    raise Lost


def _lasting(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: _lasting(value) for name, value in told.items() if name not in PASSING}
    return [_lasting(one) for one in told] if isinstance(told, list) else told


@pytest.fixture
async def world(
    client: httpx.AsyncClient,
    services: Services,
    engine: Engine,
    make_agency: MakeAgency,
    make_citizen: MakeCitizen,
) -> AsyncIterator[World]:
    """A province that speaks for two wards."""
    province = await make_agency(PROVINCE)
    for ward in (WARD, NEXT):
        await make_agency(ward, parent=province)
    async with services.unit_of_work() as uow:
        await procedures.put(uow, [PROCEDURE], author="test", source="test", whole=False)
        await uow.commit()
    async with linked(services, STALE) as link:
        yield World(
            client=client,
            services=services,
            engine=engine,
            agency=province,
            citizen=await make_citizen(PERSON["number"]),
            link=link,
        )


@settings(
    max_examples=30,
    deadline=None,
    # Each example has dossiers of its own, so that nothing need be emptied in between.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
async def test_no_arrival_decides_what_a_dossier_is(world: World, data: st.DataObject) -> None:
    """Pushed, pulled, both at once, repeated, split, lost on the way: timeline, status and particulars are one.

    And somebody is told, for each transaction that is kept, exactly when the current fact is new, not a month old,
    and brought another status or asks the citizen for something (`tests.api.recording.rule`, decision 51).
    """
    told = data.draw(tellings())
    serial = len(await states(world.engine))
    once, anyhow = (f"{WARD}-261121-{number:04d}" for number in (serial, serial + 1))
    await _told_singly(world, once, told)
    await _told_anyhow(world, anyhow, data.draw(arrivals(told)), told)
    assert await world.outcome(anyhow) == await world.outcome(once)


async def _told_singly(world: World, code: str, told: Sequence[Telling]) -> None:
    """Tell each thing once and alone, what is whole before the rest."""
    for one in sorted(told, key=lambda one: not one.whole):
        pushed, pulled = ((), (one,)) if one.pulled else ((one,), ())
        assert not await world.arrive(code, Arrival(pushed=pushed, pulled=pulled, lost=False))


async def _told_anyhow(world: World, code: str, arriving: Sequence[Arrival], told: Sequence[Telling]) -> None:
    """Let it all arrive, hold each notice against the rule, and tell again what was refused as too early."""
    rule = Rule(now=datetime.now(UTC))
    before: tuple[Notice, ...] = ()
    owed: frozenset[int] = frozenset()
    for arrival in arriving:
        refused = await world.arrive(code, arrival)
        owed = owed - {one.number for one in arrival.pushed} | refused
        after = await world.notices(code)
        rule = _as_it_went(rule, arrival, Effect(after[len(before) :], refused))
        before = after
    late = tuple(one for one in told if one.number in owed)
    if late:
        arrival = Arrival(pushed=late, pulled=(), lost=False)
        assert not await world.arrive(code, arrival)
        after = await world.notices(code)
        _as_it_went(rule, arrival, Effect(after[len(before) :], frozenset()))


def _as_it_went(rule: Rule, arrival: Arrival, effect: Effect) -> Rule:
    """Return the rule after an arrival, in that order of two at once that had this effect."""
    parts = [part for part in (arrival.pushed, arrival.pulled) if part]
    expected = []
    for order in permutations(parts):
        tried, notices, refused = rule.copy(), list[Notice](), set[int]()
        for part in order:
            one = tried.commit(part)
            notices += one.notices
            refused |= one.refused
        expected.append(Effect(tuple(notices), frozenset(refused)))
        if expected[-1] == effect:
            return tried
    raise AssertionError(f"{effect} where the rule has {expected}")

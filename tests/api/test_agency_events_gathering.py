"""Events that come in at the same moment share transactions, and nothing else."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from api.agency_events.gathering import AT_ONCE, MOST, Gatherer
from api.recording.schemas import DossierEvent, EventAnswer, EventOutcome

BROKEN = "broken"


def event(number: int, *, dossier: int | None = None, event_id: str | None = None) -> DossierEvent:
    return DossierEvent(
        event_id=event_id or f"e-{number}",
        dossier_code=f"H26.1-261121-{number if dossier is None else dossier:04d}",
        status=2,
        occurred_at=datetime.now(UTC).isoformat(),
    )


class Ledger:
    """Keeps events once it may, and notes which went together."""

    def __init__(self, error: Exception | None = None) -> None:
        self.open = asyncio.Event()
        self._begun = asyncio.Semaphore(0)
        self.groups: list[list[str]] = []
        self._error = error or LookupError(BROKEN)
        self.gatherer = Gatherer[str](lambda _caller: self._keep)

    async def _keep(self, events: Mapping[int, DossierEvent]) -> Mapping[int, EventAnswer]:
        self.groups.append([event.event_id for event in events.values()])
        self._begun.release()
        await self.open.wait()
        if any(event.event_id == BROKEN for event in events.values()):
            raise self._error
        return {
            number: EventAnswer(event_id=event.event_id, outcome=EventOutcome.ACCEPTED)
            for number, event in events.items()
        }

    async def told(self, *events: DossierEvent) -> list[EventAnswer | BaseException]:
        telling = []
        for place, one in enumerate(events):
            telling.append(asyncio.create_task(self.gatherer.keep("H26", one)))
            if place < AT_ONCE:
                await self._begun.acquire()
        await asyncio.sleep(0)  # the last one waits now
        self.open.set()
        return await asyncio.gather(*telling, return_exceptions=True)


async def test_what_comes_while_transactions_are_under_way_goes_together():
    """The first ones go alone and at once; the rest share one transaction, and each gets its own answer."""
    ledger = Ledger()
    answers = await ledger.told(*(event(n) for n in range(AT_ONCE + 10)))
    assert [a.event_id for a in answers if isinstance(a, EventAnswer)] == [
        f"e-{n}" for n in range(AT_ONCE + 10)
    ]
    assert sorted(map(len, ledger.groups)) == [1] * AT_ONCE + [10]


async def test_no_group_is_larger_than_the_most():
    """A flood goes in groups of bounded size."""
    ledger = Ledger()
    await ledger.told(*(event(n) for n in range(MOST * 3)))
    assert max(map(len, ledger.groups)) == MOST
    assert sum(map(len, ledger.groups)) == MOST * 3


@pytest.mark.parametrize("shared", [{"dossier": 7}, {"event_id": "same"}])
async def test_events_of_one_dossier_or_id_never_share_a_transaction(shared):
    """Each is judged as if it had come alone, in the order in which they came."""
    ledger = Ledger()
    told = [event(1), event(2), *(event(n, **shared) for n in (3, 4, 5)), event(6)]
    answers = await ledger.told(*told)
    assert all(isinstance(answer, EventAnswer) for answer in answers)
    mine = {one.event_id for one in told[2:5]}
    assert max(sum(name in mine for name in group) for group in ledger.groups) == 1
    assert [name for group in ledger.groups for name in group if name in mine] == [
        one.event_id for one in told[2:5]
    ]


async def test_one_that_fails_sinks_no_other():
    """The others of its group are kept, each by itself; it alone hears of the error."""
    ledger = Ledger()
    told = [event(1), event(2), event(3), event(4, event_id=BROKEN), event(5)]
    answers = await ledger.told(*told)
    assert [type(answer) for answer in answers] == [EventAnswer] * 3 + [LookupError, EventAnswer]


async def test_all_fail_at_once_while_the_database_is_away():
    """Nobody waits for a second try that would fail as the first one did."""
    ledger = Ledger(error=OSError("away"))
    told = [event(1), event(2), event(3), event(4, event_id=BROKEN)]
    answers = await ledger.told(*told)
    assert [type(answer) for answer in answers] == [EventAnswer] * 2 + [OSError] * 2
    assert len(ledger.groups) == AT_ONCE + 1

"""Trends: what the shelf keeps of months, and who waits for it."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import pytest

from api.open_data import page
from api.open_data.page_texts import TEXTS
from api.open_data.service import MOST_KEPT, TREND, Shelf
from api.open_data.trends import Trends
from api.services import Services
from storage.unit_of_work import Reading
from tests.api.open_data.keeping import MONTH, Keep

CURRENT = date(2026, 11, 1)
MONTHS = [date(2025 + number // 12, number % 12 + 1, 1) for number in range(8, 22)]
"""September 2025 to October 2026: two more than a trend shows."""


class Gate:
    """Opens readings, and counts them; lets nobody have one while it is shut."""

    def __init__(self, services: Services) -> None:
        self._services, self.open, self.count, self.free = services, asyncio.Event(), 0, 0
        self.error: Exception | None = None
        self.reached = asyncio.Event()
        self.open.set()

    def behind(self, free: int) -> "Gate":
        """Return another gate, which is shut for all but so many."""
        gate = Gate(self._services)
        gate.free = free
        gate.open.clear()
        return gate

    def __call__(self) -> Any:
        """Return what waits at the gate, and is a reading then."""
        return _Waiting(self, self._services.reading)


class _Waiting:
    def __init__(self, gate: Gate, make: Callable[[], Reading]) -> None:
        self._gate, self._reading = gate, make()

    async def __aenter__(self) -> Reading:
        self._gate.count += 1
        if self._gate.count > self._gate.free:
            self._gate.reached.set()
            await self._gate.open.wait()
        if self._gate.error:
            raise self._gate.error
        return await self._reading.__aenter__()

    async def __aexit__(self, *error: object) -> None:
        if self._gate.error is None:
            await self._reading.__aexit__(*error)


@pytest.fixture
def gate(services: Services) -> Gate:
    """The way to the database."""
    return Gate(services)


async def test_a_year_is_kept_in_brief(gate: Gate, keep: Keep) -> None:
    """Twelve months are made once, a few of them kept whole, and what changes is made anew alone."""
    for month in MONTHS:
        await keep("H27", 5, month=month, on_time=True)
    hours = [0.0]
    shelf = Shelf(now=lambda: hours[0])
    first = await shelf.trend(gate, current=CURRENT)
    assert list(first) == MONTHS[-TREND:]
    assert gate.count == 1 + TREND
    assert await shelf.trend(gate, current=CURRENT) == first
    assert gate.count == 2 + TREND
    await keep("H27", 1, month=MONTHS[-2], version=2)
    second = await shelf.trend(gate, current=CURRENT)
    assert gate.count == 4 + TREND
    assert [month for month in first if first[month] is not second[month]] == [MONTHS[-2]]
    assert second[MONTHS[-2]]["H27"].dossiers == 6
    # Whoever asks for other months takes nothing from the trend.
    for month in MONTHS[:MOST_KEPT]:
        await shelf.take(gate, month, current=CURRENT)
    before = gate.count
    await shelf.trend(gate, current=CURRENT)
    assert gate.count == before + 1
    hours[0] = 7200.0
    assert await shelf.trend(gate, current=CURRENT) == second
    assert gate.count == before + 2 + TREND


async def test_a_month_that_is_asked_for_stays(gate: Gate, keep: Keep) -> None:
    """Somebody goes through all the others; nobody else waits for the newest to be made again."""
    for month in MONTHS:
        await keep("H27", 5, month=month)
    shelf = Shelf()
    newest = await shelf.take(gate, MONTHS[-1], current=CURRENT)
    for month in MONTHS[:-1]:
        await shelf.take(gate, month, current=CURRENT)
        assert await shelf.take(gate, MONTHS[-1], current=CURRENT) is newest


async def test_a_month_has_one_state(gate: Gate, keep: Keep) -> None:
    """What is made of a month for its page is what the trend says of it: never one state here and another there."""
    shelf = Shelf()
    await keep("H27", 5)
    before = await shelf.trend(gate, current=CURRENT)
    await keep("H27", 3, version=2)
    made = await shelf.take(gate, MONTH, current=CURRENT)
    count = gate.count
    after = await shelf.trend(gate, current=CURRENT)
    assert gate.count == count + 1, "the page's month is not made twice"
    assert (before[MONTH]["H27"].dossiers, after[MONTH]["H27"].dossiers) == (5, made.lines[0].dossiers)


async def test_what_is_there_waits_for_nothing(gate: Gate, keep: Keep) -> None:
    """A month on the shelf is handed out while another is made; two who ask for one month make it once."""
    shelf = Shelf()
    for month in MONTHS[-2:]:
        await keep("H27", 5, month=month)
    first = await shelf.take(gate, MONTHS[-2], current=CURRENT)
    making = gate.behind(2)
    slow = [asyncio.create_task(shelf.take(making, MONTHS[-1], current=CURRENT)) for _ in range(2)]
    await making.reached.wait()
    async with asyncio.timeout(20):
        assert await shelf.take(gate, MONTHS[-2], current=CURRENT) is first
    making.open.set()
    one, other = await asyncio.gather(*slow)
    assert one is other


async def test_nobody_waits_long(gate: Gate, keep: Keep) -> None:
    """A page does without a trend that is being made; all who ask meanwhile share one making."""
    await keep("H27", 5)
    shelf = Shelf()
    gate.open.clear()
    hasty, patient = Trends(shelf, patience=0.01), Trends(shelf, patience=60)
    assert await hasty.take(gate, current=CURRENT) is None
    assert await hasty.take(gate, current=CURRENT) is None
    assert gate.count == 1
    waiting = asyncio.create_task(patient.take(gate, current=CURRENT))
    gate.open.set()
    found = await waiting
    assert found is not None
    assert list(found) == [MONTH]


async def test_who_leaves_undoes_nothing(gate: Gate, keep: Keep) -> None:
    """The trend is made to its end though the one who asked first has left."""
    await keep("H27", 5)
    trends = Trends(Shelf(), patience=60)
    gate.open.clear()
    leaving, staying = (asyncio.create_task(trends.take(gate, current=CURRENT)) for _ in range(2))
    await asyncio.sleep(0)  # so that both are waiting
    leaving.cancel()
    gate.open.set()
    assert await staying is not None
    assert leaving.cancelled()


async def test_trouble_passes(gate: Gate, keep: Keep) -> None:
    """Whoever waits hears of it, and the next one has it made anew."""
    await keep("H27", 5)
    trends = Trends(Shelf(), patience=60)
    gate.error = ConnectionError()
    with pytest.raises(ConnectionError):
        await trends.take(gate, current=CURRENT)
    gate.error = None
    assert await trends.take(gate, current=CURRENT) is not None


async def test_a_page_without_its_trend(
    client: httpx.AsyncClient, gate: Gate, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says that the months are being summed up, and is not kept."""
    await keep("H27", 5)
    gate.open.clear()
    slow = Trends(Shelf(), patience=0.01)
    assert await slow.take(gate, current=CURRENT) is None
    monkeypatch.setattr(page, "trends", slow)
    answer = await client.get("/cham-diem/2026-10")
    assert TEXTS["vi"]["trend_making"] in answer.text
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    gate.open.set()
    monkeypatch.setattr(slow, "_patience", 60)
    answer = await client.get("/cham-diem/2026-10")
    assert TEXTS["vi"]["trend_making"] not in answer.text
    assert answer.headers["cache-control"].startswith("public")

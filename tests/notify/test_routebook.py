"""The routing in force, as a process knows it."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from notify.categories import Category
from notify.routebook import RouteBook, read_routing
from notify.routes import DEFAULTS, PROMPT
from storage.routing import repository
from storage.unit_of_work import ContentionError, UnitOfWork

OpenUnit = Callable[[], UnitOfWork]


async def put(unit_of_work: OpenUnit, body: dict[str, Any], after: int = 0) -> int:
    """Put a routing in force."""
    async with unit_of_work() as uow:
        version = await repository.add(uow, body, author="test", note="", after=after)
        await uow.commit()
    return version


async def look(unit_of_work: OpenUnit, book: RouteBook) -> Any:
    """Look up what is in force."""
    async with unit_of_work() as uow:
        return await book.current(uow)


async def test_what_ships_is_in_force_until_somebody_says_otherwise(unit_of_work: OpenUnit) -> None:
    """And then what was said last."""
    book = RouteBook(fresh_seconds=0)
    assert await look(unit_of_work, book) == DEFAULTS
    await put(unit_of_work, PROMPT.model_dump(mode="json"))
    with capture_logs() as logs:
        assert await look(unit_of_work, book) == PROMPT
    assert [entry["event"] for entry in logs] == ["routing_changed"]
    await put(unit_of_work, DEFAULTS.model_dump(mode="json"), after=1)
    assert await look(unit_of_work, book) == DEFAULTS


async def test_it_is_looked_up_now_and_then(unit_of_work: OpenUnit) -> None:
    """Not for every batch; a process that begins knows it at once, and makes no noise about it."""
    book = RouteBook(fresh_seconds=3600)
    await look(unit_of_work, book)
    await put(unit_of_work, PROMPT.model_dump(mode="json"))
    assert await look(unit_of_work, book) == DEFAULTS
    with capture_logs() as logs:
        assert await look(unit_of_work, RouteBook()) == PROMPT
    assert logs == []


async def test_what_a_newer_release_has_set_changes_nothing_here(unit_of_work: OpenUnit) -> None:
    """It is told once, without what it says."""
    book = RouteBook(fresh_seconds=0)
    await put(unit_of_work, {"routes": {}, "moonlight": "secret"})
    with capture_logs() as logs:
        assert await look(unit_of_work, book) == DEFAULTS
        assert await look(unit_of_work, book) == DEFAULTS
    assert [(entry["event"], entry["version"]) for entry in logs] == [("routing_unreadable", 1)]
    assert "secret" not in str(logs)


async def test_the_newest_that_can_be_read_is_in_force(unit_of_work: OpenUnit) -> None:
    """For a process that begins, and for one that knew an older version; both say aloud what they go by."""
    quiet = PROMPT.model_dump(mode="json")
    old, running = RouteBook(fresh_seconds=0), RouteBook(fresh_seconds=0)
    await put(unit_of_work, quiet | {"loud": ["push"]})
    loud = await look(unit_of_work, running)
    await put(unit_of_work, quiet, after=1)
    for after in (2, 3):
        await put(unit_of_work, quiet | {"moonlight": "secret"}, after=after)
    for book in (running, old):
        with capture_logs() as logs:
            assert await look(unit_of_work, book) == PROMPT != loud
            assert await look(unit_of_work, book) == PROMPT
        assert [(entry["log_level"], entry["version"], entry["in_force"]) for entry in logs] == [
            ("error", 4, 2),
            ("error", 3, 2),
        ]
    await put(unit_of_work, quiet | {"loud": ["push"]}, after=4)
    assert await look(unit_of_work, running) == loud


async def test_of_two_operators_at_once_one_is_told_to_look_again(unit_of_work: OpenUnit) -> None:
    """Neither overwrites what the other has just set."""
    assert await put(unit_of_work, DEFAULTS.model_dump(mode="json")) == 1
    with pytest.raises(ContentionError):
        await put(unit_of_work, DEFAULTS.model_dump(mode="json"), after=0)
    assert await put(unit_of_work, DEFAULTS.model_dump(mode="json"), after=1) == 2


def test_a_category_that_is_left_out_travels_as_shipped() -> None:
    """So a version from before a category was stays good."""
    routing = read_routing({"routes": {"otp": DEFAULTS.routes[Category.OTP].model_dump(mode="json")}})
    assert routing == DEFAULTS
    for wrong in ({"routes": 1}, {"routes": {"otp": 1}}, {"merge_within": "soon"}):
        with pytest.raises(ValidationError):
            read_routing(wrong)


def test_what_is_written_can_be_read() -> None:
    """To the last field."""
    for routing in (DEFAULTS, PROMPT):
        assert read_routing(routing.model_dump(mode="json")) == routing

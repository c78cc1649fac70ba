"""Officers see where portals and we differ, for their agencies, and settle what rules leave to them.

Supervisors see what their agencies', and those below them, have; operators see all, since they keep the links
up. Roles are asked in the queries. Nothing here is of a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

import structlog
from pydantic import AwareDatetime, StringConstraints, TypeAdapter, ValidationError

from api.agency_sync.schemas import AgencyPlace
from api.paging import Mark, cut
from api.problems import Problem, from_pydantic
from api.text import Clean
from auth.principals import Officer
from storage.officers.desk import Desk
from storage.officers.roles import Role
from storage.reconciliation import days, listing
from storage.reconciliation.days import AgencyDay, Day
from storage.reconciliation.listing import Listed, Wish
from storage.unit_of_work import Reading, UnitOfWork

log = structlog.get_logger(__name__)

SETTLERS = frozenset({Role.SUPERVISOR, Role.OPERATOR})
PAGE = 50
LONGEST_NOTE = 1000
_NOTE = TypeAdapter(Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NOTE), Clean])


class Place(Mark):
    """The difference with which a page ended."""

    at: AwareDatetime
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferencePage:
    """A page of differences."""

    items: Sequence[Listed]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPage:
    """A page of a day: none of which no report was made."""

    day: Day | None
    items: Sequence[AgencyDay]
    next_cursor: str | None


async def listed(
    reading: Reading, officer: Officer, wish: Wish, *, cursor: str | None = None
) -> DifferencePage:
    """Return differences, those found last first. Raises Problem for a cursor that is none."""
    place = Place.decode(cursor, parameter="cursor") if cursor else None
    asked = Wish(
        states=wish.states,
        deployment=wish.deployment,
        kind=wish.kind,
        code=wish.code,
        before=(place.at, place.id) if place else None,
        limit=PAGE + 1,
    )
    page, more = cut(await listing.seen(reading, _desk(officer), asked), PAGE)
    following = Place(at=page[-1].found_at, id=page[-1].id).encode() if more else None
    return DifferencePage(items=page, next_cursor=following)


async def opened(reading: Reading, officer: Officer, difference_id: UUID) -> tuple[Listed, str | None]:
    """Return a difference, and why it was settled. Raises NotFoundError."""
    one = await listing.one(reading, difference_id, _desk(officer))
    return one, one.note(reading)


async def settle(uow: UnitOfWork, officer: Officer, difference_id: UUID, note: str) -> None:
    """Say that a difference may stay.

    Raises:
        NotFoundError: there is none that the officer reaches.
        Problem: `validation` for a note that is none; `conflict` where nothing is left to be settled.
    """
    try:
        said = _NOTE.validate_python(note)
    except ValidationError as error:
        errors = from_pydantic(error.errors(include_url=False), below="/note")
        raise Problem("validation", 422, errors=errors) from error
    await listing.one(uow, difference_id, _desk(officer))
    by = str(officer.officer_id)
    if not await listing.settle(uow, difference_id, by=by, note=said, desk=_desk(officer)):
        raise Problem("difference-over", 409)
    log.info("difference_settled", difference=str(difference_id), officer=by)


async def day(
    reading: Reading, officer: Officer, wanted: date | None, *, cursor: str | None = None
) -> DayPage:
    """Return what is told of a day, the last one unless given. Raises Problem for a cursor that is none."""
    place = AgencyPlace.decode(cursor, parameter="cursor") if cursor else None
    found = await days.made(reading, wanted)
    if found is None:
        return DayPage(day=None, items=(), next_cursor=None)
    after = place.code if place else None
    rows = await days.of_desk(reading, _desk(officer), found.day, after=after, limit=PAGE + 1)
    page, more = cut(rows, PAGE)
    following = AgencyPlace(code=page[-1].code).encode() if more else None
    return DayPage(day=found, items=page, next_cursor=following)


async def count_left(reading: Reading, officer: Officer) -> int:
    """Return how many differences are left for the officer."""
    return await listing.count_left(reading, _desk(officer))


def _desk(officer: Officer) -> Desk:
    return Desk(officer_id=officer.officer_id, roles=frozenset({Role.SUPERVISOR}))

"""Answers as VNForm tells them, in our words. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from api.connectors.surveys.dialect import AnswerNames, LinkNames, VnformDialect
from api.connectors.surveys.port import AnswersPage, PlatformAnswer, PlatformRefused
from storage.dossiers.working_days import FIRST_YEAR, LAST_YEAR

LONGEST_ID = 200
MOST_ANSWERS = 1_000
"""On a page, which is kept by one transaction: some times as many as are asked for."""
LONGEST_CURSOR = 2_000
LONGEST_CONTEXT = 64
MOST_VERSIONS = 100_000


def read_page(page: Mapping[str, Any], dialect: VnformDialect) -> AnswersPage:
    """Read a page of answers. One that nothing can be made of is counted, and holds up no other.

    Raises:
        PlatformRefused: it is no page: a place to go on from is missing, and without it nothing is certain;
            or it holds far more than was asked for.
    """
    names = dialect.answer
    items, cursor, more = page.get(names.items), page.get(names.next), page.get(names.more)
    if not isinstance(items, list) or not is_name(cursor, LONGEST_CURSOR) or not isinstance(more, bool):
        raise PlatformRefused("a page of answers of another form")
    if len(items) > MOST_ANSWERS:
        raise PlatformRefused("a page of far too many answers")
    read = [_answer(item, names, dialect.link) for item in items]
    found = [answer for answer in read if answer is not None]
    return AnswersPage(answers=found, cursor=str(cursor), more=more, unreadable=len(read) - len(found))


def _answer(item: object, names: AnswerNames, links: LinkNames) -> PlatformAnswer | None:
    if not isinstance(item, dict):
        return None
    given, version, values = item.get(names.id), item.get(names.version), item.get(names.values)
    at = _time(item.get(names.submitted_at))
    # A number for a name is usual, too.
    name = str(given) if type(given) is int else given
    if not is_name(name, LONGEST_ID) or not isinstance(values, dict) or at is None:
        return None
    if type(version) is not int or not 0 < version <= MOST_VERSIONS:
        return None
    context = _context(item.get(names.context), links)
    return PlatformAnswer(id=str(name), version=version, submitted_at=at, context=context, values=values)


def _time(given: object) -> datetime | None:
    """Return a moment; none without a zone, or where the calendar ends: a day in Vietnam is made from it."""
    try:
        at = datetime.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        return None
    return at if at and at.tzinfo and FIRST_YEAR <= at.year <= LAST_YEAR else None


def _context(given: object, names: LinkNames) -> dict[str, str]:
    """Return what a link had filled in, under our names."""
    ours = {
        "agency_code": names.agency_code,
        "procedure_code": names.procedure_code,
        "month": names.month,
    }
    told = given if isinstance(given, dict) else {}
    values = {name: told.get(theirs) for name, theirs in ours.items()}
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, str) and is_name(value, LONGEST_CONTEXT)
    }


def is_name(given: object, longest: int) -> bool:
    """Whether something can be kept as a name: a text without controls, and not too long."""
    return isinstance(given, str) and 0 < len(given) <= longest and given.isprintable()

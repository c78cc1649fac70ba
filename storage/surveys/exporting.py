"""Answers to a survey, one by one, however many there are.

They are read in slices by their random ids, each in a transaction of its own: no transaction lasts, no more
than a slice is held, and whoever reads slowly keeps no connection. What comes meanwhile may be in it or not.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from storage.surveys import summing
from storage.surveys.errors import TooFewAnswers
from storage.surveys.kinds import FEWEST
from storage.unit_of_work import Reading

AT_A_TIME = 1_000
_FIRST = UUID(int=0)
"""Before all that are random."""
_SLICE = """
SELECT id, version, answers, context, source, answered_on FROM survey_answer
WHERE survey_id = %s AND id > %s ORDER BY id LIMIT %s
"""
# What few have in common is left out: an agency knows of whom it had a dossier of a kind in a month.
_COMMON = """
SELECT context->>'agency_code', context->>'procedure_code', context->>'month' FROM survey_answer
WHERE survey_id = %s GROUP BY 1, 2, 3 HAVING count(*) >= %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An answer as it is handed out: see `models.SurveyAnswer`."""

    id: UUID
    version: int
    answers: Mapping[str, Any]
    context: Mapping[str, str]
    source: str
    answered_on: date


async def require_enough(reading: Reading, survey_id: UUID) -> int:
    """Return how many answers there are. Raises TooFewAnswers where each might be guessed."""
    counts = await summing.counts(reading, survey_id)
    if counts.few:
        raise TooFewAnswers
    return counts.answers


async def slices(
    open_reading: Callable[[], Reading], survey_id: UUID, *, size: int = AT_A_TIME
) -> AsyncIterator[Sequence[Row]]:
    """Yield all answers, some at a time; where fewer than `FEWEST` share a context, they have none."""
    async with open_reading() as reading:
        common = await _common(reading, survey_id)
    after = _FIRST
    while True:
        async with open_reading() as reading:
            rows = await _slice(reading, survey_id, after, size)
        if not rows:
            return
        after = rows[-1].id
        yield [row if _key(row.context) in common else _alone(row) for row in rows]


async def _slice(reading: Reading, survey_id: UUID, after: UUID, size: int) -> list[Row]:
    async with (await reading.driver()).cursor(row_factory=class_row(Row)) as cursor:
        return await (await cursor.execute(_SLICE, (survey_id, after, size))).fetchall()


async def _common(reading: Reading, survey_id: UUID) -> set[tuple[str | None, ...]]:
    rows: list[Any] = await (await (await reading.driver()).execute(_COMMON, (survey_id, FEWEST))).fetchall()
    return set(rows)


def _key(context: Mapping[str, str]) -> tuple[str | None, ...]:
    return tuple(context.get(name) for name in ("agency_code", "procedure_code", "month"))


def _alone(row: Row) -> Row:
    return Row(
        id=row.id,
        version=row.version,
        answers=row.answers,
        context={},
        source=row.source,
        answered_on=row.answered_on,
    )

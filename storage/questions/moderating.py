"""What moderators have before them: what waits to be published, and what is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row, dict_row

from storage.errors import NotFoundError
from storage.officers.authority import reached
from storage.officers.desk import Desk
from storage.questions.queue import ROWS, Queued, opened_rows, stale
from storage.questions.resting import RestsOn
from storage.unit_of_work import Reading

_PENDING = f"""
{ROWS} WHERE q.agency_id = ANY({reached()}) AND q.publication = 'pending'
  AND (q.asked_at, q.id) > (coalesce(%(at)s::timestamptz, '-infinity'),
    coalesce(%(id)s::uuid, '00000000-0000-0000-0000-000000000000'))
ORDER BY q.asked_at, q.id LIMIT %(limit)s
"""
_COUNT = f"""
SELECT count(*) FROM question q JOIN party_key USING (party_id)
WHERE q.agency_id = ANY({reached()}) AND q.publication = 'pending'
"""
_LIVE = f"""
SELECT live.id, live.question_id, a.code AS agency_code, a.name AS agency_name, live.question, live.answer,
  live.field, live.procedure_code, p.name AS procedure_name, live.procedure_version, live.published_at,
  live.updated_at, live.taken_down_at, {stale("live", "p")} AS stale
FROM published_answer live
JOIN agency a ON a.id = live.agency_id
LEFT JOIN procedure p ON p.code = live.procedure_code
WHERE live.agency_id = ANY({reached()})
"""
_LISTED = f"""
{_LIVE} AND live.taken_down_at IS NULL
  AND (%(words)s::text IS NULL OR live.question ILIKE %(words)s OR live.answer ILIKE %(words)s
    OR live.procedure_code = %(code)s)
  AND (NOT %(stale)s::boolean OR {stale("live", "p")})
  AND (live.updated_at, live.id) < (coalesce(%(at)s::timestamptz, 'infinity'),
    coalesce(%(id)s::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
ORDER BY live.updated_at DESC, live.id DESC LIMIT %(limit)s
"""
_ONE = f"{_LIVE} AND live.id = %(id)s"
_FIELDS = "SELECT DISTINCT field FROM procedure WHERE removed_in IS NULL AND field IS NOT NULL ORDER BY field"


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """Something published, as those see it who may take it down; see `models.PublishedAnswer`."""

    id: UUID
    question_id: UUID | None
    agency_code: str
    agency_name: str
    question: str
    answer: str
    field: str | None
    procedure_code: str | None
    procedure_name: str | None
    procedure_version: int | None
    published_at: datetime
    updated_at: datetime
    taken_down_at: datetime | None
    stale: bool

    @property
    def rests_on(self) -> RestsOn | None:
        """The procedure on which it rests, in which version."""
        if self.procedure_code is None or self.procedure_version is None:
            return None
        return RestsOn(code=self.procedure_code, version=self.procedure_version)


async def pending(
    reading: Reading, desk: Desk, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Queued]:
    """Return up to `limit` answered questions that wait for a moderator, those asked first.

    `after` is when the last one of the page before was asked, and its id.
    """
    at, last_id = after or (None, None)
    return await opened_rows(reading, _PENDING, {**desk.given, "at": at, "id": last_id, "limit": limit})


async def count_pending(reading: Reading, desk: Desk) -> int:
    """Return how many wait."""
    row: Any = await (await (await reading.driver()).execute(_COUNT, desk.given)).fetchone()
    return int(row[0])


async def published(
    reading: Reading,
    desk: Desk,
    *,
    words: str | None,
    only_stale: bool,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Live]:
    """Return up to `limit` of what is published by agencies that a desk reaches, the last changed first.

    Args:
        reading: where to look.
        desk: who looks.
        words: stand in question or answer, as they are; or are the procedure's code.
        only_stale: those alone that rest on what has changed since.
        after: when the last one of the page before was changed, and its id.
        limit: how many at most.
    """
    at, last_id = after or (None, None)
    given = {"words": words and f"%{_literal(words)}%", "code": words, "stale": only_stale, "limit": limit}
    async with (await reading.driver()).cursor(row_factory=class_row(Live)) as cursor:
        await cursor.execute(_LISTED, {**desk.given, **given, "at": at, "id": last_id})
        return await cursor.fetchall()


def _literal(words: str) -> str:
    return words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


async def one(reading: Reading, desk: Desk, published_id: UUID) -> Live:
    """Return something that is or was published by an agency that a desk reaches. Raises NotFoundError."""
    async with (await reading.driver()).cursor(row_factory=dict_row) as cursor:
        row = await (await cursor.execute(_ONE, {**desk.given, "id": published_id})).fetchone()
    if row is None:
        raise NotFoundError("published answer")
    return Live(**row)


async def fields(reading: Reading) -> Sequence[str]:
    """Return the fields of the procedures in force."""
    rows: list[Any] = await (await (await reading.driver()).execute(_FIELDS)).fetchall()
    return [field for (field,) in rows]

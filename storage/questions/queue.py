"""Questions as those at an agency have them before them: what waits, what is stale, and all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import class_row

from storage.cipher import PartyKey
from storage.officers.authority import reached
from storage.officers.desk import Desk
from storage.parties.sealed_rows import sealed_rows
from storage.questions.kinds import Publication, QuestionState
from storage.questions.sealed import QUESTION
from storage.unit_of_work import Reading

LAST_ANSWER: LiteralString = """
LATERAL (SELECT * FROM question_answer given WHERE given.question_id = q.id
  ORDER BY given.written_at DESC, given.id DESC LIMIT 1)
"""


def stale(answer: LiteralString, procedure: LiteralString) -> LiteralString:
    """Return SQL that tells whether what an answer rests on is another by now, by names in the query."""
    return (
        f"coalesce({procedure}.version > {answer}.procedure_version"
        f" OR ({answer}.procedure_version IS NOT NULL AND {procedure}.removed_in IS NOT NULL), false)"
    )


# A party that was erased has no key: its questions are shown to nobody.
ROWS = """
SELECT q.id, q.party_id, q.author_ref, q.agency_id, a.code AS agency_code, a.name AS agency_name,
  q.procedure_code, p.name AS procedure_name, q.text_sealed, k.wrapped, q.state, q.publication, q.asked_at,
  q.due_at, q.closed_at
FROM question q
JOIN agency a ON a.id = q.agency_id
JOIN party_key k ON k.party_id = q.party_id
LEFT JOIN procedure p ON p.code = q.procedure_code
"""
_THEIRS = f"""
WHERE q.agency_id = ANY({reached()})
  AND (%(agency)s::text IS NULL OR (SELECT id FROM agency WHERE code = %(agency)s) = ANY(a.lineage))
"""
_OLDEST_FIRST = """
  AND (q.due_at, q.id) > (coalesce(%(at)s::timestamptz, '-infinity'),
    coalesce(%(id)s::uuid, '00000000-0000-0000-0000-000000000000'))
ORDER BY q.due_at, q.id LIMIT %(limit)s
"""
_NEWEST_FIRST = """
  AND (q.asked_at, q.id) < (coalesce(%(at)s::timestamptz, 'infinity'),
    coalesce(%(id)s::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
ORDER BY q.asked_at DESC, q.id DESC LIMIT %(limit)s
"""
_RESTING = f"CROSS JOIN {LAST_ANSWER} r JOIN procedure rested ON rested.code = r.procedure_code"
_WAITING = f"{ROWS} {_THEIRS} AND q.state = 'asked' {_OLDEST_FIRST}"
_STALE = f"{ROWS} {_RESTING} {_THEIRS} AND q.state = 'answered' AND {stale('r', 'rested')} {_NEWEST_FIRST}"
_ALL = f"{ROWS} {_THEIRS} {_NEWEST_FIRST}"
_COUNTS = f"""
WITH theirs AS MATERIALIZED (SELECT {reached()} AS ids)
SELECT
  (SELECT count(*) FROM question q JOIN party_key USING (party_id), theirs
    WHERE q.agency_id = ANY(ids) AND q.state = 'asked') AS waiting,
  (SELECT count(*) FROM question q JOIN party_key USING (party_id), theirs
    WHERE q.agency_id = ANY(ids) AND q.state = 'asked' AND q.due_at < now()) AS overdue,
  (SELECT count(*) FROM question q JOIN party_key USING (party_id) {_RESTING} CROSS JOIN theirs
    WHERE q.agency_id = ANY(ids) AND q.state = 'answered' AND {stale("r", "rested")}) AS stale
"""
_AGENCIES = f"""
SELECT a.code, a.name FROM agency a
WHERE a.id = ANY({reached()})
  AND EXISTS (SELECT FROM question q JOIN party_key USING (party_id) WHERE q.agency_id = a.id)
ORDER BY a.name, a.code LIMIT %(limit)s
"""


class Pile(StrEnum):
    """Which questions are looked at."""

    WAITING = "waiting"
    """Those to be answered: whatever is due first comes first."""
    STALE = "stale"
    """Those whose last answer rests on what has changed since; the last asked first, as all of them."""
    ALL = "all"


_QUERIES: Mapping[Pile, LiteralString] = {Pile.WAITING: _WAITING, Pile.STALE: _STALE, Pile.ALL: _ALL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A question in a list; `text` is what was asked, whole."""

    id: UUID
    party_id: UUID
    author_ref: str
    agency_id: UUID
    agency_code: str
    agency_name: str
    procedure_code: str | None
    procedure_name: str | None
    text: str
    state: QuestionState
    publication: Publication
    asked_at: datetime
    due_at: datetime
    closed_at: datetime | None

    @property
    def between(self) -> tuple[UUID, UUID, str]:
        """Whom it is to and by: the agency, the party, and who acted for it (see `models.Question`)."""
        return self.agency_id, self.party_id, self.author_ref

    def place(self, pile: Pile) -> tuple[datetime, UUID]:
        """Return where in a list it stands, to go on from there."""
        return (self.due_at if pile is Pile.WAITING else self.asked_at, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many questions wait, how many of them for too long, and how many answers are stale."""

    waiting: int
    overdue: int
    stale: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAgency:
    """An agency that was asked something."""

    code: str
    name: str


async def questions(
    reading: Reading,
    desk: Desk,
    pile: Pile,
    *,
    agency: str | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Queued]:
    """Return up to `limit` questions to agencies that a desk reaches.

    Args:
        reading: where to look.
        desk: who looks.
        pile: which ones.
        agency: only those to this one, by its own code, and to those below it.
        after: `Queued.place` of the last one of the page before.
        limit: how many at most.
    """
    at, last_id = after or (None, None)
    given = {**desk.given, "agency": agency, "at": at, "id": last_id, "limit": limit}
    return await opened_rows(reading, _QUERIES[pile], given)


async def opened_rows(reading: Reading, query: LiteralString, given: Mapping[str, Any]) -> Sequence[Queued]:
    """Return the questions that a query finds, opened."""
    return [_opened(key, row) for key, row in await sealed_rows(reading, query, given)]


def _opened(key: PartyKey, row: dict[str, Any]) -> Queued:
    text = key.decrypt(row.pop("text_sealed"), QUESTION)
    words = {"state": QuestionState(row["state"]), "publication": Publication(row["publication"])}
    return Queued(**row | words, text=text)


async def counts(reading: Reading, desk: Desk) -> Counts:
    """Return how much there is to do over all agencies that a desk reaches."""
    async with (await reading.driver()).cursor(row_factory=class_row(Counts)) as cursor:
        (found,) = await (await cursor.execute(_COUNTS, desk.given)).fetchall()
    return found


async def agencies(reading: Reading, desk: Desk, *, limit: int) -> Sequence[AskedAgency]:
    """Return the agencies that a desk reaches and that were ever asked, by name."""
    async with (await reading.driver()).cursor(row_factory=class_row(AskedAgency)) as cursor:
        return await (await cursor.execute(_AGENCIES, {**desk.given, "limit": limit})).fetchall()

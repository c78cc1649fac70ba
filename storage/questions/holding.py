"""A question that one transaction holds, as it then is, for whoever changes it or what is published of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from psycopg.rows import class_row, dict_row

from storage.errors import NotFoundError
from storage.officers.authority import holds
from storage.officers.desk import Desk
from storage.questions.errors import Change, Overtaken
from storage.questions.kinds import Publication, QuestionState
from storage.unit_of_work import UnitOfWork

# Locked first, and asked for once more then: where a row is sent on while a statement waits, PostgreSQL
# joins it as it then is with roles that fitted it as it was.
_LOCK = f"SELECT FROM question q WHERE q.id = %(id)s AND {holds('q.agency_id')} FOR UPDATE OF q"
_HELD = f"""
SELECT q.id, q.party_id, q.author_ref, q.agency_id, q.state, q.publication, a.name AS agency_name
FROM question q JOIN agency a ON a.id = q.agency_id WHERE q.id = %(id)s AND {holds("q.agency_id")}
"""
_LAST = """
SELECT id, written_at, procedure_code, procedure_version FROM question_answer WHERE question_id = %s
ORDER BY written_at DESC, id DESC LIMIT 1
"""
_ENDS = {QuestionState.WITHDRAWN: Change.WITHDRAWN, QuestionState.DECLINED: Change.DECLINED}


@dataclass(frozen=True, slots=True, kw_only=True)
class LastAnswer:
    """The answer that counts, of a question that is held."""

    id: UUID
    written_at: datetime
    procedure_code: str | None
    procedure_version: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A question that this transaction holds: nobody else changes it until the commit."""

    id: UUID
    party_id: UUID
    author_ref: str
    agency_id: UUID
    agency_name: str
    state: QuestionState
    publication: Publication
    last: LastAnswer | None

    def require_going_on(self) -> None:
        """Raise Overtaken where the question has come to an end."""
        if end := _ENDS.get(self.state):
            raise Overtaken(end)

    def require_last(self, seen: UUID | None) -> None:
        """Raise Overtaken where another answer counts than the one that was seen."""
        if (self.last.id if self.last else None) != seen:
            raise Overtaken(Change.ANSWERED)

    def next_moment(self, now: datetime) -> datetime:
        """Return when an answer is written now: after the last one, whoever's clock that was by."""
        return max(now, self.last.written_at + timedelta(microseconds=1)) if self.last else now


async def hold(uow: UnitOfWork, desk: Desk, question_id: UUID) -> Held:
    """Return a question to an agency that a desk reaches, held. Raises NotFoundError."""
    driver, given = await uow.driver(), {**desk.given, "id": question_id}
    await driver.execute(_LOCK, given)
    async with driver.cursor(row_factory=dict_row) as cursor:
        row = await (await cursor.execute(_HELD, given, binary=True)).fetchone()
    if row is None:
        raise NotFoundError("question")
    async with driver.cursor(row_factory=class_row(LastAnswer)) as cursor:
        last = await (await cursor.execute(_LAST, (question_id,), binary=True)).fetchone()
    words = {"state": QuestionState(row["state"]), "publication": Publication(row["publication"])}
    return Held(**row | words, last=last)

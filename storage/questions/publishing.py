"""What everybody may read of questions and answers: the one place that writes it.

Whatever comes in here is scrubbed, whoever has looked at it before: nothing personal is published.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from storage.errors import NotFoundError
from storage.officers.authority import holds
from storage.officers.desk import Desk
from storage.questions import cleaning
from storage.questions.errors import Change, Overtaken
from storage.questions.founding import require_founded
from storage.questions.holding import Held
from storage.questions.kinds import Publication, QuestionState
from storage.questions.resting import RestsOn
from storage.unit_of_work import Reading, UnitOfWork

_TEXTS = "SELECT question, answer FROM published_answer WHERE question_id = %s AND taken_down_at IS NULL"
_PUBLISH = """
INSERT INTO published_answer AS live
  (id, question_id, agency_id, question, answer, procedure_code, procedure_version, published_by,
   published_at, updated_at)
VALUES (%(id)s, %(question_id)s, %(agency)s, %(question)s, %(answer)s, %(code)s, %(version)s, %(by)s,
  %(at)s, %(at)s)
ON CONFLICT (question_id) DO UPDATE SET agency_id = EXCLUDED.agency_id, question = EXCLUDED.question,
  answer = EXCLUDED.answer, procedure_code = EXCLUDED.procedure_code,
  procedure_version = EXCLUDED.procedure_version, published_by = EXCLUDED.published_by,
  updated_at = EXCLUDED.updated_at, taken_down_at = NULL, changed_xid = pg_current_xact_id()
"""
_DECIDE = "UPDATE question SET publication = %s, changed_xid = pg_current_xact_id() WHERE id = %s"
_LIFT = """
UPDATE published_answer SET procedure_version = %(version)s, updated_at = %(at)s,
  changed_xid = pg_current_xact_id()
WHERE question_id = %(question_id)s AND procedure_code = %(code)s AND taken_down_at IS NULL
"""
_TAKE_BACK = """
UPDATE published_answer SET taken_down_at = %s, changed_xid = pg_current_xact_id()
WHERE question_id = %s AND taken_down_at IS NULL
"""
_LEFT = """
SELECT FROM published_answer
WHERE id = %(id)s AND question_id IS NULL
  AND (agency_id, question, answer) = (%(agency)s, %(question)s, %(answer)s)
  AND (field, procedure_code) IS NOT DISTINCT FROM (%(field)s::text, %(code)s::text)
  AND (taken_down_at IS NOT NULL OR procedure_version IS DISTINCT FROM %(version)s::int)
"""
_TAKE_DOWN_ENTRY = """
UPDATE published_answer SET taken_down_at = coalesce(taken_down_at, %s), changed_xid = pg_current_xact_id()
WHERE id = %s AND question_id IS NULL
"""
_REACHED = (
    f"SELECT question_id FROM published_answer live WHERE live.id = %(id)s AND {holds('live.agency_id')}"
)
# Twice, the first time to lock: see `holding`.
_ENTRY = f"""
SELECT FROM published_answer live
WHERE live.id = %(id)s AND live.question_id IS NULL AND live.taken_down_at IS NULL
  AND {holds("live.agency_id")}
"""
_LOCK_ENTRY = f"{_ENTRY} FOR UPDATE OF live"
_MAY_PUBLISH = f"SELECT {holds('%(agency)s::uuid')}"
_ENTER: LiteralString = """
INSERT INTO published_answer AS live
  (id, agency_id, question, answer, field, procedure_code, procedure_version, published_by,
   published_at, updated_at)
VALUES (%(id)s, %(agency)s, %(question)s, %(answer)s, %(field)s, %(code)s, %(version)s, %(by)s,
  %(at)s, %(at)s)
"""
_ADD = f"{_ENTER} ON CONFLICT (id) DO NOTHING"
_SAME = """
SELECT taken_down_at IS NULL AND (question, answer) = (%(question)s, %(answer)s) FROM published_answer
WHERE id = %(id)s AND agency_id = %(agency)s AND question_id IS NULL
"""
# What stands there already as it comes is left alone, so that a file can be imported time and again.
_PUT = f"""
{_ENTER} ON CONFLICT (id) DO UPDATE SET agency_id = EXCLUDED.agency_id, question = EXCLUDED.question,
  answer = EXCLUDED.answer, field = EXCLUDED.field, procedure_code = EXCLUDED.procedure_code,
  procedure_version = EXCLUDED.procedure_version, published_by = EXCLUDED.published_by,
  updated_at = EXCLUDED.updated_at, taken_down_at = NULL, changed_xid = pg_current_xact_id()
WHERE live.question_id IS NULL AND (live.taken_down_at IS NOT NULL
  OR (live.agency_id, live.question, live.answer) IS DISTINCT FROM
    (EXCLUDED.agency_id, EXCLUDED.question, EXCLUDED.answer)
  OR (live.field, live.procedure_code, live.procedure_version) IS DISTINCT FROM
    (EXCLUDED.field, EXCLUDED.procedure_code, EXCLUDED.procedure_version))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A question and its answer as a moderator lets them be read.

    Attributes:
        id: of what is published, where nothing is yet.
        seen: the answer that the moderator looked at.
        decided: how the question stood then: pending, or published already.
    """

    id: UUID
    question: str
    answer: str
    seen: UUID
    decided: Publication = Publication.PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is asked often, with its answer, written by an agency itself; see `models.PublishedAnswer`.

    It is about a procedure, or else a field, or neither.
    """

    id: UUID
    agency_id: UUID
    question: str
    answer: str
    field: str | None = None
    rests_on: RestsOn | None = None


async def publish(uow: UnitOfWork, held: Held, new: Published, *, by: str, now: datetime) -> bool:
    """Let everybody read a question and its answer; say whether that was done now, and not just before.

    Args:
        uow: the unit of work.
        held: the question.
        new: what is to be read; what is published of it by now is replaced.
        by: who lets it.
        now: the time.

    Raises:
        Overtaken: it was withdrawn, answered anew, or decided otherwise since.
        NotFoundError: the asker is no more.
    """
    clean = await cleaning.of_question(uow, held.agency_id, held.party_id, held.author_ref)
    question, answer = clean.scrub(new.question).text, clean.scrub(new.answer).text
    held.require_going_on()
    if held.last is None or held.state is not QuestionState.ANSWERED:
        raise Overtaken(Change.UNANSWERED)
    held.require_last(new.seen)
    driver = await uow.driver()
    if held.publication is Publication.PUBLISHED:
        row: Any = await (await driver.execute(_TEXTS, (held.id,))).fetchone()
        if row == (question, answer):
            return False
    _require_undecided(held, new.decided)
    given = {
        "id": new.id,
        "question_id": held.id,
        "agency": held.agency_id,
        "question": question,
        "answer": answer,
        "code": held.last.procedure_code,
        "version": held.last.procedure_version,
        "by": by,
        "at": now,
    }
    await driver.execute(_PUBLISH, given)
    await driver.execute(_DECIDE, (Publication.PUBLISHED.value, held.id))
    return True


async def refuse(uow: UnitOfWork, held: Held, *, seen: UUID, now: datetime) -> bool:
    """Do not let a question be read, nor what was published of it; say whether that was done now.

    Raises Overtaken as `publish`.
    """
    held.require_going_on()
    held.require_last(seen)
    if held.publication is Publication.REFUSED:
        return False
    _require_undecided(held, Publication.PENDING)
    await (await uow.driver()).execute(_DECIDE, (Publication.REFUSED.value, held.id))
    await take_back(uow, held.id, now=now)
    return True


def _require_undecided(held: Held, seen: Publication) -> None:
    if held.publication is not seen or seen not in (Publication.PENDING, Publication.PUBLISHED):
        raise Overtaken(Change.DECIDED)


async def take_down(uow: UnitOfWork, held: Held, *, now: datetime) -> None:
    """Let a question that is published be read no more, for good."""
    driver = await uow.driver()
    await driver.execute(_DECIDE, (Publication.TAKEN_DOWN.value, held.id))
    await take_back(uow, held.id, now=now)


async def take_back(uow: UnitOfWork, question_id: UUID, *, now: datetime) -> None:
    """Let what is published of a question be read no more; the question itself is the caller's to change."""
    await (await uow.driver()).execute(_TAKE_BACK, (now, question_id))


async def lift(uow: UnitOfWork, question_id: UUID, rests_on: RestsOn, *, now: datetime) -> None:
    """Let what is published of a question rest on a newer version of its procedure."""
    given = {"question_id": question_id, "code": rests_on.code, "version": rests_on.version, "at": now}
    await (await uow.driver()).execute(_LIFT, given)


async def may_publish(reading: Reading, desk: Desk, agency_id: UUID) -> bool:
    """Say whether a desk reaches an agency."""
    driver = await reading.driver()
    row = await (await driver.execute(_MAY_PUBLISH, {**desk.given, "agency": agency_id})).fetchone()
    return row == (True,)


async def question_of(reading: Reading, desk: Desk, published_id: UUID) -> UUID | None:
    """Return the question from which something published came; none of what an agency wrote by itself.

    Raises NotFoundError where there is nothing, or the desk does not reach its agency.
    """
    driver = await reading.driver()
    row: Any = await (await driver.execute(_REACHED, {**desk.given, "id": published_id})).fetchone()
    if row is None:
        raise NotFoundError("published answer")
    question_id: UUID | None = row[0]
    return question_id


async def hold_entry(uow: UnitOfWork, desk: Desk, entry_id: UUID) -> None:
    """Let nobody else change what is asked often until the commit.

    Raises NotFoundError where there is none, it was taken down, or the desk does not reach its agency.
    """
    driver, given = await uow.driver(), {**desk.given, "id": entry_id}
    await driver.execute(_LOCK_ENTRY, given)
    if await (await driver.execute(_ENTRY, given)).fetchone() is None:
        raise NotFoundError("entry")


async def add(uow: UnitOfWork, entry: Entry, *, by: str, now: datetime) -> bool:
    """Publish what is asked often, new; say whether that was done now, and not before under the same id.

    Who may is the caller's to ask, as for `put`. Ids are read by everybody: one that is taken already is
    neither changed nor brought back by it.

    Raises:
        Unfounded: it can not rest on the procedure.
        NotFoundError: what has the id is another agency's, or came from a question.
        Overtaken: what has it was changed since, or taken down.
    """
    given = await _founded(uow, entry, by=by, now=now)
    driver = await uow.driver()
    if (await driver.execute(_ADD, given)).rowcount:
        return True
    row: Any = await (await driver.execute(_SAME, given)).fetchone()
    if row is None:
        raise NotFoundError("published answer")
    if row != (True,):
        raise Overtaken(Change.DECIDED)
    return False


async def put(uow: UnitOfWork, entry: Entry, *, by: str, now: datetime) -> bool:
    """Publish what is asked often, or change it, by its id; say whether that changed anything.

    Who may is the caller's to ask: see `may_publish`.

    Raises:
        Unfounded: it can not rest on the procedure.
        NotFoundError: what has the id came from a question.
    """
    given = await _founded(uow, entry, by=by, now=now)
    driver = await uow.driver()
    changed = (await driver.execute(_PUT, given)).rowcount > 0
    if not changed:
        taken = await driver.execute(
            "SELECT FROM published_answer WHERE id = %s AND question_id IS NOT NULL", (entry.id,)
        )
        if await taken.fetchone() is not None:
            raise NotFoundError("published answer")
    return changed


async def is_left(reading: Reading, entry: Entry) -> bool:
    """Say whether an entry stands there as it comes, but for being stale, or was taken down as it comes."""
    given = await _founded(reading, entry, by="", now=None)
    row: Any = await (await (await reading.driver()).execute(_LEFT, given)).fetchone()
    return row is not None


async def _founded(reading: Reading, entry: Entry, *, by: str, now: datetime | None) -> dict[str, object]:
    """Return the columns of an entry, scrubbed. Raises Unfounded."""
    await require_founded(reading, entry.rests_on)
    clean = await cleaning.of_entry(reading, entry.agency_id)
    return {
        "id": entry.id,
        "agency": entry.agency_id,
        "question": clean.scrub(entry.question).text,
        "answer": clean.scrub(entry.answer).text,
        "field": entry.field,
        "code": entry.rests_on and entry.rests_on.code,
        "version": entry.rests_on and entry.rests_on.version,
        "by": by,
        "at": now,
    }


async def take_down_entry(uow: UnitOfWork, entry_id: UUID, *, now: datetime) -> None:
    """Let what is asked often be read no more; who may is the caller's to ask."""
    await (await uow.driver()).execute(_TAKE_DOWN_ENTRY, (now, entry_id))

"""What becomes of a question at an agency: it is answered, declined, forwarded, and its answer confirmed.

Each is done on a question that this transaction holds, as it then is; what was done since somebody saw it is
told by `Overtaken`. An answer's id is its form's: sent twice, it is one answer.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.errors import NotFoundError
from storage.parties import repository as parties
from storage.questions import publishing
from storage.questions.errors import Change, Overtaken
from storage.questions.founding import require_founded, version_in_force
from storage.questions.holding import Held
from storage.questions.kinds import DeclineReason, Publication, QuestionState
from storage.questions.resting import RestsOn
from storage.questions.sealed import ANSWER
from storage.unit_of_work import UnitOfWork

_KNOWN = """
SELECT question_id, officer_id, text_sealed, procedure_code, procedure_version
FROM question_answer WHERE id = %s
"""
_ADD = """
INSERT INTO question_answer
  (id, question_id, officer_id, text_sealed, procedure_code, procedure_version, written_at)
VALUES (%(id)s, %(question)s, %(officer)s, %(text)s, %(code)s, %(version)s, %(at)s)
"""
_ANSWERED = """
UPDATE question SET state = 'answered', closed_at = coalesce(closed_at, %(at)s),
  publication = CASE WHEN publication IN ('wanted', 'published') THEN 'pending' ELSE publication END,
  changed_xid = pg_current_xact_id()
WHERE id = %(question)s
"""
_CONFIRM = """
INSERT INTO question_answer
  (id, question_id, officer_id, text_sealed, procedure_code, procedure_version, written_at)
SELECT %(id)s, question_id, %(officer)s, text_sealed, procedure_code, %(version)s, %(at)s
FROM question_answer WHERE id = %(confirmed)s
"""
_TOUCH = "UPDATE question SET changed_xid = pg_current_xact_id() WHERE id = %s"
_DECLINE = """
UPDATE question SET state = 'declined', closed_at = %s, decline_reason = %s,
  changed_xid = pg_current_xact_id()
WHERE id = %s
"""
_DECLINED_FOR = "SELECT decline_reason FROM question WHERE id = %s"
_FORWARD = "UPDATE question SET agency_id = %s, changed_xid = pg_current_xact_id() WHERE id = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAnswer:
    """An answer to be kept.

    Attributes:
        id: of the form, and of the answer then.
        seen: the last answer when the officer wrote this one; none where there was none.
    """

    id: UUID
    text: str
    rests_on: RestsOn | None
    seen: UUID | None


async def answer(uow: UnitOfWork, held: Held, officer_id: UUID, new: NewAnswer, *, now: datetime) -> bool:
    """Answer a question, or answer it anew; say whether that was done now, and not before by the same form.

    What is to be published waits for a moderator then; what is published stays until that is decided.

    Raises:
        Overtaken: the question was withdrawn, declined, or answered by somebody else meanwhile.
        Unfounded: the procedure does not bear the answer.
        NotFoundError: the id is another question's answer's, or the asker is no more.
    """
    if await _is_repeat(uow, held, officer_id, new):
        return False
    held.require_going_on()
    held.require_last(new.seen)
    await require_founded(uow, new.rests_on)
    key = await parties.open_key(uow, held.party_id)
    given = {
        "id": new.id,
        "question": held.id,
        "officer": officer_id,
        "text": key.encrypt(new.text, ANSWER),
        "code": new.rests_on and new.rests_on.code,
        "version": new.rests_on and new.rests_on.version,
        "at": held.next_moment(now),
    }
    driver = await uow.driver()
    await driver.execute(_ADD, given)
    await driver.execute(_ANSWERED, {"question": held.id, "at": now})
    return True


async def _is_repeat(uow: UnitOfWork, held: Held, officer_id: UUID, new: NewAnswer) -> bool:
    driver = await uow.driver()
    row: Any = await (await driver.execute(_KNOWN, (new.id,), binary=True)).fetchone()
    if row is None:
        return False
    question_id, by, text, code, version = row
    if question_id != held.id:
        raise NotFoundError("form")
    key = await parties.open_key(uow, held.party_id)
    rests_on = RestsOn(code=code, version=version) if code else None
    if (by, key.decrypt(text, ANSWER), rests_on) != (officer_id, new.text, new.rests_on):
        raise Overtaken(Change.ANSWERED)
    return True


async def confirm(
    uow: UnitOfWork, held: Held, officer_id: UUID, form_id: UUID, *, seen: UUID, version: int, now: datetime
) -> None:
    """Say that an answer is still right: it is given once more, and rests on the version in force.

    What is published of it rests on that as well, unless it waits for a moderator.

    Args:
        uow: the unit of work.
        held: the question.
        officer_id: who says so.
        form_id: the id of the new answer; where it is there already, nothing is done.
        seen: the answer that is meant.
        version: the version of the procedure that was looked at.
        now: the time.

    Raises:
        Overtaken: another answer counts by now, or the procedure is another; it rests on none, or is no more.
        Unfounded: the procedure was removed: nothing can rest on it.
        NotFoundError: the id is another question's answer's.
    """
    driver = await uow.driver()
    known: Any = await (await driver.execute(_KNOWN, (form_id,), binary=True)).fetchone()
    if known is not None:
        if known[0] != held.id:
            raise NotFoundError("form")
        return
    held.require_going_on()
    if held.last is None or held.last.procedure_code is None:
        raise Overtaken(Change.UNANSWERED)
    held.require_last(seen)
    if version != await version_in_force(uow, held.last.procedure_code):
        raise Overtaken(Change.PROCEDURE)
    given = {"id": form_id, "officer": officer_id, "version": version, "confirmed": seen}
    await driver.execute(_CONFIRM, {**given, "at": held.next_moment(now)})
    await driver.execute(_TOUCH, (held.id,))
    if held.publication is Publication.PUBLISHED:
        await publishing.lift(uow, held.id, RestsOn(code=held.last.procedure_code, version=version), now=now)


async def decline(uow: UnitOfWork, held: Held, reason: DeclineReason, *, now: datetime) -> bool:
    """Decline to answer a question; say whether that was done now, and not for the same reason before.

    Raises Overtaken where it was answered, withdrawn, or declined for another reason.
    """
    driver = await uow.driver()
    if held.state is QuestionState.DECLINED:
        row: Any = await (await driver.execute(_DECLINED_FOR, (held.id,))).fetchone()
        if row == (reason.value,):
            return False
    _require_asked(held)
    await driver.execute(_DECLINE, (now, reason.value, held.id))
    return True


async def forward(uow: UnitOfWork, held: Held, agency_id: UUID) -> None:
    """Give a question that waits to another agency, in force; by when an answer is promised stays.

    Raises Overtaken where it waits no more.
    """
    _require_asked(held)
    await (await uow.driver()).execute(_FORWARD, (agency_id, held.id))


def _require_asked(held: Held) -> None:
    held.require_going_on()
    if held.state is not QuestionState.ASKED:
        raise Overtaken(Change.ANSWERED)

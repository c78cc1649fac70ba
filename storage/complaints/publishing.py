"""What everybody may read of complaints and their answers: the one place that writes it.

Whatever comes in here is scrubbed, whoever has looked at it before: nothing personal is published.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.complaints import entries
from storage.complaints.entries import NewEntry
from storage.complaints.errors import NotNow, Overtaken
from storage.complaints.holding import Held, save
from storage.complaints.kinds import ComplaintState, ComplaintStep
from storage.ids import new_id
from storage.questions import cleaning
from storage.questions.kinds import Publication
from storage.unit_of_work import UnitOfWork

_TEXTS = "SELECT text, answer FROM published_complaint WHERE complaint_id = %s AND taken_down_at IS NULL"
_PUBLISH = """
INSERT INTO published_complaint
  (id, complaint_id, agency_id, kind, topic, text, answer, answered_at, published_by, published_at,
   updated_at)
VALUES (%(id)s, %(complaint)s, %(agency)s, %(kind)s, %(topic)s, %(text)s, %(answer)s, %(answered_at)s, %(by)s,
  %(at)s, %(at)s)
ON CONFLICT (complaint_id) DO UPDATE SET text = EXCLUDED.text, answer = EXCLUDED.answer,
  published_by = EXCLUDED.published_by, updated_at = EXCLUDED.updated_at, taken_down_at = NULL
"""
_TAKE_BACK = """
UPDATE published_complaint SET taken_down_at = %s WHERE complaint_id = %s AND taken_down_at IS NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A complaint and its answer as a moderator lets them be read.

    Attributes:
        seen: how the publication stood when the moderator looked: pending, or published already.
    """

    text: str
    answer: str
    seen: Publication = Publication.PENDING


async def publish(uow: UnitOfWork, held: Held, new: Published, *, officer_id: UUID, now: datetime) -> bool:
    """Let everybody read a complaint and its answer; say whether that was done now, and not just before.

    Args:
        uow: the unit of work.
        held: the complaint.
        new: what is to be read; what is published of it by now is replaced.
        officer_id: who lets it.
        now: the time.

    Raises:
        Overtaken: it was decided otherwise since, or the consent was taken back.
        NotFoundError: the party is no more.
    """
    clean = await cleaning.of_question(uow, held.agency_id, held.party_id, held.author_ref)
    text, answer = clean.scrub(new.text).text, clean.scrub(new.answer).text
    driver = await uow.driver()
    if held.publication is Publication.PUBLISHED:
        row: Any = await (await driver.execute(_TEXTS, (held.id,))).fetchone()
        if row == (text, answer):
            return False
    _require_as_seen(held, new.seen)
    given = {
        "id": new_id(),
        "complaint": held.id,
        "agency": held.agency_id,
        "kind": held.kind,
        "topic": held.topic,
        "text": text,
        "answer": answer,
        "answered_at": held.closed_at,
        "by": officer_id,
        "at": now,
    }
    await driver.execute(_PUBLISH, given)
    await _decide(uow, held, ComplaintStep.PUBLISHED, Publication.PUBLISHED, officer_id=officer_id, now=now)
    return True


async def refuse(uow: UnitOfWork, held: Held, *, officer_id: UUID, now: datetime) -> bool:
    """Do not let a complaint that waits be read; say whether that was done now. Raises Overtaken."""
    if held.publication is Publication.REFUSED:
        return False
    _require_as_seen(held, Publication.PENDING)
    await _decide(
        uow, held, ComplaintStep.PUBLICATION_REFUSED, Publication.REFUSED, officer_id=officer_id, now=now
    )
    return True


async def take_down(uow: UnitOfWork, held: Held, *, officer_id: UUID, now: datetime) -> bool:
    """Let a complaint that is published be read no more, for good; say whether that was done now.

    Raises Overtaken where it is not published.
    """
    if held.publication is Publication.TAKEN_DOWN:
        return False
    _require_as_seen(held, Publication.PUBLISHED)
    await take_back(uow, held.id, now=now)
    await _decide(uow, held, ComplaintStep.TAKEN_DOWN, Publication.TAKEN_DOWN, officer_id=officer_id, now=now)
    return True


async def take_back(uow: UnitOfWork, complaint_id: UUID, *, now: datetime) -> None:
    """Let what is published of a complaint be read no more; the complaint is the caller's to change."""
    await (await uow.driver()).execute(_TAKE_BACK, (now, complaint_id))


def _require_as_seen(held: Held, seen: Publication) -> None:
    held.require({ComplaintState.ANSWERED})
    if seen not in {Publication.PENDING, Publication.PUBLISHED}:
        raise NotNow
    if held.publication is not seen:
        raise Overtaken(held.last_kind)


async def _decide(
    uow: UnitOfWork,
    held: Held,
    kind: ComplaintStep,
    publication: Publication,
    *,
    officer_id: UUID,
    now: datetime,
) -> None:
    new = NewEntry(id=new_id(), kind=kind, officer_id=officer_id)
    await entries.add(uow, held, new, at=held.next_moment(now), due_at=held.publish_by)
    await save(uow, replace(held, publication=publication, publish_by=None))

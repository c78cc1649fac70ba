"""What happened to a complaint is written down: the one place that does it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.complaints.errors import Overtaken
from storage.complaints.holding import Held
from storage.complaints.kinds import ComplaintStep
from storage.complaints.sealed import ENTRY
from storage.errors import NotFoundError
from storage.parties import repository as parties
from storage.unit_of_work import Reading, UnitOfWork

_KNOWN = "SELECT complaint_id, kind, officer_id, to_agency_id, text_sealed FROM complaint_entry WHERE id = %s"
_ADD = """
INSERT INTO complaint_entry
  (id, complaint_id, kind, officer_id, from_agency_id, to_agency_id, text_sealed, due_at, at)
VALUES (%(id)s, %(complaint)s, %(kind)s, %(officer)s, %(from)s, %(to)s, %(text)s, %(due_at)s, %(at)s)
"""
_SENT_ON = """
SELECT EXISTS (SELECT FROM complaint_entry
  WHERE id = %s AND complaint_id = %s AND officer_id = %s AND to_agency_id = %s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """Something that happens; see `models.ComplaintEntry`."""

    id: UUID
    kind: ComplaintStep
    officer_id: UUID | None = None
    to_agency_id: UUID | None = None
    text: str | None = None


async def is_repeat(reading: Reading, held: Held, new: NewEntry) -> bool:
    """Say whether the same was done before by the same form.

    Raises:
        NotFoundError: the id is another complaint's entry's.
        Overtaken: by the same form something else was done.
    """
    row: Any = await (await (await reading.driver()).execute(_KNOWN, (new.id,), binary=True)).fetchone()
    if row is None:
        return False
    complaint_id, kind, officer_id, to_agency_id, text_sealed = row
    if complaint_id != held.id:
        raise NotFoundError("form")
    text = None
    if text_sealed is not None:
        text = (await parties.open_key(reading, held.party_id)).decrypt(text_sealed, ENTRY)
    if (kind, officer_id, to_agency_id, text) != (new.kind, new.officer_id, new.to_agency_id, new.text):
        raise Overtaken(ComplaintStep(kind))
    return True


async def add(uow: UnitOfWork, held: Held, new: NewEntry, *, at: datetime, due_at: datetime | None) -> None:
    """Write down what happens to a complaint, which is as it was before.

    Args:
        uow: the unit of work.
        held: the complaint.
        new: what happens.
        at: when: see `Held.next_moment`.
        due_at: by when it was to be done.

    Raises NotFoundError where there is a text to be kept and the party is no more.
    """
    text = None
    if new.text is not None:
        text = (await parties.open_key(uow, held.party_id)).encrypt(new.text, ENTRY)
    given = {
        "id": new.id,
        "complaint": held.id,
        "kind": new.kind.value,
        "officer": new.officer_id,
        "from": held.agency_id,
        "to": new.to_agency_id,
        "text": text,
        "due_at": due_at,
        "at": at,
    }
    await (await uow.driver()).execute(_ADD, given)


async def was_sent_on(
    reading: Reading, complaint_id: UUID, officer_id: UUID, form_id: UUID, to_agency_id: UUID
) -> bool:
    """Say whether an officer has sent a complaint on by a form: they may not be let see it any more."""
    given = (form_id, complaint_id, officer_id, to_agency_id)
    return await (await (await reading.driver()).execute(_SENT_ON, given)).fetchone() == (True,)

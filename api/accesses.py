"""What others read of a party's data is noted before they get it."""

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from api.dependencies import AllServices, SignedIn
from auth.principals import Citizen, Officer
from storage.access_log import repository as access_log
from storage.access_log.kinds import ObjectKind, Purpose, ReaderKind
from storage.access_log.repository import NewAccess
from storage.unit_of_work import UnitOfWork


class AccessNotes:
    """What one request read. What a party reads of its own is not noted."""

    def __init__(self, citizen: Citizen) -> None:
        self._citizen = citizen
        self.taken: list[NewAccess] = []

    def saw(self, kind: ObjectKind, object_id: UUID | None = None) -> None:
        """Note that the caller is about to be shown something."""
        if self._citizen.actor_id is None:
            return
        access = NewAccess(
            at=datetime.now(UTC),
            party_id=self._citizen.party_id,
            reader_kind=ReaderKind.PARTY,
            reader=str(self._citizen.actor_id),
            purpose=Purpose.REPRESENTATION,
            object_kind=kind,
            object_id=object_id,
            basis_id=self._citizen.representation_id,
        )
        self.taken.append(access)


async def get_access_notes(citizen: SignedIn, services: AllServices) -> AsyncIterator[AccessNotes]:
    """Keep what an endpoint notes, once it has returned and before its answer is sent."""
    notes = AccessNotes(citizen)
    yield notes
    if notes.taken:
        async with services.unit_of_work() as uow:
            await access_log.add(uow, notes.taken)
            await uow.commit()


Accesses = Annotated[AccessNotes, Depends(get_access_notes, scope="function")]
"""To be asked for before what reads: so the notes are kept after that gave its connection back.

Where they can not be kept, the answer is an error and nothing was shown.
"""


async def note_officer(
    uow: UnitOfWork, officer: Officer, purpose: Purpose, seen: Iterable[tuple[UUID, ObjectKind, UUID | None]]
) -> None:
    """Note in the reading's own transaction what an officer reads: of whom, what kind of thing, and which."""
    now = datetime.now(UTC)
    taken = [
        NewAccess(
            at=now,
            party_id=party_id,
            reader_kind=ReaderKind.OFFICER,
            reader=str(officer.officer_id),
            purpose=purpose,
            object_kind=kind,
            object_id=object_id,
        )
        for party_id, kind, object_id in seen
    ]
    await access_log.add(uow, taken)

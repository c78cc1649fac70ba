"""Sends that wait in tests, and what becomes of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from storage.contacts.addresses import ContactKind
from storage.contacts.models import Contact, ContactSource
from storage.contacts.repository import VALUE, value_index
from storage.deliveries import claiming
from storage.deliveries import repository as deliveries
from storage.deliveries.claiming import FIRST, Claimed
from storage.deliveries.repository import NewDelivery
from storage.ids import new_id
from storage.notifications import repository as notifications
from storage.notifications.repository import NewNotification
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.unit_of_work import UnitOfWork

LANES = range(4)
EMAIL = "nguyen.an@example.vn"
LEASE = timedelta(seconds=30)


@dataclass(kw_only=True)
class Queue:
    """One party with one address, and the sends to it."""

    open_unit: Callable[[], UnitOfWork]
    party_id: UUID
    contact_id: UUID
    notification_id: UUID

    @classmethod
    async def open(cls, open_unit: Callable[[], UnitOfWork]) -> "Queue":
        """Make the party, the address and a notice."""
        async with open_unit() as uow:
            identity = PartyIdentity(kind=PartyKind.PERSON, number="001190000001", name="Nguyễn Thị An")
            (key,) = await parties.find_or_create(uow, [identity])
            contact = Contact(
                party_id=key.party_id,
                kind="email",
                value_index=value_index(uow, ContactKind.EMAIL, EMAIL),
                value_sealed=key.encrypt(EMAIL, VALUE),
                source=ContactSource.VERIFIED,
            )
            uow.session.add(contact)
            notice = NewNotification(
                id=new_id(),
                party_id=key.party_id,
                agency_id=new_id(),
                dossier_id=None,
                event_id=None,
                category="status_change",
                params={},
                expires_at=datetime.now(UTC) + timedelta(days=1),
            )
            await notifications.add(uow, [notice])
            await uow.commit()
            return cls(
                open_unit=open_unit,
                party_id=key.party_id,
                contact_id=contact.id,
                notification_id=notice.id,
            )

    async def add(
        self,
        count: int = 1,
        *,
        agency_id: UUID = FIRST,
        lane: int = 2,
        due_in: float = 0,
        expires_in: float = 3600,
    ) -> list[UUID]:
        """Let sends wait that are due in so many seconds."""
        new = [
            NewDelivery(
                id=new_id(),
                notification_ids=[self.notification_id],
                party_id=self.party_id,
                agency_id=agency_id if agency_id != FIRST else self.party_id,
                channel="email",
                lane=lane,
                step=0,
                target_id=self.contact_id,
                expires_at=datetime.now(UTC) + timedelta(seconds=expires_in),
            )
            for _ in range(count)
        ]
        async with self.open_unit() as uow:
            await deliveries.add(uow, new)
            await uow.commit()
        ids = [one.id for one in new]
        if due_in:
            await self.run(
                "UPDATE delivery SET due_at = now() + %s WHERE id = ANY(%s)", timedelta(seconds=due_in), ids
            )
        return ids

    async def claim(
        self, size: int, *, after: dict[int, UUID] | None = None, lease: timedelta = LEASE
    ) -> tuple[list[Claimed], dict[int, UUID]]:
        """Claim as a dispatcher does."""
        async with self.open_unit() as uow:
            found = await claiming.claim(
                uow,
                channel="email",
                purpose=VALUE,
                size=size,
                lease=lease,
                after=after or dict.fromkeys(LANES, FIRST),
            )
            await uow.commit()
            return found

    async def run(self, query: str, *params: object) -> None:
        """Change something by SQL."""
        async with self.open_unit() as uow:
            await (await uow.driver()).execute(query.encode(), params)
            await uow.commit()

    async def let_leases_run_out(self) -> None:
        """Let time pass until nothing that is held is held any more."""
        await self.run(
            "UPDATE delivery SET lease_until = now(), due_at = now() WHERE lease_until IS NOT NULL"
        )

    async def rows(self, query: str, *params: object) -> Sequence[Any]:
        """Return what a query finds."""
        async with self.open_unit() as uow:
            return await (await (await uow.driver()).execute(query.encode(), params)).fetchall()

    async def agencies_of(self, claimed: Sequence[Claimed]) -> list[UUID]:
        """Return the agency of each claimed row."""
        found = dict(await self.rows("SELECT id, agency_id FROM delivery"))
        return [found[row.id] for row in claimed]

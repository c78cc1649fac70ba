"""Complaints before officers, filed and handled beneath their pages."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from storage.complaints import filing, handling, publishing
from storage.complaints.codes import new_code
from storage.complaints.filing import NewComplaint
from storage.complaints.handling import Deed
from storage.complaints.holding import Held, hold
from storage.complaints.kinds import ComplaintKind, Topic
from storage.complaints.models import Complaint
from storage.complaints.publishing import Published
from storage.dossiers.working_days import WorkingCalendar
from storage.ids import new_id
from storage.officers.desk import Desk
from storage.officers.roles import Role
from storage.parties import repository as parties
from storage.unit_of_work import UnitOfWork

OpenUnit = Callable[[], UnitOfWork]
CALENDAR = WorkingCalendar()
WRITTEN = "Tôi nộp hồ sơ đã một tháng, hỏi thì cán bộ bảo cứ chờ."


async def complain(
    open_unit: OpenUnit,
    party_id: UUID,
    agency_id: UUID,
    *,
    text: str = WRITTEN,
    public: bool = False,
    kind: ComplaintKind = ComplaintKind.COMPLAINT,
    topic: Topic = Topic.DELAY,
    received_at: datetime | None = None,
    dossier_id: UUID | None = None,
) -> UUID:
    """File a complaint, now if no time is given; return its id."""
    new = NewComplaint(
        id=new_id(),
        code=new_code(),
        author_ref=str(party_id),
        agency_id=agency_id,
        dossier_id=dossier_id,
        kind=kind,
        topic=topic,
        text=text,
        public=public,
        received_at=received_at or datetime.now(UTC),
    )
    async with open_unit() as uow:
        await filing.file(uow, await parties.open_key(uow, party_id), new, CALENDAR)
        await uow.commit()
    return new.id


async def row_of(open_unit: OpenUnit, complaint_id: UUID) -> Complaint:
    """Return a complaint as it is kept."""
    async with open_unit() as uow:
        return await uow.session.get_one(Complaint, complaint_id)


async def withdraw(open_unit: OpenUnit, complaint_id: UUID) -> None:
    """Let its sender take it back."""
    party_id = (await row_of(open_unit, complaint_id)).party_id
    async with open_unit() as uow:
        await filing.withdraw(uow, party_id, complaint_id, now=datetime.now(UTC))
        await uow.commit()


async def supply(open_unit: OpenUnit, complaint_id: UUID, text: str) -> None:
    """Let its sender add what was asked for."""
    party_id, now = (await row_of(open_unit, complaint_id)).party_id, datetime.now(UTC)
    async with open_unit() as uow:
        await filing.supply(uow, party_id, complaint_id, text, now=now, calendar=CALENDAR)
        await uow.commit()


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """An officer of an agency, who handles complaints without a page."""

    open_unit: OpenUnit
    officer_id: UUID

    async def accept(self, complaint_id: UUID) -> None:
        """Take one on."""
        await self._do(complaint_id, handling.accept)

    async def ask(self, complaint_id: UUID, text: str = "Hồ sơ nào?") -> None:
        """Ask for more."""
        await self._do(complaint_id, partial(handling.ask_more, text=text))

    async def forward(self, complaint_id: UUID, agency_id: UUID) -> None:
        """Send one on."""
        sent = partial(handling.forward, agency_id=agency_id, text=None, calendar=CALENDAR)
        await self._do(complaint_id, sent)

    async def answer(self, complaint_id: UUID, text: str = "Đã nhắc bộ phận liên quan.") -> None:
        """Take one on, and answer it."""
        await self.accept(complaint_id)
        await self._do(complaint_id, partial(handling.answer, text=text, calendar=CALENDAR))

    async def publish(self, complaint_id: UUID, text: str = "Chậm.", answer: str = "Đã nhắc.") -> None:
        """Let one that was answered be read by everybody."""
        async with self.open_unit() as uow:
            held, new = await self._held(uow, complaint_id), Published(text=text, answer=answer)
            await publishing.publish(uow, held, new, officer_id=self.officer_id, now=datetime.now(UTC))
            await uow.commit()

    async def _do(
        self, complaint_id: UUID, work: Callable[[UnitOfWork, Held, Deed], Awaitable[bool]]
    ) -> None:
        async with self.open_unit() as uow:
            held = await self._held(uow, complaint_id)
            deed = Deed(
                form_id=new_id(), officer_id=self.officer_id, seen=held.last_id, now=datetime.now(UTC)
            )
            assert await work(uow, held, deed)
            await uow.commit()

    async def _held(self, uow: UnitOfWork, complaint_id: UUID) -> Held:
        return await hold(uow, Desk(officer_id=self.officer_id, roles=frozenset(Role)), complaint_id)

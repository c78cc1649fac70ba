"""Agencies with complaints before them, their officers, and who files."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import sql

from storage.complaints import filing, handling, opening, publishing
from storage.complaints.codes import new_code
from storage.complaints.filing import NewComplaint
from storage.complaints.handling import Deed
from storage.complaints.holding import Held, hold
from storage.complaints.kinds import ComplaintKind, DeclineGround, Topic
from storage.complaints.opening import OpenedComplaint
from storage.complaints.publishing import Published
from storage.dossiers.models import Dossier
from storage.dossiers.working_days import WorkingCalendar
from storage.ids import new_id
from storage.officers.desk import MODERATORS, READERS, WORKERS, Desk
from storage.officers.roles import Role
from storage.parties import repository as parties
from storage.unit_of_work import UnitOfWork
from tests.storage.questions import office

NOW = datetime.now(UTC)
CALENDAR = WorkingCalendar()
WRITTEN = "Hồ sơ đã quá hẹn mười ngày mà chưa có kết quả."
ANSWER = "Hồ sơ đã được trả ngày 20 tháng 11; cán bộ chậm trễ đã bị nhắc nhở."
OpenUnit = Callable[[], UnitOfWork]
ROLES = (Role.OFFICER, Role.MODERATOR)


@dataclass(frozen=True, kw_only=True)
class Bureau:
    """A party, and two agencies with an officer each who may do everything."""

    open_unit: OpenUnit
    party_id: UUID
    agency_id: UUID
    officer_id: UUID
    other_agency_id: UUID
    other_officer_id: UUID

    @classmethod
    async def open(cls, open_unit: OpenUnit) -> "Bureau":
        """Make all of it."""
        agency_id, other_id = [await office.agency(open_unit, code) for code in ("H26", "H27")]
        officers = [
            await office.officer(open_unit, f"{number}@tindan.example", *((role, where) for role in ROLES))
            for number, where in enumerate((agency_id, other_id))
        ]
        return cls(
            open_unit=open_unit,
            party_id=await office.asker(open_unit),
            agency_id=agency_id,
            officer_id=officers[0],
            other_agency_id=other_id,
            other_officer_id=officers[1],
        )

    def worker(self, officer_id: UUID | None = None) -> Desk:
        """Return the desk of an officer who handles complaints."""
        return Desk(officer_id=officer_id or self.officer_id, roles=WORKERS)

    def reader(self, officer_id: UUID | None = None) -> Desk:
        """Return that of one who reads them."""
        return Desk(officer_id=officer_id or self.officer_id, roles=READERS)

    @property
    def moderator(self) -> Desk:
        """That of one who publishes them."""
        return Desk(officer_id=self.officer_id, roles=MODERATORS)

    async def file(
        self,
        text: str = WRITTEN,
        *,
        kind: ComplaintKind = ComplaintKind.COMPLAINT,
        public: bool = False,
        at: datetime = NOW,
        dossier_id: UUID | None = None,
        agency_id: UUID | None = None,
    ) -> UUID:
        """File a complaint."""
        new = NewComplaint(
            id=new_id(),
            code=new_code(),
            author_ref=str(self.party_id),
            agency_id=agency_id or self.agency_id,
            dossier_id=dossier_id,
            kind=kind,
            topic=Topic.DELAY,
            text=text,
            public=public,
            received_at=at,
        )
        async with self.open_unit() as uow:
            await filing.file(uow, await parties.open_key(uow, self.party_id), new, CALENDAR)
            await uow.commit()
        return new.id

    async def held(self, complaint_id: UUID, officer_id: UUID | None = None) -> Held:
        """Return a complaint as it is when it is held."""
        async with self.open_unit() as uow:
            return await hold(uow, self.worker(officer_id), complaint_id)

    async def opened(self, complaint_id: UUID, officer_id: UUID | None = None) -> OpenedComplaint:
        """Open a complaint."""
        async with self.open_unit() as uow:
            return await opening.opened(uow, self.reader(officer_id), complaint_id)

    async def do(
        self,
        work: Callable[..., Any],
        complaint_id: UUID,
        *given: object,
        now: datetime | None = None,
        form_id: UUID | None = None,
        seen: UUID | None = None,
        officer_id: UUID | None = None,
        **named: object,
    ) -> bool:
        """Do something of `handling` in a transaction of its own, upon what there is unless `seen` says else."""
        async with self.open_unit() as uow:
            held = await hold(uow, self.worker(officer_id), complaint_id)
            deed = Deed(
                form_id=form_id or new_id(),
                officer_id=officer_id or self.officer_id,
                seen=seen or held.last_id,
                now=now or datetime.now(UTC),
            )
            fresh: bool = await work(uow, held, deed, *given, **named)
            await uow.commit()
        return fresh

    async def accept(self, complaint_id: UUID, **how: Any) -> bool:
        """Take a complaint on."""
        return await self.do(handling.accept, complaint_id, **how)

    async def decline(
        self, complaint_id: UUID, reason: DeclineGround = DeclineGround.UNCLEAR, **how: Any
    ) -> bool:
        """Decline one."""
        return await self.do(handling.decline, complaint_id, reason, "Không rõ.", calendar=CALENDAR, **how)

    async def ask_more(self, complaint_id: UUID, **how: Any) -> bool:
        """Ask for more."""
        return await self.do(handling.ask_more, complaint_id, "Nộp ngày nào?", **how)

    async def forward(self, complaint_id: UUID, **how: Any) -> bool:
        """Send one on to the other agency."""
        return await self.do(
            handling.forward, complaint_id, self.other_agency_id, "Thuộc H27.", calendar=CALENDAR, **how
        )

    async def answer(self, complaint_id: UUID, text: str = ANSWER, **how: Any) -> bool:
        """Answer one."""
        return await self.do(handling.answer, complaint_id, text, calendar=CALENDAR, **how)

    async def supply(self, complaint_id: UUID, *, now: datetime | None = None) -> None:
        """Add what was asked for."""
        async with self.open_unit() as uow:
            at = now or datetime.now(UTC)
            await filing.supply(uow, self.party_id, complaint_id, "Ngày 3.", now=at, calendar=CALENDAR)
            await uow.commit()

    async def withdraw(self, complaint_id: UUID) -> None:
        """Take one back."""
        async with self.open_unit() as uow:
            await filing.withdraw(uow, self.party_id, complaint_id, now=datetime.now(UTC))
            await uow.commit()

    async def publish(self, complaint_id: UUID, new: Published) -> bool:
        """Let one be read."""
        async with self.open_unit() as uow:
            held = await hold(uow, self.moderator, complaint_id)
            fresh = await publishing.publish(
                uow, held, new, officer_id=self.officer_id, now=datetime.now(UTC)
            )
            await uow.commit()
        return fresh

    async def answered(self, *, public: bool = True) -> UUID:
        """Return a complaint that was answered."""
        complaint_id = await self.file(public=public)
        await self.accept(complaint_id)
        await self.answer(complaint_id)
        return complaint_id

    async def dossier(self, code: str, agency_id: UUID | None = None) -> UUID:
        """Make a dossier of the party's."""
        dossier_id = new_id()
        async with self.open_unit() as uow:
            uow.session.add(
                Dossier(
                    id=dossier_id,
                    code=code,
                    party_id=self.party_id,
                    agency_id=agency_id or self.agency_id,
                    procedure_code="1.001193",
                    status=10,
                    status_since=NOW,
                    first_at=NOW,
                    ended_at=NOW,
                    updated_at=NOW,
                    heard_at=NOW,
                )
            )
            await uow.commit()
        return dossier_id

    async def sql(self, statement: str, *given: object) -> list[Any]:
        """Run a statement, and keep what it does."""
        async with self.open_unit() as uow:
            cursor = await (await uow.driver()).execute(sql.SQL(statement), given)  # type: ignore[arg-type]
            rows: list[Any] = await cursor.fetchall() if cursor.description else []
            await uow.commit()
        return rows


def ago(**time: float) -> datetime:
    """Return a time that lies back."""
    return datetime.now(UTC) - timedelta(**time)

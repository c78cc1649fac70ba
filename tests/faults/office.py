"""Notices under way, up to the point where a dispatcher takes them; and time, which passes as told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from notify.announce import Notice, announce
from notify.categories import Category
from notify.compose import Composer
from notify.dispatcher import Dispatcher
from notify.planner import Planner
from notify.ports import Channel
from notify.registry import ADDRESSES
from notify.routes import PROMPT
from notify.valve import Valve
from storage.agencies.models import Agency
from storage.cipher import PartyKey
from storage.contacts import repository as contacts
from storage.contacts.addresses import ContactKind
from storage.contacts.repository import SuppliedContact
from storage.devices import repository as devices
from storage.devices.repository import Installation
from storage.dossiers import repository as dossiers
from storage.dossiers.repository import DossierWrite
from storage.dossiers.statuses import DossierStatus
from storage.dossiers.timeline import Fact, fold
from storage.ids import new_id
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.procedures import repository as procedures
from storage.procedures.record import Procedure
from storage.routing import repository as routing
from storage.tables import metadata
from storage.unit_of_work import UnitOfWork

PROCEDURE = Procedure(code="1.001193", name="Thủ tục đăng ký khai sinh", agency="Ủy ban nhân dân cấp xã")
_AGE = """
UPDATE delivery SET due_at = due_at - %(by)s, expires_at = expires_at - %(by)s, created_at = created_at - %(by)s,
  lease_until = lease_until - %(by)s
"""
_COPIED = """
FROM generate_series(1, %(count)s) copy
JOIN (SELECT *, row_number() OVER () - 1 AS place, count(*) OVER () AS size FROM delivery) d
  ON d.place = copy %% d.size
"""
_COLUMNS = [column.name for column in metadata.tables["delivery"].columns]


def email_of(serial: int) -> str:
    """Return the address of a citizen."""
    return f"citizen-{serial}@example.vn"


def token_of(serial: int) -> str:
    """Return the token of a citizen's phone."""
    return f"phone-{serial}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """An agency with its citizens, who have a mail address and a phone each."""

    open_unit: Callable[[], UnitOfWork]
    composer: Composer
    agency_id: UUID
    passed: list[float] = field(default_factory=list)

    @classmethod
    async def open(cls, open_unit: Callable[[], UnitOfWork], composer: Composer) -> "Office":
        """Found the agency."""
        agency = Agency(id=new_id(), code="H26.1", name="Ủy ban nhân dân phường Thử Nghiệm")
        agency.lineage = [agency.id]
        async with open_unit() as uow:
            uow.session.add(agency)
            await procedures.put(uow, [PROCEDURE], author="test", source="test", whole=False)
            # At whatever hour tests run.
            await routing.add(uow, PROMPT.model_dump(mode="json"), author="test", note="", after=0)
            await uow.commit()
        return cls(open_unit=open_unit, composer=composer, agency_id=agency.id)

    async def announce(self, count: int, channel: str) -> None:
        """Tell so many citizens that their dossiers were accepted, and plan the sends of a channel."""
        now = datetime.now(UTC)
        people = [
            PartyIdentity(kind=PartyKind.PERSON, number=f"001190{serial:06d}") for serial in range(count)
        ]
        async with self.open_unit() as uow:
            owners = await parties.find_or_create(uow, people)
            written = [self._dossier(serial, owner, now) for serial, owner in enumerate(owners)]
            await dossiers.write(uow, written)
            await contacts.supply(uow, [_address(*pair) for pair in zip(written, owners, strict=True)])
            for serial, owner in enumerate(owners):
                await devices.put(uow, owner, _phone(serial))
            await announce(uow, [_notice(dossier) for dossier in written], now)
            await uow.commit()
        assert await Planner(self.open_unit, {channel: ADDRESSES[channel]}).run_once() == count

    async def queue(self, count: int, **changes: object) -> set[UUID]:
        """Queue so many copies of what waits, due now, with other columns where told so; return their ids."""
        values = {"id": "gen_random_uuid()", "due_at": "now()"} | {name: f"%({name})s" for name in changes}
        chosen = ", ".join(values.get(name, f"d.{name}") for name in _COLUMNS)
        query = f"INSERT INTO delivery ({', '.join(_COLUMNS)}) SELECT {chosen} {_COPIED} RETURNING id"
        async with self.open_unit() as uow:
            cursor = await (await uow.driver()).execute(query.encode(), {"count": count} | changes)
            ids = {id_ for (id_,) in await cursor.fetchall()}  # type: ignore[misc] # rows are untyped
            await uow.commit()
        return ids

    def _dossier(self, serial: int, owner: PartyKey, now: datetime) -> DossierWrite:
        return DossierWrite(
            id=new_id(),
            code=f"H26.1-261121-{serial:04d}",
            party_id=owner.party_id,
            agency_id=self.agency_id,
            procedure_code=PROCEDURE.code,
            channel=None,
            summary_sealed=None,
            state=fold([Fact(id=new_id(), status=DossierStatus.ACCEPTED, occurred_at=now)]),
            changed=True,
        )

    async def waiting(self) -> list[dict[str, Any]]:
        """Return the sends that wait or are under way, longest due first."""
        query = "SELECT *, now() AS now, lease_until > now() AS held FROM delivery ORDER BY due_at"
        return await self._rows(query)

    async def finished(self) -> list[dict[str, Any]]:
        """Return the sends that came to their end."""
        return await self._rows("SELECT * FROM finished_delivery")

    def clock(self) -> float:
        """Return the time of those who count it for themselves."""
        return monotonic() + sum(self.passed)

    def dispatcher(self, channel: Channel) -> Dispatcher:
        """Return one that goes by this time."""
        valve = Valve(channel.name, clock=self.clock)
        return Dispatcher(channel, self.composer, self.open_unit, valve=valve)

    async def let_pass(self, time: timedelta) -> None:
        """Make every send older, as if that time had passed."""
        self.passed.append(time.total_seconds())
        async with self.open_unit() as uow:
            await (await uow.driver()).execute(_AGE, {"by": time})
            await uow.commit()

    async def let_pass_until_due(self) -> timedelta:
        """Let time pass until the next send is due; return how much it was."""
        waiting = await self.waiting()
        time = max(waiting[0]["due_at"] - waiting[0]["now"], timedelta(0))
        await self.let_pass(time)
        return time

    async def _rows(self, query: str) -> list[dict[str, Any]]:
        async with self.open_unit() as uow:
            cursor = await (await uow.driver()).execute(query)
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]


def _address(dossier: DossierWrite, owner: PartyKey) -> SuppliedContact:
    serial = int(dossier.code.rpartition("-")[2])
    return SuppliedContact(
        party=owner,
        dossier_id=dossier.id,
        kind=ContactKind.EMAIL,
        value=email_of(serial),
        told_at=datetime.now(UTC),
    )


def _notice(dossier: DossierWrite) -> Notice:
    current = dossier.state.current
    return Notice(
        party_id=dossier.party_id,
        agency_id=dossier.agency_id,
        category=Category.STATUS_CHANGE,
        dossier_id=dossier.id,
        params={
            "status": int(current.status),
            "occurred_at": current.occurred_at.isoformat(),
            "due_at": None,
        },
    )


def _phone(serial: int) -> Installation:
    return Installation(
        id=UUID(int=serial + 1),
        platform="android",
        push_token=token_of(serial),
        confirms_receipt=False,
        app_version=None,
    )

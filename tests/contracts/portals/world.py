"""Agencies, what they and a portal tell us, and the portal that is told of it."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from api.connectors.engine import Link, Turn, taking_turns
from api.connectors.portals.port import Portal, Record, Reported
from api.connectors.pushing import dossiers
from api.connectors.pushing.dossiers import Made
from api.recording.schemas import EventOutcome
from api.recording.service import parse, receive
from auth.principals import AgencyCaller
from storage.agencies.authority import AuthorityBook
from storage.agencies.repository import AgencyRecord, put, resolve
from storage.portal_reports.models import PortalReport
from storage.procedures import repository as procedures
from storage.procedures.record import Procedure
from storage.unit_of_work import UnitOfWork
from tests.contracts.portals.conftest import Stage

AGENCIES = [
    AgencyRecord(code="H26", name="Thành phố Hà Nội"),
    AgencyRecord(code="H26.1", name="Phường Ba Đình", parent="H26"),
    AgencyRecord(code="H27", name="Tỉnh Bắc Ninh"),
]
PROCEDURE = Procedure(code="1.001193", name="Thủ tục đăng ký khai sinh", field="Hộ tịch", field_code="G15-HT")
OURS = "H26.1-261121-0001"
FOREIGN = "H27-261121-0001"
PERSON = {"kind": "person", "number": "001190000001", "name": "Nguyễn Thị Ví Dụ", "phone": "+84912345678"}
START = datetime(2026, 11, 20, 1, tzinfo=UTC)
NO_REST = timedelta(0)


@dataclass(kw_only=True)
class World:
    """A database with agencies in it, and a portal."""

    stage: Stage
    open_unit: Callable[[], UnitOfWork]
    agencies: dict[str, UUID]

    async def tell(self, status: int, hours: float = 0, *, by: str = "agency", **fields: Any) -> None:
        """Let an agency, or with `by="portal:quoc-gia"` the portal, tell a fact of `OURS` or another dossier."""
        code = fields.get("dossier_code", OURS)
        event = {
            "event_id": f"{code}-{status}-{hours}-{by}-{sorted(fields)}",
            "dossier_code": code,
            "status": status,
            "occurred_at": (START + timedelta(hours=hours)).isoformat(),
            "procedure_code": "1.001193",
            "applicant": PERSON,
            "channel": 2,
            **fields,
        }
        now = datetime.now(UTC)
        caller = AgencyCaller(
            client_id=by, agency_id=self.agencies[code.partition(".")[0][:3]], scopes=frozenset({"events"})
        )
        parsed = parse([event], now, "vi")
        async with self.open_unit() as uow:
            (answer,) = (
                await receive(
                    uow,
                    caller=caller,
                    authority=AuthorityBook(),
                    good=parsed.good,
                    now=now,
                    stale_after=timedelta(0),
                    locale="vi",
                )
            ).values()
            assert answer.outcome is not EventOutcome.REFUSED, answer
            await uow.commit()

    def link(self, **given: Any) -> Link:
        """Connect to the portal, as another process does each time."""
        return Link(
            deployment=self.stage.deployment(**given),
            portal=self.stage.open(**given),
            open_unit=self.open_unit,
            authority=AuthorityBook(),
            stale_after=timedelta(days=1),
        )

    async def told(self, **given: Any) -> list[Made]:
        """Look for what changed, and tell the portal whatever is due now."""
        link, made = self.link(**given), list[Made]()
        async with self.turn(link) as turn:
            while (await dossiers.notice_once(link, turn, settled=NO_REST)).more:
                pass
            while (one := await dossiers.tell_one(link, turn)) is not None:
                made.append(one)
        return made

    def turn(self, link: Link) -> "Holding":
        """Take the chore, which nobody else does now."""
        return Holding(link)

    async def hurry(self) -> None:
        """Let time pass: whatever waits, or was taken by somebody who died, is due."""
        async with self.open_unit() as uow:
            await (await uow.driver()).execute(
                "UPDATE portal_report SET next_at = now() - interval '1 second' WHERE next_at IS NOT NULL"
            )
            await uow.commit()

    async def report(self, code: str = OURS) -> PortalReport:
        """Return how far the portal knows a dossier, as we believe."""
        async with self.open_unit() as uow:
            dossier_id = await self.dossier_id(uow, code)
            return await uow.session.get_one(PortalReport, ("quoc-gia", dossier_id))

    async def dossier_id(self, uow: UnitOfWork, code: str = OURS) -> UUID:
        """Return the id of a dossier."""
        row: Any = await (
            await (await uow.driver()).execute("SELECT id FROM dossier WHERE code = %s", (code,))
        ).fetchone()
        found: UUID = row[0]
        return found

    async def records(self) -> list[dict[str, Any]]:
        """Return the dossiers that the portal took in, oldest first."""
        return [one for one in await self.stage.reported() if one["kind"] == "dossier"]

    async def steps(self) -> list[tuple[str, str]]:
        """Return status and time of each step that the portal took in, oldest first."""
        records = [one["record"] for one in await self.stage.reported() if one["kind"] == "progress"]
        return [(one["TrangThai"], one["ThoiDiemXuLy"]) for one in records]


class Holding:
    """A chore that is held for the length of a block."""

    def __init__(self, link: Link) -> None:
        self._link, self._stack = link, AsyncExitStack()

    async def __aenter__(self) -> Turn:
        """Take it."""
        turn = await self._stack.enter_async_context(
            taking_turns(self._link.open_unit, self._link.name, "test")
        )
        assert turn is not None
        return turn

    async def __aexit__(self, *error: object) -> None:
        """Give it back."""
        await self._stack.aclose()


class Death(BaseException):
    """The process is gone."""


class Dying:
    """A portal over whose steps the process dies: before they are sent, or before their answer is kept."""

    def __init__(self, portal: Portal, *, sent: bool) -> None:
        self._portal, self._sent = portal, sent

    def __getattr__(self, name: str) -> Any:
        return getattr(self._portal, name)

    async def report_progress(self, records: Sequence[Record]) -> list[Reported]:
        """Send them, or not, and die."""
        if self._sent:
            await self._portal.report_progress(records)
        raise Death


async def build(stage: Stage, open_unit: Callable[[], UnitOfWork]) -> World:
    """Fill the database."""
    async with open_unit() as uow:
        await put(uow, AGENCIES)
        await procedures.put(uow, [PROCEDURE], author="test", source="test", whole=True)
        found = await resolve(uow, [one.code for one in AGENCIES])
        await uow.commit()
    return World(stage=stage, open_unit=open_unit, agencies={code: one.id for code, one in found.items()})


def stamp(hours: float) -> str:
    """Write a time as the stand-in keeps it."""
    return (START + timedelta(hours=hours + 7)).strftime("%Y%m%d%H%M%S")

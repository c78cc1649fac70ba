"""A portal and a database of ours between which tests pull."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from api.connectors.dialect import NATIONAL
from api.connectors.engine import Link, taking_turns
from api.connectors.portals.outward import dossier_record, progress_record
from api.connectors.portals.port import Record
from storage.agencies.authority import AuthorityBook
from storage.agencies.repository import AgencyRecord, put, resolve
from storage.portal_pulls import streams
from storage.portal_pulls.kinds import Stream
from storage.portal_pulls.streams import StreamView
from storage.procedures import repository as procedures
from storage.procedures.record import Procedure
from storage.unit_of_work import UnitOfWork
from tests.contracts.portals.conftest import EVENT, RULES, Stage

PROCEDURE = Procedure(code="1.001193", name="Thủ tục đăng ký khai sinh", agency="Ủy ban nhân dân cấp xã")
AGENCIES = (
    AgencyRecord(code="H26", name="Thành phố Ví Dụ"),
    AgencyRecord(code="H26.1", name="Phường Một", parent="H26"),
    AgencyRecord(code="H30", name="Tỉnh Khác"),
)
FACTS = """
SELECT d.code, e.status, e.occurred_at, e.step, e.client_id, d.heard_at FROM dossier_event e
JOIN dossier d ON d.id = e.dossier_id ORDER BY d.code, e.occurred_at, e.status, e.step
"""


@dataclass(kw_only=True)
class Pulling:
    """What a test pulls with."""

    stage: Stage
    open_unit: Callable[[], UnitOfWork]
    told: dict[str, Any] = field(default_factory=dict)

    def link(self, **given: Any) -> Link:
        """Connect to the portal as a worker does."""
        usual = {"pull": {"settle_seconds": 0, "every_seconds": 1}, "overlap_seconds": 5, "tries": 1}
        told = usual | self.told | given
        return Link(
            deployment=self.stage.deployment(**told),
            portal=self.stage.open(**told),
            open_unit=self.open_unit,
            authority=AuthorityBook(),
            stale_after=timedelta(days=3650),
        )

    async def prepare(self) -> None:
        """Have agencies and a catalogue."""
        async with self.open_unit() as uow:
            await put(uow, AGENCIES)
            await procedures.put(uow, [PROCEDURE], author="test", source="test", whole=False)
            await uow.commit()

    async def have(self, records: Sequence[Record]) -> None:
        """Let the portal have dossiers, whatever they hold."""
        answer = await self.stage.http.post("/sandbox/portal/dossiers", json=list(records))
        assert answer.status_code == 204, answer.text

    async def rows(self, statement: str = FACTS) -> list[Any]:
        """Return what we keep."""
        async with self.open_unit() as uow:
            return await (await (await uow.driver()).execute(statement.encode())).fetchall()

    async def codes(self) -> list[str]:
        """Return the codes of our dossiers."""
        return [code for (code,) in await self.rows("SELECT code FROM dossier ORDER BY code")]

    async def stream(self, link: Link) -> StreamView:
        """Return how far the portal was read."""
        async with self.open_unit() as uow:
            return await streams.read(uow, link.name, Stream.DOSSIERS)

    async def agency(self, code: str) -> UUID:
        """Return an agency's id."""
        async with self.open_unit() as uow:
            return (await resolve(uow, [code]))[code].id

    def turn(self, link: Link, chore: str = "pull") -> Any:
        """Take a turn, which must be free."""
        return taking_turns(self.open_unit, link.name, chore)


def dossier(**changes: Any) -> Record:
    """Return a dossier as the stand-in keeps it, whatever style it is asked in."""
    return dossier_record([EVENT | changes], NATIONAL, RULES).record


def step(**changes: Any) -> Record:
    """Return a step of progress, likewise."""
    return progress_record(EVENT | changes, NATIONAL, RULES).record


def dossiers(count: int, **changes: Any) -> list[Record]:
    """Return dossiers, each of another person."""
    return [
        dossier(
            dossier_code=f"H26-261121-{number:04}",
            applicant={"kind": "person", "number": f"00119{number:07}", "name": "Nguyễn Thị Ví Dụ"},
            **changes,
        )
        for number in range(1, count + 1)
    ]

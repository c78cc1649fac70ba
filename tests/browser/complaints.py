"""Complaints before the officers of the demonstration, put there beneath the pages."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from storage.agencies import repository as agencies
from storage.complaints.kinds import ComplaintKind, Topic
from tests.api.console.complaining import Colleague, complain
from tests.browser.questions import NAME, WARD, Counter
from tests.storage.questions import office


@dataclass(frozen=True, kw_only=True)
class Letterbox:
    """Where people complain of the ward, or another agency."""

    counter: Counter

    async def complain(
        self,
        text: str,
        *,
        public: bool = False,
        days_ago: int = 0,
        code: str = WARD,
        kind: ComplaintKind = ComplaintKind.COMPLAINT,
    ) -> UUID:
        """File a complaint about a delay, received so many days ago."""
        open_unit = self.counter.open_unit
        sender = await office.asker(open_unit, NAME, f"00129100{next(self.counter.serial):04d}")
        async with open_unit() as uow:
            agency = (await agencies.resolve(uow, [code]))[code].id
        received_at = datetime.now(UTC) - timedelta(days=days_ago)
        return await complain(
            open_unit,
            sender,
            agency,
            text=text,
            public=public,
            kind=kind,
            topic=Topic.DELAY,
            received_at=received_at,
        )

    async def colleague(self) -> Colleague:
        """Return an officer of the ward, who uses no page."""
        async with self.counter.open_unit() as uow:
            driver = await uow.driver()
            found = await driver.execute(
                "SELECT officer_id FROM officer_role WHERE role = 'officer' ORDER BY id LIMIT 1"
            )
            ((officer_id,),) = await found.fetchall()
        return Colleague(open_unit=self.counter.open_unit, officer_id=officer_id)

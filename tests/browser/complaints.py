"""Complaints before the officers of the demonstration, put there beneath the pages."""

from dataclasses import dataclass, replace

from storage.agencies import repository as agencies
from tests.api.console.complaining import bureau_of
from tests.browser.questions import NAME, WARD, Counter
from tests.storage.complaints.bureau import Bureau
from tests.storage.questions import office


@dataclass(frozen=True, kw_only=True)
class Letterbox:
    """Where people complain of the ward."""

    counter: Counter

    async def bureau(self) -> Bureau:
        """Return the ward's for somebody new; what is sent on there goes to another commune."""
        open_unit = self.counter.open_unit
        sender = await office.asker(open_unit, NAME, f"00129100{next(self.counter.serial):04d}")
        async with open_unit() as uow:
            known = await agencies.resolve(uow, [WARD, "H26.2"])
            driver = await uow.driver()
            found = await driver.execute(
                "SELECT officer_id FROM officer_role WHERE role = 'officer' ORDER BY id LIMIT 1"
            )
            ((officer_id,),) = await found.fetchall()
        ward = bureau_of(open_unit, sender, known[WARD].id, officer_id)
        return replace(ward, other_agency_id=known["H26.2"].id)

"""The way by mail, with a crowd on it: all processes run, and the worker is busy with sends that wait."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from api.stack import Stack
from infra.bench import crowd
from infra.bench.events import Agency
from infra.bench.patience import wait_until
from infra.bench.place import Bench
from infra.bench.sink import MailSink, arrived_at
from infra.bench.waiting import Waiting
from notify.announce import THE_SYSTEM, Notice, announce
from notify.categories import Category
from storage.contacts import proving
from storage.contacts.addresses import ContactKind
from storage.dossiers.statuses import DossierStatus
from storage.ids import new_id
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity

PEOPLE = 1000
EACH_SECONDS = 0.2
_NO_PHONE = "UPDATE device SET retired_at = now() WHERE party_id = %s"
_DOSSIER = "SELECT id FROM dossier WHERE party_id = %s"
_NOTHING_TO_PLAN = "UPDATE notification SET plan_at = NULL WHERE plan_at IS NOT NULL"
# Or the notices of the crowd would go to phones as well, and pushes would have their part of the machine.
_BY_MAIL_ALONE = "UPDATE device SET retired_at = now() WHERE retired_at IS NULL"
_WAIT = (
    "SELECT count(*) FROM delivery",
    "SELECT count(*) FROM notification WHERE plan_at IS NOT NULL AND planned_at IS NULL",
)
_SENT = """
SELECT f.id, n.created_at FROM notification n JOIN finished_delivery f ON f.id = ANY(n.delivery_ids)
WHERE n.agency_id = %s AND f.outcome = 'accepted'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citizen:
    """To whom the notices go that are measured. Has no phone, so that they go by mail."""

    email: str
    party_id: UUID
    dossier_id: UUID
    contact_id: UUID

    def code(self) -> Notice:
        """Return a one-time code."""
        return Notice(
            party_id=self.party_id,
            agency_id=THE_SYSTEM,
            category=Category.OTP,
            target_id=self.contact_id,
            params={"verification_id": str(new_id())},
        )

    def news(self, agency_id: UUID) -> Notice:
        """Return an agency's notice."""
        params = {"status": int(DossierStatus.ACCEPTED), "occurred_at": datetime.now(UTC).isoformat()}
        return Notice(
            party_id=self.party_id,
            agency_id=agency_id,
            category=Category.STATUS_CHANGE,
            dossier_id=self.dossier_id,
            params=params | {"due_at": None},
        )


@dataclass(frozen=True, kw_only=True)
class Road:
    """The way by mail, with a crowd on it."""

    bench: Bench
    waiting: Waiting
    stack: Stack
    sink: MailSink
    citizen: Citizen

    @contextmanager
    def crowded(self, rows: int, notices: int, **changes: str) -> Iterator[None]:
        """Have so many sends wait, and so many notices for the planner, until the end of the block.

        A worker is busy with both.
        """
        self.bench.tell(f"overtaking: {rows:,} sends and {notices:,} notices are made to wait")
        self.waiting.place.execute("TRUNCATE delivery", _NOTHING_TO_PLAN, _BY_MAIL_ALONE)
        crowd.insert(self.waiting.place, times=rows // PEOPLE, **changes)
        crowd.announce(self.waiting.place, times=notices // PEOPLE, **changes)
        self.waiting.place.execute("VACUUM ANALYZE delivery, notification")
        before = self.sink.count()
        self.stack.start_worker()
        wait_until(lambda: self.sink.count() > before + PEOPLE, "for the worker to send")
        self.bench.tell(f"overtaking {rows:,} sends and {notices:,} notices that wait")
        yield
        for query in _WAIT:
            if not self._count(query):
                raise AssertionError(f"the crowd was gone before the last notice: {query}")
        self.stack.kill("worker")

    def times(self, notices: Sequence[Notice]) -> list[float]:
        """Announce notices of one agency one by one; return how long each took, in ms."""
        self.bench.runner.run(self._announce(notices))
        agency_id = notices[0].agency_id
        wait_until(lambda: len(self.rows(_SENT, agency_id)) == len(notices), "for all notices to be sent")
        begun = dict(self.rows(_SENT, agency_id))
        arrived = {_delivery_of(mail): mail for mail in self.sink.items(to=self.citizen.email)}
        return [(arrived_at(arrived[delivery]) - at.timestamp()) * 1000 for delivery, at in begun.items()]

    async def _announce(self, notices: Sequence[Notice]) -> None:
        for notice in notices:
            async with self.waiting.unit_of_work() as uow:
                await announce(uow, [notice], datetime.now(UTC))
                await uow.commit()
            # Asleep rather than stopped: the hint to the worker goes out meanwhile.
            await asyncio.sleep(EACH_SECONDS)

    def _count(self, query: str, *given: object) -> int:
        return int(self.rows(query, *given)[0][0])

    def rows(self, query: str, *given: object) -> list[Any]:
        """Read rows."""
        with self.waiting.place.connect() as connection:
            return connection.execute(query, given).fetchall()


def _delivery_of(mail: dict[str, Any]) -> UUID:
    return UUID(mail["headers"]["Message-ID"].strip("<>").partition("@")[0])


async def citizen_of(waiting: Waiting) -> Citizen:
    """Return one of those for whom something waited, with an address to prove, and no phone any more."""
    applicant = Agency().first(1)[0]["applicant"]
    async with waiting.unit_of_work() as uow:
        person = PartyIdentity(kind=PartyKind.PERSON, number=applicant["number"])
        (owner,) = await parties.find_or_create(uow, [person])
        now, driver = datetime.now(UTC), await uow.driver()
        await driver.execute(_NO_PHONE, (owner.party_id,))
        dossier: Any = await (await driver.execute(_DOSSIER, (owner.party_id,))).fetchone()
        address = await proving.give(uow, owner, ContactKind.EMAIL, applicant["email"], now=now)
        await uow.commit()
    return Citizen(
        email=applicant["email"], party_id=owner.party_id, dossier_id=dossier[0], contact_id=address.id
    )

"""What a batch of sends leaves to be written, beside what became of each row."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from notify import metrics
from notify.outcomes import RECEIVED, WITHDRAWN
from notify.ports import AddressKind, Channel, Outcome, OutcomeKind
from storage.deliveries import repository
from storage.deliveries.claiming import Claimed
from storage.deliveries.repository import Record
from storage.devices import repository as devices
from storage.notifications import planning
from storage.suppressions import repository as suppressions
from storage.suppressions.repository import NewSuppression
from storage.unit_of_work import UnitOfWork

SUPPRESSED_FOR = timedelta(days=30)
"""How long a channel is shut to an address that it can not reach: a number or mailbox may come back."""
_WELL = frozenset({OutcomeKind.ACCEPTED.value, RECEIVED, WITHDRAWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """All of it.

    Attributes:
        dead: installations of the app, and their tokens, that the provider says no longer exist.
        suppressed: addresses that the channel can not reach.
        failed: sends that ended without arriving: the next step of their notices is due.
    """

    records: Sequence[Record]
    dead: Sequence[tuple[UUID, str]] = ()
    suppressed: Sequence[NewSuppression] = ()
    failed: Sequence[UUID] = ()

    @classmethod
    def of(
        cls,
        channel: Channel,
        rows: Sequence[Claimed],
        records: Mapping[UUID, Record],
        outcomes: Mapping[UUID, Outcome],
        now: datetime,
    ) -> "Aftermath":
        """Draw it up, for rows and what came of each by its id."""
        gone = [
            (row, outcome)
            for row in rows
            if (outcome := outcomes.get(row.id)) and outcome.kind is OutcomeKind.UNREACHABLE
        ]
        of_phones = channel.address is AddressKind.DEVICE
        ended = ((row, records[row.id]) for row in rows)
        return cls(
            records=list(records.values()),
            dead=[(row.target_id, row.target or "") for row, _ in gone] if of_phones else (),
            suppressed=()
            if of_phones
            else [
                NewSuppression(
                    channel=channel.name,
                    contact_id=row.target_id,
                    reason=OutcomeKind.UNREACHABLE.value,
                    code=outcome.code,
                    until=now + SUPPRESSED_FOR,
                    ended_at=now,
                )
                for row, outcome in gone
            ],
            failed=[
                row.id for row, record in ended if record.again_at is None and record.outcome not in _WELL
            ],
        )


async def settle(uow: UnitOfWork, aftermath: Aftermath) -> int:
    """Write it; return how many records counted. The rest had been claimed by somebody else since."""
    counted = await repository.record(uow, aftermath.records)
    if aftermath.dead:
        await devices.retire(uow, aftermath.dead)
    await suppressions.add(uow, aftermath.suppressed)
    if aftermath.failed:
        await planning.wake_ended(uow, aftermath.failed)
    return counted


def count(channel: str, outcomes: Mapping[UUID, Outcome], records: Sequence[Record]) -> None:
    """Count what providers answered, and what it cost, for Prometheus."""
    for (kind, code), number in Counter((one.kind, one.code) for one in outcomes.values()).items():
        metrics.count_outcome(channel, kind, code, number)
    if cost := sum(record.cost for record in records):
        metrics.add_cost(channel, cost)

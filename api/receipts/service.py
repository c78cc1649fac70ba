"""Keeping what a provider reports, once it is known to be the provider's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from notify.ports import Receipt, ReceiptReader, UnreadableReceiptError
from storage.receipts import repository
from storage.receipts.repository import Report, Standing
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What came: to which public address, with which headers (by lower-case name), and which body."""

    url: str
    headers: Mapping[str, str]
    body: bytes


def read(reader: ReceiptReader, posted: Posted, *, now: datetime) -> list[Report]:
    """Return the reports in a body; what is the provider's and no report gives none.

    Raises:
        ForgedReceiptError: the body is not the provider's.
        UnreadableReceiptError: it can not be read.
    """
    receipts = reader.read(url=posted.url, headers=posted.headers, body=posted.body, now=now)
    return [_report(receipt) for receipt in receipts]


async def keep(uow: UnitOfWork, *, provider: str, reports: Sequence[Report], posted: Posted) -> None:
    """Keep reports; those that were kept before are passed over.

    A worker applies them, whether their sends are recorded by now or not: so the provider, which may wait
    for two seconds only and may not ask twice, waits for no lock, and no fault in the applying loses one.
    """
    await repository.keep(uow, provider, reports, posted.body)


def _report(receipt: Receipt) -> Report:
    try:
        return Report(
            event_id=receipt.event_id,
            provider_id=receipt.provider_id,
            delivery_id=receipt.delivery_id,
            standing=Standing(state=receipt.state.value, code=receipt.code, occurred_at=receipt.occurred_at),
            unreachable=receipt.unreachable,
        )
    except ValueError:
        raise UnreadableReceiptError("a name that is none") from None

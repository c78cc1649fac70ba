"""Sends that a provider took, and what it reports of them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from storage.deliveries import repository as deliveries
from storage.deliveries.repository import Record
from storage.receipts import repository as receipts
from storage.receipts.repository import Report, Standing
from tests.storage.queue import Queue

DONE = datetime(2026, 11, 21, 2, 30, tzinfo=UTC)
SID = "SM" + 32 * "a"


async def taken(queue: Queue, provider_id: str = SID, *, channel: str = "sms") -> UUID:
    """Let the provider take one send of the notice under that name."""
    (delivery_id,) = await queue.add()
    ((row,), _) = await queue.claim(1)
    record = Record(id=row.id, attempt=row.attempt, outcome="accepted", provider_id=provider_id)
    async with queue.open_unit() as uow:
        assert await deliveries.record(uow, [record]) == 1
        await uow.commit()
    await queue.run("UPDATE finished_delivery SET channel = %s WHERE id = %s", channel, delivery_id)
    return delivery_id


def report(state: str, *, of: str = SID, minutes: float = 0, **more: Any) -> Report:
    """Return what a provider says of a message."""
    given = {"code": None, "occurred_at": DONE + timedelta(minutes=minutes)}
    given |= {name: more.pop(name) for name in list(more) if name in given}
    standing = Standing(state=state, **given)
    return Report(**{"event_id": f"{of}:{state}", "provider_id": of, "standing": standing, **more})


async def tell(queue: Queue, *reports: Report, provider: str = "twilio", raw: bytes = b"MessageSid=1") -> int:
    """Keep what a provider reports; return how much of it was new."""
    async with queue.open_unit() as uow:
        count = await receipts.keep(uow, provider, reports, raw)
        await uow.commit()
        return count


async def standing(queue: Queue, delivery_id: UUID) -> tuple[str, str | None, datetime] | None:
    """Return how a send stands."""
    query = "SELECT receipt, receipt_code, receipt_at FROM finished_delivery WHERE id = %s"
    ((state, code, at),) = await queue.rows(query, delivery_id)
    return (state, code, at) if state else None


async def waiting(queue: Queue) -> list[str]:
    """Return the reports that wait."""
    rows = await queue.rows("SELECT event_id FROM provider_receipt WHERE applied_at IS NULL ORDER BY 1")
    return [event_id for (event_id,) in rows]

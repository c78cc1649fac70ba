"""Answers to requests that may come again: found while one is under way, kept with what it did."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage.unit_of_work import UnitOfWork

KEPT = timedelta(hours=24)
"""How long a request may be repeated."""

_ALONE = "SELECT pg_try_advisory_xact_lock(%s)"
_FIND = "SELECT content_hash, answer_sealed FROM idempotent_answer WHERE id = %s AND created_at > %s"
# What is overwritten was kept for its time, and is only waiting for the sweep.
_KEEP = """
INSERT INTO idempotent_answer (id, content_hash, answer_sealed, created_at) VALUES (%s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET content_hash = EXCLUDED.content_hash, answer_sealed = EXCLUDED.answer_sealed,
  created_at = EXCLUDED.created_at
"""
_SWEEP = "DELETE FROM idempotent_answer WHERE created_at <= %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """What a request was answered, and the hash of what it had asked."""

    content_hash: bytes
    answer: str


async def alone(uow: UnitOfWork, request_id: bytes) -> bool:
    """Say whether nobody else is at work on a request; until this transaction ends, nobody else will be.

    Two requests out of 2^64 share a lock: the second is then asked to come again, and is let in later.
    """
    lock = int.from_bytes(request_id[:8], signed=True)
    driver = await uow.driver()
    return await (await driver.execute(_ALONE, (lock,))).fetchone() == (True,)


async def find(uow: UnitOfWork, request_id: bytes, *, now: datetime) -> KeptAnswer | None:
    """Return what a request was answered within the last day. Ask after `alone`, in another statement.

    So it is seen by a later snapshot than the lock's, which holds whatever was committed before it.
    """
    driver = await uow.driver()
    row: Any = await (await driver.execute(_FIND, (request_id, now - KEPT), binary=True)).fetchone()
    if row is None:
        return None
    return KeptAnswer(content_hash=row[0], answer=uow.cipher.unseal(row[1], _purpose(request_id)))


async def keep(
    uow: UnitOfWork, request_id: bytes, *, content_hash: bytes, answer: str, now: datetime
) -> None:
    """Keep an answer, sealed, in the transaction that did what was asked."""
    sealed = uow.cipher.seal(answer, _purpose(request_id))
    await (await uow.driver()).execute(_KEEP, (request_id, content_hash, sealed, now))


def _purpose(request_id: bytes) -> str:
    return f"idempotency.{request_id.hex()}"


async def sweep(uow: UnitOfWork, now: datetime) -> int:
    """Delete answers that are older than they are kept; return how many. To be run about once an hour."""
    driver = await uow.driver()
    return (await driver.execute(_SWEEP, (now - KEPT,))).rowcount

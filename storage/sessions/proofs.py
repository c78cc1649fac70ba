"""Proofs of a key are good once, in whichever process they arrive (RFC 9449, section 11.1)."""

from datetime import datetime

from storage.unit_of_work import UnitOfWork

_SPEND = "INSERT INTO key_proof (digest, expires_at) VALUES (%s, %s) ON CONFLICT DO NOTHING"


async def spend(uow: UnitOfWork, digest: bytes, *, expires_at: datetime) -> bool:
    """Note a proof until it would be too old anyway; tell whether this is the first time."""
    return (await (await uow.driver()).execute(_SPEND, (digest, expires_at))).rowcount == 1

"""Many who have rated an agency's dossiers of a month, without the dossiers."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cache
from secrets import token_bytes, token_urlsafe
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from storage.unit_of_work import UnitOfWork

_KEY = """
INSERT INTO rating_key (agency_id, month, kid, public, private_sealed) VALUES (%s, %s, %s, %s, '')
ON CONFLICT DO NOTHING
"""
_RATING = """
INSERT INTO rating (spent, agency_id, month, level, reasons, text_scrubbed, editable_until, fresh)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""


@cache
def _public() -> bytes:
    """Return a public key: nobody signs by it."""
    key = rsa.generate_private_key(65537, 2048).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


async def asked(open_unit: Callable[[], UnitOfWork], agency_id: UUID, month: date) -> None:
    """Have somebody been asked."""
    async with open_unit() as uow:
        await (await uow.driver()).execute(_KEY, (agency_id, month, token_urlsafe(32), _public()))
        await uow.commit()


async def rated(
    open_unit: Callable[[], UnitOfWork],
    agency_id: UUID,
    month: date,
    *,
    texts: Sequence[str] = (),
    reasons: Sequence[str] = (),
    fresh: bool = False,
    **levels: int,
) -> None:
    """Keep so many ratings of each level; the first of all have the texts, and each level's first a reason."""
    await asked(open_unit, agency_id, month)
    chosen = [level for level, count in levels.items() for _ in range(count)]
    until = month + timedelta(days=40)
    async with open_unit() as uow:
        driver = await uow.driver()
        for n, level in enumerate(chosen):
            text = texts[n] if n < len(texts) else None
            why = list(reasons) if chosen.index(level) == n else []
            given = (token_bytes(32), agency_id, month, level, why, text, until, fresh)
            await driver.execute(_RATING, given)
        await uow.commit()

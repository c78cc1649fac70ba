"""The pair of tokens that all workers share."""

from dataclasses import dataclass, field
from datetime import datetime

from psycopg.rows import class_row

from storage.unit_of_work import UnitOfWork

ACCESS = "provider_token.access"
REFRESH = "provider_token.refresh"

# Not a lock on the row: there is none before the first pair.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('provider_token', 0) # hashtextextended(%s, 0))"
_READ = """
SELECT access_sealed, refresh_sealed, expires_at, renewed_at FROM provider_token WHERE provider = %s
"""
_KEEP = """
INSERT INTO provider_token (provider, access_sealed, refresh_sealed, expires_at, renewed_at)
VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (provider) DO UPDATE SET
  access_sealed = EXCLUDED.access_sealed, refresh_sealed = EXCLUDED.refresh_sealed,
  expires_at = EXCLUDED.expires_at, renewed_at = EXCLUDED.renewed_at
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """What opens a provider's door until `expires_at`, and what gets the next pair, once."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime
    renewed_at: datetime

    def __post_init__(self) -> None:
        if not (self.access and self.refresh and self.renewed_at < self.expires_at):
            raise ValueError("a pair has two tokens and a life")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    access_sealed: bytes
    refresh_sealed: bytes
    expires_at: datetime
    renewed_at: datetime


async def lock(uow: UnitOfWork, provider: str) -> None:
    """Let nobody else renew this provider's tokens until the unit of work ends."""
    driver = await uow.driver()
    await driver.execute(_LOCK, (provider,))


async def read(uow: UnitOfWork, provider: str) -> TokenPair | None:
    """Return the pair in force, if there is one.

    Raises UndecipherableError when it was kept under another master key.
    """
    driver = await uow.driver()
    cursor = driver.cursor(row_factory=class_row(_Row), binary=True)
    row = await (await cursor.execute(_READ, (provider,))).fetchone()
    if row is None:
        return None
    return TokenPair(
        access=uow.cipher.unseal(row.access_sealed, _purpose(ACCESS, provider)),
        refresh=uow.cipher.unseal(row.refresh_sealed, _purpose(REFRESH, provider)),
        expires_at=row.expires_at,
        renewed_at=row.renewed_at,
    )


async def keep(uow: UnitOfWork, provider: str, pair: TokenPair) -> None:
    """Put a pair in the place of the one before."""
    driver = await uow.driver()
    await driver.execute(
        _KEEP,
        (
            provider,
            uow.cipher.seal(pair.access, _purpose(ACCESS, provider)),
            uow.cipher.seal(pair.refresh, _purpose(REFRESH, provider)),
            pair.expires_at,
            pair.renewed_at,
        ),
    )


def _purpose(field_name: str, provider: str) -> str:
    return f"{field_name}:{provider}"

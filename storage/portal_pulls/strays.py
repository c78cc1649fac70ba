"""Records that could not be kept: sealed until something is mended, and then tried again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from storage.cipher import Cipher
from storage.portal_pulls.kinds import StrayOutcome
from storage.unit_of_work import Reading, UnitOfWork

RECORD = "portal_stray.record"
DIGEST = "portal_stray.1"
"""Purpose of the keyed hash: a record names people, whose numbers could be tried out against a plain one."""
AT_MOST = 200
KEPT = timedelta(days=30)
"""After which a record goes that was kept in the end: it names people, and all of it is in its dossier."""
SWEPT_AT_ONCE = 1000

_ADD = """
INSERT INTO portal_stray AS known (deployment, digest, code, reason, field, record, first_at, last_at)
SELECT %s, g.digest, g.code, g.reason, g.field, g.record, %s, %s
FROM unnest(%b::bytea[], %b::text[], %b::text[], %b::text[], %b::bytea[])
  AS g(digest, code, reason, field, record)
ORDER BY g.digest
ON CONFLICT (deployment, digest) DO UPDATE SET reason = EXCLUDED.reason, field = EXCLUDED.field,
  last_at = EXCLUDED.last_at, times = known.times + 1, settled_at = NULL, outcome = NULL
WHERE known.outcome IS DISTINCT FROM 'left'
"""
_ANY = "SELECT EXISTS (SELECT FROM portal_stray WHERE deployment = %s AND settled_at IS NULL)"
_LIST = """
SELECT deployment, digest, code, reason, field, first_at, last_at, times FROM portal_stray
WHERE settled_at IS NULL AND (%(deployment)s::text IS NULL OR deployment = %(deployment)s)
  AND (first_at, digest) > (%(after_at)s, %(after)s)
ORDER BY first_at, digest LIMIT %(limit)s
"""
_RECORD = "SELECT record FROM portal_stray WHERE deployment = %s AND digest = %s"
_SETTLE = """
UPDATE portal_stray SET settled_at = %s, outcome = %s
WHERE deployment = %s AND digest = ANY(%b) AND settled_at IS NULL
"""
_SWEEP = """
DELETE FROM portal_stray WHERE (deployment, digest) IN (
  SELECT deployment, digest FROM portal_stray WHERE outcome = 'kept' AND settled_at < %s
  ORDER BY settled_at LIMIT %s FOR UPDATE SKIP LOCKED)
"""
_COUNT = "SELECT deployment, count(*) FROM portal_stray WHERE settled_at IS NULL GROUP BY deployment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A record that is not kept, and why.

    Attributes:
        code: of the dossier, where the record has a sound one.
        reason: a word, and `place` the field where.
    """

    record: Mapping[str, Any] = field(repr=False)
    code: str | None
    reason: str
    place: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StrayView:
    """A stray as it is listed: see `storage.portal_pulls.models.PortalStray`."""

    deployment: str
    digest: bytes
    code: str | None
    reason: str
    place: str | None
    first_at: datetime
    last_at: datetime
    times: int


def digest_of(cipher: Cipher, record: Mapping[str, Any]) -> bytes:
    """Return what stands for a record, whatever the order of its fields."""
    return cipher.blind_index(DIGEST, _text(record))


async def add(uow: UnitOfWork, deployment: str, strays: Sequence[Stray], now: datetime) -> None:
    """Keep strays; one that is known counts once more, and one that a person left stays left."""
    if not strays:
        return
    by_digest = {digest_of(uow.cipher, stray.record): stray for stray in strays}
    rows = [
        (digest, stray.code, stray.reason, stray.place, uow.cipher.seal(_text(stray.record), RECORD))
        for digest, stray in by_digest.items()
    ]
    columns = [list(column) for column in zip(*rows, strict=True)]
    await (await uow.driver()).execute(_ADD, (deployment, now, now, *columns))


async def any_open(reading: Reading, deployment: str) -> bool:
    """Whether anything of a deployment is not kept."""
    row: Any = await (await (await reading.driver()).execute(_ANY, (deployment,))).fetchone()
    return bool(row[0])


async def listed(
    reading: Reading, deployment: str | None = None, *, after: StrayView | None = None, limit: int = AT_MOST
) -> list[StrayView]:
    """Return strays that are not settled, the oldest first, behind one of them or from the first."""
    given = {
        "deployment": deployment,
        "after_at": after.first_at if after else datetime.min.replace(tzinfo=UTC),
        "after": after.digest if after else b"",
        "limit": limit,
    }
    rows: list[Any] = await (await (await reading.driver()).execute(_LIST, given, binary=True)).fetchall()
    names = ("deployment", "digest", "code", "reason", "place", "first_at", "last_at", "times")
    return [StrayView(**dict(zip(names, row, strict=True))) for row in rows]


async def record(reading: Reading, stray: StrayView) -> Mapping[str, Any]:
    """Return the record as it was read."""
    given = (stray.deployment, stray.digest)
    row: Any = await (await (await reading.driver()).execute(_RECORD, given, binary=True)).fetchone()
    found: Mapping[str, Any] = json.loads(reading.cipher.unseal(row[0], RECORD))
    return found


async def settle(
    uow: UnitOfWork, deployment: str, digests: Sequence[bytes], outcome: StrayOutcome, now: datetime
) -> int:
    """Say what became of those of these that are not settled; return how many that are."""
    given = (now, outcome, deployment, list(digests))
    return (await (await uow.driver()).execute(_SETTLE, given)).rowcount


async def sweep(uow: UnitOfWork, now: datetime) -> bool:
    """Clear away some of what was kept in the end long ago; return whether there may be more.

    What a person left stays, so that it stays left.
    """
    given = (now - KEPT, SWEPT_AT_ONCE)
    return (await (await uow.driver()).execute(_SWEEP, given)).rowcount == SWEPT_AT_ONCE


async def standing(reading: Reading) -> Mapping[str, int]:
    """Return by deployment how many are not settled."""
    rows: list[Any] = await (await (await reading.driver()).execute(_COUNT)).fetchall()
    return dict(rows)


def _text(record: Mapping[str, Any]) -> str:
    return json.dumps(record, sort_keys=True)

"""Whether a row of the store is as it was written: a keyed hash over what must not change silently.

A row that somebody changed in the database, without the keys of the house, no longer agrees with its `mac`.
It holds over the row as it is kept, ciphertexts included, and so without the party's key: also once that is
gone. What it can not tell is a row that was put back, `mac` and all, to what it once was.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from json import dumps
from typing import Any
from uuid import UUID

from storage.cipher import Cipher
from storage.vault.models import Document, DocumentFile

APART = frozenset({"mac", "changed_xid", "checked_at", "fault"})
"""Columns that say nothing of the document: when its row was changed, and what the last check found."""


def mac_of(cipher: Cipher, row: Document | DocumentFile) -> bytes:
    """Return 32 bytes (HMAC-SHA-256) over every column of a row but those `APART`."""
    return cipher.blind_index(f"vault.{row.__tablename__}", dumps(list(_told(row)), separators=(",", ":")))


def is_intact(cipher: Cipher, row: Document | DocumentFile) -> bool:
    """Tell whether a row is as it was lawfully written last."""
    # Whoever could time this reads the database, where the right value stands beside.
    return bytes(row.mac) == mac_of(cipher, row)


def authenticate(cipher: Cipher, row: Document | DocumentFile) -> None:
    """Set the `mac` of a row that is about to be written."""
    row.mac = mac_of(cipher, row)


def _told(row: Document | DocumentFile) -> Iterator[tuple[str, Any]]:
    for name in sorted(set(type(row).model_fields) - APART):
        yield name, _text(getattr(row, name))


def _text(value: Any) -> Any:
    """Return what JSON can tell, with no two values of one column alike."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | UUID):
        return str(value)
    return value

"""Identifiers, made here and not by the database, so that any PostgreSQL from 15 on will do."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a UUIDv7 (RFC 9562): unique, and ascending with time, which keeps B-trees dense."""
    return uuid7()


def least_id(moment: datetime) -> UUID:
    """Return what no id is below that was made at a moment or later, by a clock that is right.

    So what was added in some time is found by its primary key.
    """
    return UUID(int=int(moment.timestamp() * 1000) << 80)


__all__ = ["least_id", "new_id"]

"""Identifiers, made here and not by the database, so that any PostgreSQL from 15 on will do."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a UUIDv7 (RFC 9562): unique, and ascending with time, which keeps B-trees dense."""
    return uuid7()


__all__ = ["new_id"]

"""Pages of a long list, by a cursor that says where the page before ended."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Annotated, Self, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from api.problems import FieldError, Problem

T = TypeVar("T")
LONGEST_MARK = 500
Xid = Annotated[int, Field(ge=0, lt=2**63)]
"""A transaction of the database, by its number."""


class PageQuery(BaseModel):
    """Which page is asked for."""

    cursor: str | None = Field(
        default=None, max_length=LONGEST_MARK, description="`next_cursor` of the page before, as it came"
    )
    limit: int = Field(default=20, ge=1, le=100, description="Entries on a page")


class Mark(BaseModel):
    """A place in a list, handed out as an opaque string.

    It is not signed: it says where to go on, never whose list it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    def encode(self) -> str:
        """Return it as text for a query."""
        return urlsafe_b64encode(self.model_dump_json().encode()).rstrip(b"=").decode()

    @classmethod
    def decode(cls, text: str, *, parameter: str) -> Self:
        """Read it back. Raises Problem naming the query parameter that it came in."""
        try:
            raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
            return cls.model_validate_json(raw)
        except (binascii.Error, ValidationError, ValueError) as error:
            errors = [FieldError(pointer=f"/query/{parameter}", code="invalid-cursor")]
            raise Problem("validation", 422, errors=errors) from error


class SyncMark(Mark):
    """Up to where somebody has seen every change, in a database of that era (delta sync, decision 8)."""

    era: str
    xid: Xid


class SyncedMark(Mark):
    """The entry with which a page ended, by time in a whole list or by change in a delta.

    `sync` was taken for the first page: what changes while pages are turned lies beyond it.
    """

    sync: SyncMark
    id: UUID
    at: AwareDatetime | None = None
    xid: Xid | None = None

    @model_validator(mode="after")
    def _one_order(self) -> Self:
        if (self.at is None) == (self.xid is None):
            raise ValueError("a page is in one order")
        return self


def cut(rows: Sequence[T], limit: int) -> tuple[Sequence[T], bool]:
    """Return a page of rows of which one more than `limit` was asked for, and whether others follow."""
    return rows[:limit], len(rows) > limit

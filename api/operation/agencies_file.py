"""Agencies as an operator gives them, one by one or in a file: kept whole, or not at all."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.operation.entries import AgencyCode, FileError, Name
from storage.agencies import importing
from storage.agencies.importing import Entry, EntryRefusedError, require_term
from storage.agencies.naming import Alias
from storage.agencies.repository import AgencyRecord, Term
from storage.unit_of_work import UnitOfWork

_TERM = {"valid_from", "valid_to", "successor"}

Placed = tuple[str, "AgencyEntry"]
"""An entry, and where in the file it stands."""


class AliasEntry(BaseModel):
    """Another code of an agency, at all times, or from its first day to its last."""

    model_config = ConfigDict(extra="forbid")

    code: AgencyCode
    valid_from: date | None = None
    valid_to: date | None = None

    @model_validator(mode="before")
    @classmethod
    def _may_be_alone(cls, given: Any) -> Any:
        return {"code": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _days_are_in_order(self) -> Self:
        require_term(self.valid_from, self.valid_to, None)
        return self

    @property
    def alias(self) -> Alias:
        """The same for storage."""
        return Alias(code=self.code, valid_from=self.valid_from, valid_to=self.valid_to)


class AgencyEntry(BaseModel):
    """An agency: codes in any of their forms, `parent` above it, `aliases` by which it is met as well.

    A code of the file is first of all whose own it is, though it has been given on since.

    `valid_from` and `valid_to` are its first and last day. One that names any of these or a `successor` sets
    all three; one that names none leaves them as they are.
    """

    model_config = ConfigDict(extra="forbid")

    code: AgencyCode
    name: Name
    parent: AgencyCode | None = None
    aliases: list[AliasEntry] = Field(default_factory=list)
    valid_from: date | None = None
    valid_to: date | None = None
    successor: AgencyCode | None = None

    @model_validator(mode="after")
    def _term_holds_together(self) -> Self:
        require_term(self.valid_from, self.valid_to, self.successor)
        return self

    @property
    def entry(self) -> Entry:
        """The same for storage."""
        aliases = tuple(one.alias for one in self.aliases)
        term = Term(
            code=self.code, valid_from=self.valid_from, valid_to=self.valid_to, successor=self.successor
        )
        return Entry(
            agency=AgencyRecord(code=self.code, name=self.name, parent=self.parent, aliases=aliases),
            term=term if self.model_fields_set & _TERM else None,
        )


async def keep_agencies(
    uow: UnitOfWork, placed: Sequence[Placed], done: Callable[[int], object] = lambda _: None
) -> None:
    """Put agencies in as `storage.agencies.importing.keep` does; a fault is named by its place in the file.

    Raises FileError.
    """
    try:
        await importing.keep(uow, [entry.entry for _, entry in placed], done)
    except EntryRefusedError as error:
        place, _ = placed[error.number]
        raise FileError(f"{place}, {error}") from error

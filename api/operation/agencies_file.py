"""Agencies as an operator gives them, one by one or in a file: kept whole, or not at all."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.operation.entries import AgencyCode, FileError, Name
from storage.agencies import repository as agencies
from storage.agencies.repository import AgencyRecord, AgencyRef, Term
from storage.unit_of_work import UnitOfWork

BATCH = 500
_TERM = {"valid_from", "valid_to", "successor"}

Placed = tuple[str, "AgencyEntry"]
"""An entry, and where in the file it stands."""


class AgencyEntry(BaseModel):
    """An agency: codes in any of their forms, `parent` above it, `aliases` by which it is met as well.

    `valid_from` and `valid_to` are its first and last day. One that names any of these or a `successor` sets
    all three; one that names none leaves them as they are.
    """

    model_config = ConfigDict(extra="forbid")

    code: AgencyCode
    name: Name
    parent: AgencyCode | None = None
    aliases: list[AgencyCode] = Field(default_factory=list)
    valid_from: date | None = None
    valid_to: date | None = None
    successor: AgencyCode | None = None

    @model_validator(mode="after")
    def _term_holds_together(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("valid_to is before valid_from")
        if self.successor and not self.valid_to:
            raise ValueError("successor: what does not end (valid_to) has none")
        return self

    @property
    def sets_term(self) -> bool:
        """Whether it says from when to when the agency is in force, and who follows."""
        return bool(self.model_fields_set & _TERM)


async def keep_agencies(
    uow: UnitOfWork, placed: Sequence[Placed], done: Callable[[int], object] = lambda _: None
) -> None:
    """Put agencies in, or rename those that are there, and set their terms.

    Args:
        uow: not yet committed.
        placed: parents before their children; successors may come later.
        done: told how many more were put in, time and again.

    Raises:
        FileError: for a parent or successor that is not known, a code that is another agency's, successors
            that lead round in a circle, and an agency that would move: its dossiers and clients would move
            with it, which is more than an import should do.
    """
    entries = [entry for _, entry in placed]
    await _check_before(uow, placed)
    for start in range(0, len(entries), BATCH):
        some = entries[start : start + BATCH]
        await agencies.put(uow, [_record(entry) for entry in some])
        done(len(some))
    kept = await agencies.resolve(uow, {code for entry in entries for code in _codes(entry)})
    for place, entry in placed:
        for fault in _faults(entry, kept):
            raise FileError(f"{place}, {fault}")
    await agencies.set_terms(uow, [_term(entry, kept) for entry in entries if entry.sets_term])
    round_and_round = await agencies.circular(uow, [entry.code for entry in entries if entry.successor])
    for place, entry in placed:
        if entry.code in round_and_round:
            raise FileError(f"{place}, successor: from {entry.successor} it leads round in a circle")


def _record(entry: AgencyEntry) -> AgencyRecord:
    return AgencyRecord(code=entry.code, name=entry.name, parent=entry.parent, aliases=tuple(entry.aliases))


def _codes(entry: AgencyEntry) -> Iterator[str]:
    yield from (entry.code, *entry.aliases, *filter(None, (entry.parent, entry.successor)))


def _term(entry: AgencyEntry, kept: Mapping[str, AgencyRef]) -> Term:
    return Term(
        code=entry.code,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        successor=kept[entry.successor].code if entry.successor else None,
    )


async def _check_before(uow: UnitOfWork, placed: Sequence[Placed]) -> None:
    own = await agencies.resolve(uow, [entry.code for _, entry in placed])
    parents = set(await agencies.resolve(uow, [entry.parent for _, entry in placed if entry.parent]))
    read: set[str] = set()
    for place, entry in placed:
        if entry.code in read:
            raise FileError(f"{place}, code: {entry.code} stands in the file twice")
        if entry.parent and entry.parent not in parents | read:
            raise FileError(f"{place}, parent: there is no agency {entry.parent}, nor one before this")
        known = own.get(entry.code)
        if known and known.code != entry.code:
            raise FileError(f"{place}, code: {entry.code} is another code of {known.code}")
        read.add(entry.code)


def _faults(entry: AgencyEntry, kept: Mapping[str, AgencyRef]) -> Iterator[str]:
    """Say what was asked for and not done: codes and parents of what was there before are not changed."""
    agency = kept[entry.code]
    for alias in entry.aliases:
        if kept[alias].id != agency.id:
            yield f"aliases: {alias} is a code of another agency"
    if entry.parent and agency.path[-2:-1] != (kept[entry.parent].id,):
        yield f"parent: {entry.code} is there already, and not below {entry.parent}"
    if entry.successor and entry.successor not in kept:
        yield f"successor: there is no agency {entry.successor}"

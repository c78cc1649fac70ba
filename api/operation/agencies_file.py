"""Agencies as an operator gives them, one by one or in a file: kept whole, or not at all."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.operation.entries import AgencyCode, FileError, Name
from storage.agencies import repository as agencies
from storage.agencies.naming import Alias
from storage.agencies.repository import AgencyRecord, AgencyRef, Bearers, Term
from storage.unit_of_work import UnitOfWork

BATCH = 500
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
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("valid_to is before valid_from")
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
        FileError: for a parent or successor that is not known, a code that is another agency's on the same
            day, successors that lead round in a circle, and an agency that would move: its dossiers and
            clients would move with it, which is more than an import should do.
    """
    entries = [entry for _, entry in placed]
    await _check_before(uow, placed)
    for start in range(0, len(entries), BATCH):
        some = entries[start : start + BATCH]
        await agencies.put(uow, [_record(entry) for entry in some])
        done(len(some))
    kept = _owners(await agencies.bearers(uow, {code for entry in entries for code in _codes(entry)}))
    for place, entry in placed:
        for fault in _faults(entry, kept):
            raise FileError(f"{place}, {fault}")
    await agencies.set_terms(uow, [_term(entry, kept) for entry in entries if entry.sets_term])
    await _check_days(uow, placed)
    round_and_round = await agencies.circular(uow, [entry.code for entry in entries if entry.successor])
    for place, entry in placed:
        if entry.code in round_and_round:
            raise FileError(f"{place}, successor: from {entry.successor} it leads round in a circle")


def _record(entry: AgencyEntry) -> AgencyRecord:
    aliases = tuple(one.alias for one in entry.aliases)
    return AgencyRecord(code=entry.code, name=entry.name, parent=entry.parent, aliases=aliases)


def _codes(entry: AgencyEntry) -> Iterator[str]:
    yield from filter(None, (entry.code, entry.parent, entry.successor))


def _owners(found: Mapping[str, Bearers]) -> dict[str, AgencyRef]:
    return {code: bearers.owner for code, bearers in found.items()}


def _term(entry: AgencyEntry, kept: Mapping[str, AgencyRef]) -> Term:
    return Term(
        code=entry.code,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        successor=kept[entry.successor].code if entry.successor else None,
    )


async def _check_before(uow: UnitOfWork, placed: Sequence[Placed]) -> None:
    own = _owners(await agencies.bearers(uow, [entry.code for _, entry in placed]))
    parents = set(await agencies.bearers(uow, [entry.parent for _, entry in placed if entry.parent]))
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
    if entry.parent and agency.path[-2:-1] != (kept[entry.parent].id,):
        yield f"parent: {entry.code} is there already, and not below {entry.parent}"
    if entry.successor and entry.successor not in kept:
        yield f"successor: there is no agency {entry.successor}"


async def _check_days(uow: UnitOfWork, placed: Sequence[Placed]) -> None:
    """Refuse a code that would mean two agencies on one day; the terms of all are set by now."""
    codes = {code for _, entry in placed for code in (entry.code, *(one.code for one in entry.aliases))}
    known = await agencies.bearers(uow, codes)
    for place, entry in placed:
        own = known[entry.code].owner
        for name, code in (("code", entry.code), *(("aliases", one.code) for one in entry.aliases)):
            if _meet(known[code], own):
                raise FileError(f"{place}, {name}: {code} is a code of another agency")


def _meet(bearers: Bearers, one: AgencyRef) -> bool:
    """Whether an agency and another one bear a code on the same day."""
    own = [bearing for bearing, agency in bearers.all if agency.id == one.id]
    others = [bearing for bearing, agency in bearers.all if agency.id != one.id]
    return any(mine.meets(theirs) for mine in own for theirs in others)

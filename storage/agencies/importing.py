"""Agencies as whoever may bring them does, an operator or a portal: kept whole, or not at all."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from storage.agencies import repository as agencies
from storage.agencies.repository import AgencyRecord, AgencyRef, Bearers, Term
from storage.errors import StorageError
from storage.unit_of_work import UnitOfWork

BATCH = 500
MOST_LEVELS = 20
"""One below another. Each agency is kept with all above it, and no State has so many."""


class EntryRefusedError(StorageError):
    """An entry can not be kept, hence none is.

    Attributes:
        number: its place among those given, from 0.
        field: of the entry.
        why: in codes of agencies alone.
    """

    def __init__(self, number: int, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.number, self.field, self.why = number, field, why


def require_term(valid_from: date | None, valid_to: date | None, successor: str | None) -> None:
    """Raise ValueError where an agency would end before it begins, or have a successor without an end."""
    if valid_from and valid_to and valid_to < valid_from:
        raise ValueError("valid_to is before valid_from")
    if successor and not valid_to:
        raise ValueError("successor: what does not end (valid_to) has none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An agency as it is to be: its codes in their normal form.

    A code is first of all whose own it is, though it has been given on since.

    Attributes:
        agency: it, and the one above it.
        term: when it is in force; none leaves that as it is.
    """

    agency: AgencyRecord
    term: Term | None = None

    def __post_init__(self) -> None:
        if self.term is None:
            return
        if self.term.code != self.agency.code:
            raise ValueError("a term of another agency")
        require_term(self.term.valid_from, self.term.valid_to, self.term.successor)

    @property
    def code(self) -> str:
        """Its own."""
        return self.agency.code

    @property
    def parent(self) -> str | None:
        """A code of the one above it, where that is told."""
        return self.agency.parent

    @property
    def successor(self) -> str | None:
        """A code of the one that takes over, where there is any."""
        return self.term.successor if self.term else None


async def keep(
    uow: UnitOfWork, entries: Sequence[Entry], done: Callable[[int], object] = lambda _: None
) -> None:
    """Put agencies in, or rename those that are there, and set their terms.

    Args:
        uow: not yet committed.
        entries: parents before their children; successors may come later.
        done: told how many more were put in, time and again.

    Raises:
        EntryRefusedError: for a parent or successor that is not known, a code that is another agency's on the
            same day or that is given twice, successors that lead round in a circle, more than `MOST_LEVELS`
            levels, and an agency that would move: its dossiers and clients would move with it, which is more
            than an import should do.
    """
    await agencies.hold(uow)
    await _check_before(uow, entries)
    for start in range(0, len(entries), BATCH):
        some = entries[start : start + BATCH]
        await agencies.put(uow, [entry.agency for entry in some])
        done(len(some))
    kept = _owners(await agencies.bearers(uow, {code for entry in entries for code in _codes(entry)}))
    for number, entry in enumerate(entries):
        for field, why in _faults(entry, kept):
            raise EntryRefusedError(number, field, why)
    await agencies.set_terms(uow, [_own(entry.term, kept) for entry in entries if entry.term])
    await _check_days(uow, entries)
    round_and_round = await agencies.circular(uow, [entry.code for entry in entries if entry.successor])
    for number, entry in enumerate(entries):
        if entry.code in round_and_round:
            why = f"from {entry.successor} it leads round in a circle"
            raise EntryRefusedError(number, "successor", why)


def _codes(entry: Entry) -> Iterator[str]:
    yield from filter(None, (entry.code, entry.parent, entry.successor))


def _owners(found: Mapping[str, Bearers]) -> dict[str, AgencyRef]:
    return {code: bearers.owner for code, bearers in found.items()}


def _own(term: Term, kept: Mapping[str, AgencyRef]) -> Term:
    """Return a term with the successor's own code."""
    successor = kept[term.successor].code if term.successor else None
    return Term(code=term.code, valid_from=term.valid_from, valid_to=term.valid_to, successor=successor)


async def _check_before(uow: UnitOfWork, entries: Sequence[Entry]) -> None:
    own = _owners(await agencies.bearers(uow, [entry.code for entry in entries]))
    above = _owners(await agencies.bearers(uow, [entry.parent for entry in entries if entry.parent]))
    levels = {code: len(agency.path) for code, agency in above.items()}
    read: set[str] = set()
    for number, entry in enumerate(entries):
        if entry.code in read:
            raise EntryRefusedError(number, "code", f"{entry.code} stands in the file twice")
        if entry.parent and entry.parent not in levels:
            why = f"there is no agency {entry.parent}, nor one before this"
            raise EntryRefusedError(number, "parent", why)
        level = levels[entry.parent] + 1 if entry.parent else 1
        if level > MOST_LEVELS:
            raise EntryRefusedError(number, "parent", f"{entry.code} is over {MOST_LEVELS} levels down")
        aliases = Counter(alias.code for alias in entry.agency.aliases)
        if twice := next((code for code, times in aliases.items() if times > 1), None):
            raise EntryRefusedError(number, "aliases", f"{twice} stands there twice")
        known = own.get(entry.code)
        if known and known.code != entry.code:
            raise EntryRefusedError(number, "code", f"{entry.code} is another code of {known.code}")
        read.add(entry.code)
        levels.setdefault(entry.code, level)


def _faults(entry: Entry, kept: Mapping[str, AgencyRef]) -> Iterator[tuple[str, str]]:
    """Say what was asked for and not done: codes and parents of what was there before are not changed."""
    agency = kept[entry.code]
    if entry.parent and agency.path[-2:-1] != (kept[entry.parent].id,):
        yield "parent", f"{entry.code} is there already, and not below {entry.parent}"
    if entry.successor and entry.successor not in kept:
        yield "successor", f"there is no agency {entry.successor}"


async def _check_days(uow: UnitOfWork, entries: Sequence[Entry]) -> None:
    """Refuse a code that would mean two agencies on one day; the terms of all are set by now."""
    aliases = {one.code for entry in entries for one in entry.agency.aliases}
    known = await agencies.bearers(uow, aliases | {entry.code for entry in entries})
    for number, entry in enumerate(entries):
        own = known[entry.code].owner
        for field, code in (("code", entry.code), *(("aliases", one.code) for one in entry.agency.aliases)):
            if _meet(known[code], own):
                raise EntryRefusedError(number, field, f"{code} is a code of another agency")


def _meet(bearers: Bearers, one: AgencyRef) -> bool:
    """Whether an agency and another one bear a code on the same day."""
    own = [bearing for bearing, agency in bearers.all if agency.id == one.id]
    others = [bearing for bearing, agency in bearers.all if agency.id != one.id]
    return any(mine.meets(theirs) for mine in own for theirs in others)

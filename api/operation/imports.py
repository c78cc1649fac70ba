"""What an operator imports is kept whole, or not at all."""

from collections.abc import Iterator, Mapping, Sequence

from api.operation.entries import AgencyEntry, FileError, ProcedureEntry
from storage.agencies import repository as agencies
from storage.agencies.models import Agency
from storage.agencies.repository import AgencyRecord, AgencyRef
from storage.procedures import repository as procedures
from storage.procedures.record import Procedure
from storage.unit_of_work import UnitOfWork


async def keep_agencies(uow: UnitOfWork, entries: Sequence[AgencyEntry]) -> None:
    """Put agencies in, or rename those that are there.

    Raises FileError for a parent that is not known, a code that is another agency's, and an agency that
    would move: its dossiers and clients would move with it, which is more than an import should do.
    """
    await _check_before(uow, entries)
    records = [
        AgencyRecord(code=entry.code, name=entry.name, parent=entry.parent, aliases=tuple(entry.aliases))
        for entry in entries
    ]
    await agencies.put(uow, records)
    named = {code for entry in entries for code in (entry.code, entry.parent, *entry.aliases) if code}
    kept = await agencies.resolve(uow, named)
    for number, entry in enumerate(entries, start=1):
        for fault in _faults(entry, kept):
            raise FileError(f"item {number}, {fault}")


async def _check_before(uow: UnitOfWork, entries: Sequence[AgencyEntry]) -> None:
    own = await agencies.resolve(uow, [entry.code for entry in entries])
    parents = set(await agencies.resolve(uow, [entry.parent for entry in entries if entry.parent]))
    read: set[str] = set()
    for number, entry in enumerate(entries, start=1):
        if entry.code in read:
            raise FileError(f"item {number}, code: {entry.code} stands in the file twice")
        if entry.parent and entry.parent not in parents | read:
            raise FileError(f"item {number}, parent: there is no agency {entry.parent}, nor one before this")
        known = own.get(entry.code)
        agency = await uow.session.get(Agency, known.id) if known else None
        if agency and agency.code != entry.code:
            raise FileError(f"item {number}, code: {entry.code} is another code of {agency.code}")
        read.add(entry.code)


def _faults(entry: AgencyEntry, kept: Mapping[str, AgencyRef]) -> Iterator[str]:
    """Say what was asked for and not done: codes and parents of what was there before are not changed."""
    agency = kept[entry.code]
    for alias in entry.aliases:
        if kept[alias].id != agency.id:
            yield f"aliases: {alias} is a code of another agency"
    if entry.parent and agency.path[-2:-1] != (kept[entry.parent].id,):
        yield f"parent: {entry.code} is there already, and not below {entry.parent}"


async def keep_procedures(uow: UnitOfWork, entries: Sequence[ProcedureEntry]) -> int:
    """Put procedures in, or replace those that are there; of two with one code, the later is kept.

    Returns how many there were.
    """
    by_code = {
        entry.code: Procedure(
            code=entry.code,
            name=entry.name,
            field=entry.field,
            agency=entry.agency,
            extra=entry.model_extra or {},
        )
        for entry in entries
    }
    await procedures.put(uow, list(by_code.values()), author="tindan", source="file", whole=False)
    return len(by_code)

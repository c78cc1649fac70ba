"""The list of agencies that a portal shares: of those of its deployment, and of no others."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from api.connectors.engine import Link
from api.connectors.portals.deployment import Offer
from api.connectors.portals.port import Page, Record
from api.connectors.pulling.agency_entries import Row, read_row, rows_of
from api.connectors.pulling.agency_scope import Scope, scope_of
from api.connectors.pulling.lists import SharedList, Taken
from storage.agencies import importing
from storage.agencies.importing import Entry
from storage.agencies.repository import Term
from storage.portal_pulls.kinds import Stream
from storage.procedures.formats.faults import Fault, Faults
from storage.unit_of_work import UnitOfWork


async def _read(link: Link, cursor: str | None) -> Page:
    return await link.portal.agencies(cursor)


async def _take(uow: UnitOfWork, link: Link, records: Sequence[Record]) -> Taken:
    """Keep the agencies that are the portal's to bring, all or none, and name the others.

    Raises FileRefusedError, EntryRefusedError.
    """
    rows, refused = rows_of(records, link.deployment.lists.agency)
    scope = await scope_of(uow, link, rows)
    ours = scope.of(rows)
    codes = {row.code for row in ours}
    told = _entries(link, ours)
    entries = [_within(entry, scope) for entry in told]
    changed = [entry for entry in entries if _differs(entry, scope)]
    await importing.keep(uow, changed)
    others = [row.code for row in rows if row.code not in codes]
    claimed = [alias for entry in told for alias in _claims(entry, scope)]
    return Taken(codes=codes, changed=len(changed), refused=[*refused, *others, *claimed])


AGENCIES = SharedList(stream=Stream.AGENCIES, offer=Offer.AGENCIES, read=_read, take=_take)


def _entries(link: Link, rows: Sequence[Row]) -> list[Entry]:
    """Return entries as they are told. Raises FileRefusedError: with all faults, each by its place."""
    entries, faults = list[Entry](), Faults()
    for row in rows:
        read = read_row(row, link.deployment.lists.agency, link.deployment.dialect.dialect)
        if isinstance(read, Fault):
            faults.add(read)
        else:
            entries.append(read)
    faults.require_none()
    return entries


def _within(entry: Entry, scope: Scope) -> Entry:
    """Return an entry with what is the portal's to say of it.

    What is above a deployment's own agencies is not; nor are codes that are another's. Other codes that we
    know keep the days on which they are the agency's, which no list tells.
    """
    new = [alias for alias in entry.agency.aliases if alias.code not in _borne(entry, scope)]
    aliases = tuple(alias for alias in new if scope.may_bear(alias.code))
    parent = None if entry.code in scope.tops else entry.parent
    return replace(entry, agency=replace(entry.agency, parent=parent, aliases=aliases))


def _claims(entry: Entry, scope: Scope) -> Sequence[str]:
    """Return other codes that are not for the portal to give to an agency."""
    new = [alias.code for alias in entry.agency.aliases if alias.code not in _borne(entry, scope)]
    return [code for code in new if not scope.may_bear(code)]


def _borne(entry: Entry, scope: Scope) -> Collection[str]:
    """Return all codes that an agency bears already."""
    view = scope.known.get(entry.code)
    return {entry.code, *(view.aliases if view else ())}


def _differs(entry: Entry, scope: Scope) -> bool:
    """Whether an entry says anything new."""
    view = scope.known.get(entry.code)
    if view is None or entry.agency.name != view.name or entry.agency.aliases:
        return True
    if entry.parent and scope.own.get(entry.parent, entry.parent) != view.parent:
        return True
    return entry.term is not None and _own(entry.term, scope) != Term(
        code=view.code, valid_from=view.valid_from, valid_to=view.valid_to, successor=view.successor
    )


def _own(term: Term, scope: Scope) -> Term:
    return replace(term, successor=scope.own.get(term.successor or "", term.successor))

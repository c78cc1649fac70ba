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
from storage.agencies import repository as agencies
from storage.agencies.importing import Entry, EntryRefusedError
from storage.agencies.reading import AgencyView
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
    await agencies.hold(uow)
    scope = await scope_of(uow, link, rows)
    ours = scope.of(rows)
    codes = {row.code for row in ours}
    told = _entries(link, ours)
    for number, entry in enumerate(told):
        _require_own_heir(number, entry, scope, codes)
    entries = [_within(number, entry, scope) for number, entry in enumerate(told)]
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


def _require_own_heir(number: int, entry: Entry, scope: Scope, codes: Collection[str]) -> None:
    """Raise EntryRefusedError where an agency goes to one that is not the portal's to bring.

    Whoever takes over speaks for its dossiers from then on; only an operator gives them to others.
    """
    view = scope.known.get(entry.code)
    heir = scope.own.get(entry.successor or "", entry.successor)
    mine = heir is None or heir in scope.known or heir in codes
    if not mine and heir != (view and view.successor):
        raise EntryRefusedError(number, "successor", f"{heir} is not for the portal to bring")


def _within(number: int, entry: Entry, scope: Scope) -> Entry:
    """Return an entry with what is the portal's to say of it. Raises EntryRefusedError.

    What is above a deployment's own agencies is not; nor are codes that are another's. Other codes that we
    know keep the days on which they are the agency's, which no list tells; so does a term what is left out.
    """
    new = [alias for alias in entry.agency.aliases if alias.code not in _borne(entry, scope)]
    aliases = tuple(alias for alias in new if scope.may_bear(alias.code))
    parent = None if entry.code in scope.tops else entry.parent
    try:
        return Entry(
            agency=replace(entry.agency, parent=parent, aliases=aliases),
            term=_whole(entry.term, scope.known.get(entry.code)),
        )
    except ValueError as error:
        raise EntryRefusedError(number, "valid_to", f"{entry.code}: {error}") from error


def _whole(term: Term | None, view: AgencyView | None) -> Term | None:
    """Return a term with what it leaves out as it is: silence begins nothing again that was ended."""
    if term is None or view is None:
        return term
    return Term(
        code=term.code,
        valid_from=term.valid_from or view.valid_from,
        valid_to=term.valid_to or view.valid_to,
        successor=term.successor or view.successor,
    )


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

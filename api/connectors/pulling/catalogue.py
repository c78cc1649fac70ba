"""The catalogue as a portal has it: its list, and of that what changed (`LayDanhSachTTHC`, `LayThuTuc`)."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from api.connectors.engine import Link, Turn
from api.connectors.portals.deployment import AnyDeployment, Offer
from api.connectors.portals.port import PortalError, Record, UnavailableError
from api.connectors.pulling.following import TROUBLE_SECONDS, why
from api.connectors.pulling.lists import fail, rest_of
from storage.portal_pulls import listed, shared, streams
from storage.portal_pulls.kinds import Stream
from storage.portal_pulls.shared import ListShrunkError
from storage.procedures import repository as procedures
from storage.procedures.codes import split_procedure_code
from storage.procedures.formats import portal
from storage.procedures.formats.cleaning import Applied
from storage.procedures.formats.reading import RecordError
from storage.procedures.record import Procedure
from storage.units import repository as units
from storage.units.gazetteer import Gazetteer
from storage.units.provincial import with_province

log = structlog.get_logger(__name__)

CHORE = "catalogue"
AT_A_TIME = 200
"""Procedures in one version of the catalogue: so many calls are not to be made twice after a crash."""
MOST_PAGES = 10_000
_CODES = ("MaTTHC", "MATTHC", "MaThuTuc", "MATHUTUC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What came of a reading.

    Attributes:
        listed: how many procedures the portal lists, `fetched` of which were asked for.
        changed: how many are new in our catalogue, or other than before.
        unusable: codes of those that can not be read.
        gone: codes that it listed once and does not any more: ours stay until an operator removes them.
    """

    listed: int
    fetched: int = 0
    changed: int = 0
    unusable: Sequence[str] = ()
    gone: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """What the list says of a procedure: its code there, short or long, and what stands for the rest."""

    theirs: str
    told: bytes


Tell = Callable[[int, int], None]
"""Told how many of how many were fetched."""


def is_source(deployment: AnyDeployment) -> bool:
    """Whether a portal is a source of our catalogue."""
    offered = {Offer.PROCEDURES, Offer.PROCEDURE} <= deployment.offers
    return offered and deployment.pull.catalogue_hours is not None


async def look(link: Link, turn: Turn) -> float:
    """Read the catalogue, if it is time to; return how many seconds to rest."""
    every = timedelta(hours=link.deployment.pull.catalogue_hours or 24)
    if rest := await rest_of(link, Stream.PROCEDURES, every):
        return rest
    with suppress(PortalError, ListShrunkError):
        await refresh(link, turn)
    return TROUBLE_SECONDS


async def refresh(link: Link, turn: Turn, *, shrink: bool = False, tell: Tell = lambda *_: None) -> Refreshed:
    """Read the portal's catalogue, and keep what changed; what it does not list stays as it is.

    Args:
        link: the portal.
        turn: ours.
        shrink: also where it lists more than 30% fewer than before.
        tell: told how it goes.

    Raises PortalError and ListShrunkError, which the stream has noted; nothing is kept of a list that is cut.
    """
    try:
        return await _refresh(link, turn, shrink=shrink, tell=tell)
    except (PortalError, ListShrunkError) as error:
        await fail(link, Stream.PROCEDURES, why(error))
        raise


async def _refresh(link: Link, turn: Turn, *, shrink: bool, tell: Tell) -> Refreshed:
    entries = await _entries(link, turn)
    async with link.open_unit() as uow:
        before = await shared.listed(uow, link.name, Stream.PROCEDURES)
        read = await listed.read(uow, link.name)
        gazetteer = Gazetteer(await units.load(uow))
    if not shrink:
        shared.require_no_shrinkage(before, entries.keys())
    known = read if link.deployment.pull.version_field else {}
    wanted = [code for code, entry in entries.items() if known.get(code) != entry.told]
    unusable: list[str] = []
    changed = 0
    for start in range(0, len(wanted), AT_A_TIME):
        found: dict[str, Procedure] = {}
        for number, code in enumerate(wanted[start : start + AT_A_TIME], start=start + 1):
            await turn.hold(link.open_unit)
            procedure = await _procedure(link, code, entries[code].theirs, gazetteer)
            if procedure is None:
                unusable.append(code)
            else:
                found[code] = procedure
            tell(number, len(wanted))
        changed += await _keep(link, turn, found, {code: entries[code].told for code in found})
    async with link.open_unit() as uow:
        await turn.keep(uow)
        now = datetime.now(UTC)
        gone = await shared.keep(uow, link.name, Stream.PROCEDURES, entries.keys(), now)
        await streams.done(uow, link.name, Stream.PROCEDURES, len(entries), now)
        await uow.commit()
    if unusable or gone:
        log.warning("portal_procedures", portal=link.name, unusable=unusable[:20], gone=gone[:20])
    return Refreshed(listed=len(entries), fetched=len(wanted), changed=changed, unusable=unusable, gone=gone)


async def _entries(link: Link, turn: Turn) -> Mapping[str, _Entry]:
    """Return what the list says of each procedure that has a code of one, by its short code."""
    entries: dict[str, _Entry] = {}
    cursor = None
    for _ in range(MOST_PAGES):
        await turn.hold(link.open_unit)
        page = await link.portal.procedures(cursor)
        for record in page.records:
            theirs = str(next((record[name] for name in _CODES if record.get(name)), ""))
            if code := _short(theirs):
                told = _print(record, link.deployment.pull.version_field)
                entries[code] = _Entry(theirs=theirs.strip(), told=told)
        if page.cursor is None:
            if not entries:
                raise UnavailableError("a catalogue without a procedure")
            return entries
        cursor = page.cursor
    raise UnavailableError(f"{MOST_PAGES} pages without an end")


async def _procedure(link: Link, code: str, theirs: str, gazetteer: Gazetteer) -> Procedure | None:
    """Return a procedure; none where the portal has none, another one, or one that can not be read."""
    record = await link.portal.procedure(theirs)
    try:
        procedure = None if record is None else portal.read(record, Applied())
    except RecordError as error:
        log.warning("portal_procedure_unusable", portal=link.name, code=code, field=error.field)
        return None
    return with_province(procedure, gazetteer) if procedure and procedure.code == code else None


async def _keep(link: Link, turn: Turn, found: Mapping[str, Procedure], told: Mapping[str, bytes]) -> int:
    async with link.open_unit() as uow:
        await turn.keep(uow)
        outcome = await procedures.put(
            uow, list(found.values()), author=link.client_id, source=link.name, whole=False
        )
        await listed.keep(uow, link.name, told, datetime.now(UTC))
        await uow.commit()
    return len(outcome.difference.added) + len(outcome.difference.changed)


def _short(code: str) -> str | None:
    try:
        return split_procedure_code(code).short
    except ValueError:
        return None


def _print(record: Record, version_field: str | None) -> bytes:
    told = record.get(version_field) if version_field else record
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).digest()

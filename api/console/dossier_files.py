"""Tables of dossiers at /console/dossier-files: tried first, then kept, for agencies without a system."""

from collections.abc import Sequence
from datetime import timedelta

import structlog
from fastapi import APIRouter, Request, Response

from api import limits
from api.console import dossier_files_form as forms
from api.console import roles
from api.console.dossier_files_form import SentFile
from api.console.dossier_files_texts import TEXTS
from api.console.forms import FormError
from api.console.frame import Posting, Visiting, Visitor, headers, page
from api.console.paths import HOME
from api.dependencies import AllServices
from api.limits import Limit
from api.problems import Problem
from api.recording import csv_file_keeping as keeping
from api.recording.csv_file_columns import COLUMNS, template
from api.recording.csv_file_report import Report
from api.recording.csv_file_table import Table
from api.recording.senders import Sender
from api.services import Services
from auth.principals import AgencyCaller
from storage.errors import NotFoundError
from storage.officers.acting import acted_for
from storage.officers.desk import WORKERS, Desk

log = structlog.get_logger(__name__)
PATH = f"{HOME}/dossier-files"
router = APIRouter(prefix=PATH, include_in_schema=False)
FILES = Limit(name="officer-tables", burst=60, every=timedelta(seconds=30))
"""Of one officer: each may be ten thousand rows of work."""
MOST_SHOWN = 200
"""Rows that a page lists; the table to be mended has all that were refused."""
MEDIA_TYPE = "text/csv; charset=utf-8; header=present"


@router.get("")
async def files_page(request: Request, visitor: Visiting) -> Response:
    """Show where to choose a file, and what is to be in it."""
    roles.require(visitor, WORKERS)
    return _form_page(request, visitor)


@router.get("/template")
async def template_file(visitor: Visiting) -> Response:
    """Return an empty table in the visitor's language."""
    roles.require(visitor, WORKERS)
    return _download(template(visitor.locale), "tindan-dossiers.csv", visitor)


@router.post("/check")
async def check(request: Request, visitor: Posting, services: AllServices) -> Response:
    """Try a file, and show what would become of each row."""
    roles.require(visitor, WORKERS)
    try:
        sent = await forms.chosen(request, services, _whose(visitor))
        table = await keeping.opened(sent.content)
    except Problem as problem:
        return _form_page(request, visitor, errors=forms.told(problem, visitor.locale))
    sender = await _sender(request, services, visitor, sent.agency)
    report = await keeping.tried(services, sender, table)
    return await _report_page(request, visitor, sent, report, kept=False)


@router.post("/keep")
async def keep(request: Request, visitor: Posting, services: AllServices) -> Response:
    """Keep what was tried. Sent twice, by whoever of the agency, it is kept once."""
    sent, table = await _tried_before(request, visitor, services)
    sender = await _sender(request, services, visitor, sent.agency)
    report = await keeping.kept(services, sender, table)
    _note(visitor, sender, report)
    return await _report_page(request, visitor, sent, report, kept=True)


@router.post("/faults")
async def faults(request: Request, visitor: Posting, services: AllServices) -> Response:
    """Return the rows that are refused, with what is wrong with them, to be mended and sent again."""
    sent, table = await _tried_before(request, visitor, services)
    sender = await _sender(request, services, visitor, sent.agency)
    report = await keeping.tried(services, sender, table)
    return _download(report.mending(), "tindan-dossiers-faults.csv", visitor)


async def _tried_before(request: Request, visitor: Visitor, services: Services) -> tuple[SentFile, Table]:
    roles.require(visitor, WORKERS)
    sent = await forms.tried_before(request, services, _whose(visitor))
    return sent, await keeping.opened(sent.content)


async def _sender(request: Request, services: Services, visitor: Visitor, code: str) -> Sender:
    """Return the agency as who sends: whichever of its officers it is, so that a repeat is one.

    Raises NotFoundError where the visitor does not work for it, and Problem (429).
    """
    desk = Desk(officer_id=visitor.officer.officer_id, roles=WORKERS)
    async with services.reading() as reading:
        agency = await acted_for(reading, desk, code)
    if agency is None:
        raise NotFoundError("agency")
    await limits.charge(request, services, FILES, _whose(visitor))
    # No client that is registered has a colon in its id.
    caller = AgencyCaller(
        client_id=f"console:{agency.code}", agency_id=agency.id, scopes=frozenset({"events"})
    )
    return Sender(caller, visitor.locale)


def _form_page(request: Request, visitor: Visitor, *, errors: Sequence[FormError] = ()) -> Response:
    return page(
        request,
        visitor,
        "dossier_files.html",
        texts=TEXTS,
        status=422 if errors else 200,
        errors=errors,
        agencies=_agencies(visitor),
        columns=COLUMNS,
        path=PATH,
    )


async def _report_page(
    request: Request, visitor: Visitor, sent: SentFile, report: Report, *, kept: bool
) -> Response:
    return page(
        request,
        visitor,
        "dossier_files_report.html",
        texts=TEXTS,
        agency=sent.agency,
        content=await forms.packed(sent.content),
        report=report,
        rows=report.first(MOST_SHOWN),
        most=MOST_SHOWN,
        kept=kept,
        path=PATH,
        here=PATH,
    )


def _agencies(visitor: Visitor) -> list[tuple[str, str]]:
    """Return the agencies, by code and name, that the visitor works for by a role of their own."""
    held = {
        role.agency_code: f"{role.agency_name} ({role.agency_code})"
        for role in visitor.roles
        if role.role in WORKERS and role.agency_code is not None
    }
    return sorted(held.items())


def _download(content: bytes, name: str, visitor: Visitor) -> Response:
    given = {**headers(visitor.locale), "content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=MEDIA_TYPE, headers=given)


def _whose(visitor: Visitor) -> str:
    return str(visitor.officer.officer_id)


def _note(visitor: Visitor, sender: Sender, report: Report) -> None:
    whose = {"officer_id": _whose(visitor), "client_id": sender.caller.client_id}
    log.info("dossier_table_kept", **whose, **report.counts)

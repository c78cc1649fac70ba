"""The page at `/thu-tuc/{code}`: a procedure as a checklist in a browser, to be ticked off or printed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Literal, TypeVar
from urllib.parse import quote, urlencode, urlsplit
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse

from api import conditional, limits
from api.dependencies import AllServices, Locale, Read
from api.pages import Pages
from api.problems import Problem
from api.procedures.checklist_reading import PAGE, ChecklistReader
from api.procedures.checklist_schemas import Charge, Checklist, Duration, EntryKind, HistoryEntry, Line, Way
from api.procedures.detail_router import BY_ADDRESS, PUBLIC, CatalogueNumber
from api.procedures.page_data import structured_data
from api.procedures.page_texts import TEXTS

router = APIRouter(include_in_schema=False)
pages = Pages(Path(__file__).parent / "pages")
T = TypeVar("T", Duration | None, Charge | None)
_FILES = {"style": "procedure.css", "script": "procedure.js"}
_HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
_LONGEST_SHOWN = 60
"""Characters of a code that nobody has, as it is shown to whoever asked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """In which version of the catalogue, and in which language, a procedure is to be shown."""

    version: int | None
    locale: str


async def get_asked(
    locale: Locale,
    version: CatalogueNumber = None,
    lang: Annotated[Literal["vi", "en"] | None, Query()] = None,
) -> Asked:
    """Return what is asked for; `lang` goes before Accept-Language, for the link between the languages."""
    return Asked(version=version, locale=lang or locale)


As = Annotated[Asked, Depends(get_asked)]


async def get_reader(services: AllServices, reading: Read, asked: As) -> ChecklistReader:
    """Return what reads checklists for this request."""
    return ChecklistReader(reading, public_url=services.settings.auth.issuer(), locale=asked.locale)


@router.get(f"{PAGE}/{{code}}", dependencies=[Depends(limits.by_address(BY_ADDRESS))])
async def procedure_page(
    code: str, request: Request, reader: Annotated[ChecklistReader, Depends(get_reader)], asked: As
) -> Response:
    """Return the page, the same for everybody, or one that helps to find what was meant."""
    headers = {
        "content-language": asked.locale,
        "content-security-policy": pages.policy(**_FILES),
        "vary": "accept-language",
    }
    try:
        found = await reader.get(code, asked.version)
    except Problem as problem:
        return HTMLResponse(_missing(code, asked), problem.status, headers)
    content = render(found, (await reader.history(code)).items, asked).encode()
    shared = {**headers, "cache-control": PUBLIC}
    return conditional.send(request, content, media_type="text/html", headers=shared)


def render(found: Checklist, history: list[HistoryEntry], asked: Asked) -> str:
    """Return the page of a procedure."""
    address = urlsplit(found.page_url).path
    ways = _grouped(found.how.ways)
    return pages.render(
        "procedure.html",
        page=_frame(address, asked),
        text=TEXTS[asked.locale],
        found=found,
        structured=structured_data(found),
        script=pages.source(_FILES["script"]),
        sections=_sections(found, history),
        places=_places(found),
        ways=ways,
        tickable=any(entry.kind is EntryKind.PAPER for group in found.bring.cases for entry in group.entries),
        brief=_brief(found.how.ways),
        online=found.online_level or any(way.channel.code == "online" for way in found.how.ways),
        host=urlsplit(found.apply_url or "").hostname,
        earlier=asked.version is not None and found.catalogue,
        current_url=_address(address, None, asked.locale),
        history=history,
        day=lambda moment: _day(moment, asked.locale),
    )


def _missing(code: str, asked: Asked) -> str:
    address = f"{PAGE}/{quote(code, safe='')}"
    return pages.render(
        "missing.html",
        page=_frame(address, asked),
        text=TEXTS[asked.locale],
        code=code if len(code) <= _LONGEST_SHOWN else f"{code[:_LONGEST_SHOWN]}…",
        earlier=asked.version is not None,
        current_url=_address(address, None, asked.locale),
    )


def _frame(address: str, asked: Asked) -> SimpleNamespace:
    """Return what both pages have around them."""
    other = "vi" if asked.locale == "en" else "en"
    return SimpleNamespace(
        locale=asked.locale,
        text=TEXTS[asked.locale],
        other=other,
        other_text=TEXTS[other],
        other_url=_address(address, asked.version, other),
        style=pages.source(_FILES["style"]),
    )


def _address(path: str, version: int | None, locale: str) -> str:
    query: Mapping[str, str | int] = {"version": version} if version is not None else {}
    return f"{path}?{urlencode({**query, 'lang': locale})}"


def _day(moment: datetime, locale: str) -> str:
    there = moment.astimezone(_HANOI)
    return f"{there.day} {there:%B %Y}" if locale == "en" else f"{there:%d/%m/%Y}"


def _grouped(ways: list[Way]) -> list[tuple[list[str], Way]]:
    """Put the channels together that take as long and cost the same: most procedures repeat all for each."""
    found: list[tuple[list[str], Way]] = []
    for way in ways:
        same = next((channels for channels, one in found if _alike(one, way)), None)
        if same is None:
            found.append(([way.channel.label], way))
        elif way.channel.label not in same:
            same.append(way.channel.label)
    return found


def _alike(one: Way, other: Way) -> bool:
    return (one.limit, one.fees, one.note) == (other.limit, other.fees, other.note)


def _brief(ways: list[Way]) -> list[tuple[str, Duration | Charge | None]]:
    """Return how long and how much, which is asked first; none in place of what is not one for all ways."""
    limits = [way.limit for way in ways]
    fees: list[Charge | None] = [fee for way in ways for fee in (way.fees or (None,))]
    told: list[tuple[str, Duration | Charge | None]] = []
    if any(limits):
        told.append(("limit", _one(limits)))
    if any(fees):
        # What has a note is for some case, or not all of it.
        fee = _one(fees)
        told.append(("fee", None if fee and (fee.note or fee.amount is None) else fee))
    return told


def _one(told: list[T]) -> T | None:
    return told[0] if all(one == told[0] for one in told) else None


def _places(found: Checklist) -> list[tuple[str, list[Line]]]:
    where = found.where
    named = {
        "agency": where.agency,
        "competent": where.competent_agency,
        "coordinating": where.coordinating_agency,
        "promulgating": where.promulgating_agency,
    }
    places = [(name, [Line(text=text)]) for name, text in named.items() if text]
    if where.address:
        places.insert(1 if where.agency else 0, ("address", where.address))
    return places


def _sections(found: Checklist, history: list[HistoryEntry]) -> list[str]:
    there = {
        "result": found.results,
        "conditions": found.conditions,
        "description": found.description,
        "law": found.legal_basis or found.decision,
        "history": len(history) > 1,
    }
    return ["bring", "where", "how", "steps", *(name for name, shown in there.items() if shown)]

"""What a notice says: pure, from templates. Vietnamese unless English is asked for.

No notice names a person, a number or what an agency noted (Law 91/2025): it says what happened to which
dossier, and links to where its owner reads the rest after signing in. The wording of a category stands
once, in `templates/<language>/<category>.txt`, and serves every form.
"""

import functools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape
from markupsafe import escape
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict

from storage.dossiers.statuses import AWAITING_CITIZEN, ENDED, DossierStatus

TITLE_LENGTH = 65
"""Characters that a phone's lock screen and a mail client's list show of a title."""

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_VIETNAMESE, _ENGLISH = "vi", "en"
# Not strftime's: those follow the locale of the process.
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


class Form(StrEnum):
    """How much is said. A channel of text messages would bring a form of its own, in its alphabet."""

    SHORT = "short"
    """Two lines that a locked screen shows to anybody: what happened to which dossier."""
    FULL = "full"
    """A letter, in plain text and in HTML."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A notice in words, NFC. The title is one line; `html` belongs to the full form alone."""

    title: str
    text: str
    html: str | None


def _one_line(value: object) -> object:
    return " ".join(unicodedata.normalize("NFC", value).split()) if isinstance(value, str) else value


Line = Annotated[str, BeforeValidator(_one_line)]


class NoticeParams(BaseModel):
    """What a notification keeps for its wording, read from JSON (times in ISO 8601 with an offset).

    Attributes:
        status: as numbered for exchange with the National Public Service Portal; its name is ours to give.
        due_at: when the agency has promised the result.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    dossier_code: Line
    status: DossierStatus
    procedure_name: Line
    agency_name: Line
    occurred_at: AwareDatetime
    due_at: AwareDatetime | None = None


def render(
    *,
    category: str,
    locale: str,
    params: Mapping[str, Any],
    form: Form,
    link: str,
    opt_out_link: str | None = None,
) -> Content:
    """Put a notice into words.

    Args:
        category: the name of a template: `status_change`, `supplement_required`, `payment_required`,
            `result_ready`, `refused`, `stopped`.
        locale: a BCP 47 tag; what is neither Vietnamese nor English is answered in Vietnamese.
        params: see `NoticeParams`.
        form: how much to say.
        link: opens the dossier.
        opt_out_link: gives the address up, where it came with a dossier.

    Raises:
        LookupError: there is no such category.
        pydantic.ValidationError: the params do not suffice.
    """
    language = _language(locale)
    notice = NoticeParams.model_validate(dict(params))
    status = notice.status
    lines = _lines(language, category, status)
    blanks = {"code": notice.dossier_code, "occurred": _moment(notice.occurred_at, language)}
    title = lines.title % blanks
    if len(title) > TITLE_LENGTH:
        title = lines.short_title % blanks
    if form is Form.SHORT:
        return Content(title=title, text=lines.lead % blanks, html=None)
    blanks |= {
        "title": title,
        "procedure": notice.procedure_name,
        "agency": notice.agency_name,
        "link": link,
        "opt_out_link": opt_out_link or "",
    }
    # While the citizen is awaited the clock stands still: the day promised would mislead.
    promised = notice.due_at is not None and status not in ENDED | AWAITING_CITIZEN
    if notice.due_at is not None:
        blanks["due"] = _moment(notice.due_at, language)
    letter = _letter(language, category, status, promised=promised, opt_out=opt_out_link is not None)
    escaped = {name: escape(value) for name, value in blanks.items()}
    return Content(title=title, text=letter.text % blanks, html=letter.html % escaped)


class _Lines(NamedTuple):
    """What every form is put together from."""

    title: str
    short_title: str
    lead: str
    advice: str


class _Letter(NamedTuple):
    text: str
    html: str


class _Fact(NamedTuple):
    name: str
    value: str
    language: str | None = None


# A template takes far longer than what differs between two notices of a kind: each kind goes through its
# templates once, with marks for what is left blank, and is kept as a pattern for `%`. There are no more
# kinds than templates times statuses, so the caches are bounded.


@functools.cache
def _lines(language: str, category: str, status: DossierStatus) -> _Lines:
    """Word a category and a status; `code` and `occurred` are left blank."""
    template = _template(f"{language}/{category}.txt")
    context = template.new_context(
        {"code": _blank("code"), "occurred": _blank("occurred"), "status": _named(status, language)}
    )
    blocks = {name: _squeezed("".join(block(context))) for name, block in template.blocks.items()}
    return _Lines(**{name: _pattern(blocks[name]) for name in _Lines._fields})


@functools.cache
def _letter(language: str, category: str, status: DossierStatus, *, promised: bool, opt_out: bool) -> _Letter:
    lines = _lines(language, category, status)
    labels = _template(f"{language}/labels.txt").module
    marks = {"code": _blank("code"), "occurred": _blank("occurred")}
    context = {
        "language": language,
        "labels": labels,
        "title": _blank("title"),
        "lead": lines.lead % marks,
        "advice": lines.advice % marks,
        "facts": list(_facts(vars(labels), _named(status, language), promised=promised)),
        "link": _blank("link"),
        "opt_out_link": _blank("opt_out_link") if opt_out else None,
    }
    text, html = (_template(name).render(context) for name in ("letter.txt", "letter.html"))
    return _Letter(text=_pattern(text), html=_pattern(html))


def _facts(labels: Mapping[str, str], status: str, *, promised: bool) -> Iterator[_Fact]:
    """Yield what the letter lists. Official names stay Vietnamese and say so (WCAG 2.2, 3.1.2)."""
    yield _Fact(labels["code"], _blank("code"))
    yield _Fact(labels["procedure"], _blank("procedure"), _VIETNAMESE)
    yield _Fact(labels["agency"], _blank("agency"), _VIETNAMESE)
    yield _Fact(labels["status"], status)
    yield _Fact(labels["occurred"], _blank("occurred"))
    if promised:
        yield _Fact(labels["due"], _blank("due"))


def _blank(name: str) -> str:
    """Return a mark that no template needs to escape, and that no wording contains."""
    return f"\ue000{name}\ue001"


def _pattern(worded: str) -> str:
    return re.sub("\ue000(\\w+)\ue001", r"%(\1)s", worded.replace("%", "%%"))


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("notify"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


@functools.cache
def _template(name: str) -> Template:
    return _environment().get_template(name)


def _language(locale: str) -> str:
    return _ENGLISH if locale.lower().split("-")[0] == _ENGLISH else _VIETNAMESE


def _named(status: DossierStatus, language: str) -> str:
    return status.english if language == _ENGLISH else status.vietnamese


def _moment(at: datetime, language: str) -> str:
    """Say a time as it is read in Vietnam, which keeps UTC+7 all year."""
    local = at.astimezone(_ZONE)
    clock = f"{local.hour:02}:{local.minute:02}"
    if language == _ENGLISH:
        return f"{clock} (UTC+7) on {local.day} {_MONTHS[local.month - 1]} {local.year}"
    return f"{clock} ngày {local.day:02}/{local.month:02}/{local.year}"


def _squeezed(text: str) -> str:
    return " ".join(text.split())

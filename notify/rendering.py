"""What a notice says: pure, from templates. Vietnamese unless English is asked for.

No notice names a person, a number or what an agency noted (Law 91/2025): it says what happened to which
dossier, and links to where its owner reads the rest after signing in. The wording of a category stands
once, in `templates/<language>/<category>.txt`, and serves every form.
"""

import functools
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape
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
    wording = _Wording(language=language, category=category, notice=notice)
    title = wording.title()
    if form is Form.SHORT:
        return Content(title=title, text=wording.part("lead"), html=None)
    letter = {
        "language": language,
        "labels": wording.labels,
        "title": title,
        "lead": wording.part("lead"),
        "advice": wording.part("advice"),
        "facts": list(wording.facts()),
        "link": link,
        "opt_out_link": opt_out_link,
    }
    return Content(
        title=title,
        text=_template("letter.txt").render(letter),
        html=_template("letter.html").render(letter),
    )


class _Fact(NamedTuple):
    name: str
    value: str
    language: str | None = None


class _Wording:
    """The parts that every form is put together from."""

    def __init__(self, *, language: str, category: str, notice: NoticeParams) -> None:
        self._template = _template(f"{language}/{category}.txt")
        self._notice = notice
        self._language = language
        status = notice.status
        self._words = {
            "code": notice.dossier_code,
            "status": status.english if language == _ENGLISH else status.vietnamese,
            "occurred": _moment(notice.occurred_at, language),
        }
        # One for all parts, as making it takes longer than any of them: they only read it.
        self._context = self._template.new_context(self._words)
        self.labels = _template(f"{language}/labels.txt").module

    def part(self, name: str) -> str:
        """Return one block of the category's template."""
        block = self._template.blocks[name](self._context)
        return _squeezed("".join(block))

    def title(self) -> str:
        """Return the title, without the dossier's code where it would not fit."""
        title = self.part("title")
        return title if len(title) <= TITLE_LENGTH else self.part("short_title")

    def facts(self) -> Iterator[_Fact]:
        """Yield what the letter lists. Official names stay Vietnamese and say so (WCAG 2.2, 3.1.2)."""
        notice, labels = self._notice, vars(self.labels)
        yield _Fact(labels["code"], notice.dossier_code)
        yield _Fact(labels["procedure"], notice.procedure_name, _VIETNAMESE)
        yield _Fact(labels["agency"], notice.agency_name, _VIETNAMESE)
        yield _Fact(labels["status"], self._words["status"])
        yield _Fact(labels["occurred"], self._words["occurred"])
        # While the citizen is awaited the clock stands still: the day promised would mislead.
        if notice.due_at and notice.status not in ENDED | AWAITING_CITIZEN:
            yield _Fact(labels["due"], _moment(notice.due_at, self._language))


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


def _moment(at: datetime, language: str) -> str:
    """Say a time as it is read in Vietnam, which keeps UTC+7 all year."""
    local = at.astimezone(_ZONE)
    if language == _ENGLISH:
        return f"{local:%H:%M} (UTC+7) on {local.day} {_MONTHS[local.month - 1]} {local.year}"
    return f"{local:%H:%M} ngày {local:%d/%m/%Y}"


def _squeezed(text: str) -> str:
    return " ".join(text.split())

"""What a notice says: pure, from templates. Vietnamese unless English is asked for.

No notice names a person, a number or what an agency noted (Law 91/2025): it says what happened to which
dossier, and links to where its owner reads the rest after signing in. The wording of a category stands
once, in `templates/<language>/<category>.txt`, and serves every form.
"""

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape
from markupsafe import escape

from notify.notice_params import ENGLISH, VIETNAMESE
from notify.params import read_params
from notify.ports import Form
from storage.dossiers.statuses import DossierStatus

TITLE_LENGTH = 65
"""Characters that a phone's lock screen and a mail client's list show of a title."""
SENDER = "TinDan"
"""Opens a text message, which a phone may show without saying who sends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A notice in words, NFC.

    Attributes:
        title: one line.
        html: of the full form alone.
        facts: what it is about, one by one: see `notify.ports.Outgoing`.
    """

    title: str
    text: str
    html: str | None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where a notice leads.

    Attributes:
        open: what it tells of, in the app; none where there is nothing to open.
        opt_out: gives the address up, where it came with a dossier.
    """

    open: str | None
    opt_out: str | None = None


def render(
    *,
    category: str,
    locale: str,
    params: Mapping[str, Any],
    form: Form,
    links: Links,
    more: int = 0,
) -> Content:
    """Put a notice into words.

    Args:
        category: what it is about: the name of a template.
        locale: a BCP 47 tag; what is neither Vietnamese nor English is answered in Vietnamese.
        params: see `notify.params`.
        form: how much to say.
        links: where it leads.
        more: how many notices it stands for beside its own.

    Raises:
        LookupError: there is no such category.
        pydantic.ValidationError: the params do not suffice.
    """
    language = ENGLISH if locale.lower().split("-")[0] == ENGLISH else VIETNAMESE
    notice = read_params(category, params)
    status = notice.status_told
    facts = dict(notice.blanks(language))
    template = notice.wording or category
    kind = _Kind(language=language, template=template, status=status, more=more > 0)
    lines = _lines(kind)
    blanks = {**facts, "more": str(more)}
    title = lines.title % blanks
    if len(title) > TITLE_LENGTH:
        title = lines.short_title % blanks
    if status is not None:
        facts["status"] = _named(status, language)
    if form is Form.SHORT:
        return Content(title=title, text=lines.lead % blanks, html=None, facts=facts)
    if form is Form.LINE:
        line = f"{SENDER}: {lines.lead % blanks}"
        return Content(
            title=title, text=f"{line} {links.open}" if links.open else line, html=None, facts=facts
        )
    blanks |= {"title": title, "link": links.open or "", "opt_out_link": links.opt_out or ""}
    named = tuple(name for name in facts if name != "status")
    letter = _letter(kind, named, open_link=links.open is not None, opt_out=links.opt_out is not None)
    escaped = {name: escape(value) for name, value in blanks.items()}
    return Content(title=title, text=letter.text % blanks, html=letter.html % escaped, facts=facts)


class _Kind(NamedTuple):
    """What decides the wording, but for its blanks."""

    language: str
    template: str
    status: DossierStatus | None
    more: bool


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


_BLANKS = (
    "code",
    "complaint",
    "occurred",
    "due",
    "device",
    "matter",
    "arranged_for",
    "otp",
    "agency",
    "headline",
    "body",
)
"""What the wording of some category names; the status is no blank, as its name differs in grammar."""

# A template takes far longer than what differs between two notices of a kind: each kind goes through its
# templates once, with marks for what is left blank, and is kept as a pattern for `%`. There are no more
# kinds than templates times statuses, so the caches are bounded.


@functools.cache
def _lines(kind: _Kind) -> _Lines:
    """Word a kind of notice."""
    template = _template(f"{kind.language}/{kind.template}.txt")
    context = template.new_context(
        {name: _blank(name) for name in _BLANKS}
        | ({"status": _named(kind.status, kind.language)} if kind.status else {})
    )
    blocks = {name: _squeezed("".join(block(context))) for name, block in template.blocks.items()}
    if kind.more:
        blocks["lead"] += " " + _labels(kind.language)["more"].format(more=_blank("more"))
    return _Lines(**{name: _pattern(blocks[name]) for name in _Lines._fields})


@functools.cache
def _letter(kind: _Kind, facts: tuple[str, ...], *, open_link: bool, opt_out: bool) -> _Letter:
    lines = _lines(kind)
    labels = _labels(kind.language)
    marks = {name: _blank(name) for name in (*_BLANKS, "more")}
    context = {
        "language": kind.language,
        "labels": labels,
        "title": _blank("title"),
        "lead": lines.lead % marks,
        "advice": lines.advice % marks,
        "facts": list(_facts(kind, facts)),
        "link": _blank("link") if open_link else None,
        "open": labels.get(f"open_{kind.template}") or labels["open" if "code" in facts else "open_app"],
        "opt_out_link": _blank("opt_out_link") if opt_out else None,
    }
    text, html = (_template(name).render(context) for name in ("letter.txt", "letter.html"))
    return _Letter(text=_pattern(text), html=_pattern(html))


def _facts(kind: _Kind, names: tuple[str, ...]) -> Iterator[_Fact]:
    """Yield what the letter lists. Official names stay Vietnamese and say so (WCAG 2.2, 3.1.2)."""
    labels = _labels(kind.language)
    for name in names:
        if name == "occurred" and kind.status:
            yield _Fact(labels["status"], _named(kind.status, kind.language))
        if name in labels:
            official = VIETNAMESE if name in {"procedure", "agency"} else None
            yield _Fact(labels[name], _blank(name), official)


def _labels(language: str) -> Mapping[str, str]:
    return vars(_template(f"{language}/labels.txt").module)


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


def _named(status: DossierStatus, language: str) -> str:
    return status.english if language == ENGLISH else status.vietnamese


def _squeezed(text: str) -> str:
    return " ".join(text.split())

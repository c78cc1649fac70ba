"""What every officers' page stands in: who visits it, its headers, and what is around its content."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.console import cookies, language, moments, origin, places, visits
from api.console.frame_texts import TEXTS
from api.console.language import Locale
from api.dependencies import AllServices
from api.pages import Pages
from api.problems import unauthenticated
from auth.principals import Officer
from storage.officers.reading import RoleView, enabled_officer
from storage.officers.roles import Role

templates = Pages(Path(__file__).parent / "pages", forms=True)
STYLE = "console.css"
Texts = Mapping[str, Mapping[str, str]]
NO_TEXTS: Texts = {"vi": {}, "en": {}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Whoever is signed in at the officers' page.

    Attributes:
        roles: those that count now. They decide what is offered; what may be done is asked in each query.
    """

    officer: Officer
    locale: Locale
    name: str | None
    roles: tuple[RoleView, ...]

    @property
    def held(self) -> frozenset[Role]:
        """The kinds of roles, for whichever agency."""
        return frozenset(role.role for role in self.roles)


async def get_visitor(request: Request, services: AllServices) -> Visitor:
    """Return who is signed in. Raises the problem `unauthenticated`, which sends a reader to the sign-in."""
    locale = language.settle(request, services)
    officer = await visits.current(request, services)
    if officer is None:
        raise unauthenticated()
    async with services.reading() as reading:
        known = await enabled_officer(reading, officer.officer_id)
    if known is None:
        cookies.forget(request, services, cookies.VISIT)
        raise unauthenticated()
    visitor = Visitor(officer=officer, locale=locale, name=known.name, roles=known.current)
    request.state.visitor = visitor
    return visitor


async def get_posting_visitor(request: Request, services: AllServices) -> Visitor:
    """Return who sent a form from a page of ours. Raises the problem `foreign-form`, too."""
    origin.require_own(request, services)
    return await get_visitor(request, services)


Visiting = Annotated[Visitor, Depends(get_visitor)]
"""Whoever reads a page. To stand before `Read` and `Uow`: it takes a connection itself, and gives it back."""
Posting = Annotated[Visitor, Depends(get_posting_visitor)]
"""Whoever sends a form. Likewise."""


def page(
    request: Request, visitor: Visitor, template: str, /, *, texts: Texts, status: int = 200, **values: object
) -> HTMLResponse:
    """Render a template that extends `frame.html`, with blocks `title` and `main`.

    It has `text` (of the frame, and `texts`), `locale`, `visitor`, `moment(at)`, `day(at)`, and a fresh
    `form_id` unless one is given; `errors` (`forms.FormError`) announces itself in the title. The query's
    `done=<word>` shows the text `done_<word>`.
    """
    return show(request, template, visitor.locale, texts=texts, status=status, visitor=visitor, **values)


def show(
    request: Request, template: str, locale: Locale, /, *, texts: Texts, status: int = 200, **values: object
) -> HTMLResponse:
    """Render a template as `page` does, also where nobody is signed in."""
    text = {**TEXTS[locale], **texts[locale]}
    visitor = values.get("visitor")
    given: dict[str, object] = {
        "visitor": None,
        "errors": (),
        "form_id": uuid4(),
        "style": templates.source(STYLE),
        "locale": locale,
        "text": text,
        "here": request.scope["path"],
        "places": places.open_to(visitor.held) if isinstance(visitor, Visitor) else (),
        "done_text": text.get(f"done_{request.query_params.get('done')}"),
        "moment": lambda at: moments.moment(at, locale),
        "day": lambda at: moments.day(at, locale),
        **_other_language(request, locale),
    }
    content = templates.render(template, **{**given, **values})
    return HTMLResponse(content, int(status), headers(locale))


def headers(locale: Locale) -> dict[str, str]:
    """Return the headers of every page here."""
    return {
        "cache-control": "no-store",
        "content-language": locale,
        "content-security-policy": templates.policy(style=STYLE),
        # With no-referrer a browser would send `Origin: null` with our own forms (Fetch, 3.2).
        "referrer-policy": "same-origin",
        "vary": "accept-language, cookie",
        "x-robots-tag": "noindex, nofollow, noarchive",
    }


def see_other(path: str, **parameters: str) -> Response:
    """Send a browser on by GET after a form; `done=<word>` has the next page say what was done."""
    address = f"{path}?{urlencode(parameters)}" if parameters else path
    return RedirectResponse(address, 303, {"cache-control": "no-store"})


def _other_language(request: Request, locale: Locale) -> dict[str, object]:
    other: Locale = "vi" if locale == "en" else "en"
    # What was sent by a form can not be asked for again in another language.
    reading = request.method in {"GET", "HEAD"}
    return {
        "other": other,
        "other_name": TEXTS[other]["language"],
        "other_url": language.switched(request, other) if reading else None,
    }

"""The page at `/tra-cuu`: looking up a dossier in a browser, without an account and without an app."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from api.dependencies import Locale
from api.lookups.page_texts import TEXTS
from api.lookups.slips import PAGE
from api.lookups.templates import templates

router = APIRouter(include_in_schema=False)
_FILES = {"style": "lookup.css", "script": "lookup.js"}


@router.get(PAGE)
async def lookup_page(
    locale: Locale, lang: Annotated[Literal["vi", "en"] | None, Query()] = None
) -> HTMLResponse:
    """Return the page, which is the same for everybody: what is looked up stays in the browser.

    `lang` goes before Accept-Language, for the link from one language to the other.
    """
    shown = lang or locale
    other = "vi" if shown == "en" else "en"
    content = templates.render(
        "lookup.html",
        locale=shown,
        text=TEXTS[shown],
        other=other,
        other_text=TEXTS[other],
        **{name: templates.source(file) for name, file in _FILES.items()},
    )
    headers = {
        "cache-control": "no-cache",
        "content-language": shown,
        "content-security-policy": templates.policy(**_FILES),
        "vary": "accept-language",
    }
    return HTMLResponse(content, headers=headers)

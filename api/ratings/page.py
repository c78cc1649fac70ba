"""The page at `/danh-gia`: a dossier is rated in a browser, by the link of a notice."""

from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from api.dependencies import Locale
from api.pages import Pages
from api.ratings.page_texts import SCRIPT_WORDS, TEXTS
from storage.ratings.kinds import LONGEST_TEXT

router = APIRouter(include_in_schema=False)
PAGE = "/danh-gia"
STYLE = "rating.css"
SCRIPT = ("blinding.js", "rating.js")
templates = Pages(Path(__file__).parent / "pages")


@router.get(PAGE)
async def rating_page(
    locale: Locale, lang: Annotated[Literal["vi", "en"] | None, Query()] = None
) -> HTMLResponse:
    """Return the page, which is the same for everybody: what the link holds stays in the browser.

    `lang` goes before Accept-Language, for the link from one language to the other.
    """
    shown = lang or locale
    other = "vi" if shown == "en" else "en"
    content = templates.render(
        "rating.html",
        locale=shown,
        text=TEXTS[shown],
        script_words=SCRIPT_WORDS[shown],
        other=other,
        other_text=TEXTS[other],
        longest=LONGEST_TEXT,
        style=templates.source(STYLE),
        script=templates.source(*SCRIPT),
    )
    headers = {
        "cache-control": "no-cache",
        "content-language": shown,
        "content-security-policy": templates.policy(style=STYLE, script=SCRIPT),
        "referrer-policy": "no-referrer",
        "vary": "accept-language",
    }
    return HTMLResponse(content, headers=headers)

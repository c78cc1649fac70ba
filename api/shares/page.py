"""The page at `/chia-se/{token}`, which whoever was given a link opens in a browser."""

from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from api.dependencies import Locale
from api.pages import Pages
from api.shares.page_texts import TEXTS

router = APIRouter(include_in_schema=False)
pages = Pages(Path(__file__).parent / "pages")
_FILES = {"style": "share.css", "script": "share.js"}


@router.get("/chia-se/{token}")
async def share_page(
    token: str,  # noqa: ARG001 - read by the page alone, from its own address
    locale: Locale,
    lang: Annotated[Literal["vi", "en"] | None, Query()] = None,
) -> HTMLResponse:
    """Return the page, the same for every link, and for what is none.

    Nothing is used before somebody presses its button: messengers and mail scanners open every link.
    """
    shown = lang or locale
    other = "vi" if shown == "en" else "en"
    content = pages.render(
        "share.html",
        locale=shown,
        text=TEXTS[shown],
        other=other,
        other_text=TEXTS[other],
        **{name: pages.source(file) for name, file in _FILES.items()},
    )
    headers = {
        "cache-control": "no-store",
        "content-language": shown,
        "content-security-policy": pages.policy(**_FILES),
        "vary": "accept-language",
        "x-robots-tag": "noindex, nofollow, noarchive",
    }
    return HTMLResponse(content, headers=headers)

"""The page that a browser gets where nothing may be sent back to an app."""

from base64 import b64encode
from hashlib import sha256
from typing import Literal, NamedTuple

from fastapi import Response
from fastapi.responses import HTMLResponse

Reason = Literal["untrusted", "expired"]

_STYLE = (
    "body{font:1.125rem/1.6 system-ui,sans-serif;color:#1a1a1a;background:#fff;margin:0}"
    "main{max-width:34rem;margin:0 auto;padding:3rem 1.25rem}h1{font-size:1.5rem;line-height:1.3}"
    "@media(prefers-color-scheme:dark){body{color:#f2f2f2;background:#161616}}"
)
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "vary": "accept-language",
}


class _Text(NamedTuple):
    title: str
    body: str


# Nothing of the request is shown, so there is nothing to escape.
_TEXTS: dict[tuple[Reason, str], _Text] = {
    ("untrusted", "vi"): _Text(
        "Không thể đăng nhập từ ứng dụng này",
        "Ứng dụng chưa được đăng ký. Hãy đóng trang này và đăng nhập lại từ ứng dụng chính thức.",
    ),
    ("untrusted", "en"): _Text(
        "This app can not sign you in",
        "The app is not registered here. Close this page and sign in again from the official app.",
    ),
    ("expired", "vi"): _Text(
        "Lượt đăng nhập đã hết hạn",
        "Lượt đăng nhập này đã dùng rồi, đã quá 10 phút, hoặc bắt đầu từ trình duyệt khác. "
        "Hãy mở lại ứng dụng và đăng nhập lần nữa.",
    ),
    ("expired", "en"): _Text(
        "This sign-in has expired",
        "It was used already, took more than 10 minutes, or began in another browser. "
        "Open the app and sign in again.",
    ),
}


def refusal_page(reason: Reason, locale: str) -> Response:
    """Return the page for a reason, in `vi` or `en`, with status 400."""
    title, body = _TEXTS[reason, locale]
    html = (
        f'<!doctype html><html lang="{locale}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{title}</h1><p>{body}</p></main></body></html>"
    )
    return HTMLResponse(html, status_code=400, headers={**_HEADERS, "content-language": locale})

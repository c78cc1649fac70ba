"""The page on which an address is given up: no script, nothing from elsewhere, read well by machines."""

from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import NamedTuple

from fastapi import Response
from fastapi.responses import HTMLResponse

from api.opt_out.service import State

# Contrast is at least 4.5 to 1 in both colour schemes, targets are 48 px high (WCAG 2.2, 1.4.3 and 2.5.8).
_STYLE = """
:root{color-scheme:light dark;--text:#1b1b1b;--ground:#fff;--accent:#a4161a;--on-accent:#fff;--link:#0b57a4}
@media(prefers-color-scheme:dark){
:root{--text:#f0f0f0;--ground:#151515;--accent:#ff9b94;--on-accent:#2b0504;--link:#9ccaff}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:1.125rem/1.6 system-ui,sans-serif}
main{max-width:36rem;margin:0 auto;padding:clamp(1.5rem,8vh,5rem) 1.25rem 3rem}
.name{margin:0 0 2rem;font-weight:700;color:var(--accent)}
h1{margin:0 0 1rem;font-size:clamp(1.5rem,5vw,1.75rem);line-height:1.25}
p{margin:0 0 1rem}
button{width:100%;min-height:3rem;margin:1rem 0;padding:.75rem 1.5rem;border:0;border-radius:.5rem;
background:var(--accent);color:var(--on-accent);font:inherit;font-weight:600;cursor:pointer}
a{display:inline-block;padding:.625rem 0;color:var(--link);text-underline-offset:.2em}
:focus-visible{outline:.1875rem solid var(--link);outline-offset:.1875rem}
@media(min-width:40rem){button{width:auto}}
"""
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "vary": "accept-language",
    "x-robots-tag": "noindex",
}


class _Text(NamedTuple):
    title: str
    paragraphs: tuple[str, ...]


_TEXTS: dict[tuple[State, str], _Text] = {
    ("asked", "vi"): _Text(
        "Ngừng nhận thông\u00a0báo về hồ\u00a0sơ này?",
        (
            "Địa chỉ này được cung cấp cho chúng tôi cùng với hồ sơ.",
            "Khi bạn xác nhận, chúng tôi sẽ không gửi thông báo về hồ sơ đó đến địa chỉ này nữa.",
            "Việc giải quyết hồ sơ không bị ảnh hưởng. Chủ hồ sơ vẫn đọc được thông báo sau khi đăng nhập.",
        ),
    ),
    ("asked", "en"): _Text(
        "Stop notices about this dossier?",
        (
            "This address was given to us together with the dossier.",
            "Once you confirm, we send no more notices about that dossier to this address.",
            "The dossier itself goes on as before, and its owner can read every notice after signing in.",
        ),
    ),
    ("given_up", "vi"): _Text(
        "Đã ngừng gửi thông báo",
        (
            "Chúng tôi sẽ không gửi thông báo về hồ sơ này đến địa chỉ của bạn nữa.",
            "Thông báo đang trên đường gửi có thể vẫn đến nơi.",
        ),
    ),
    ("given_up", "en"): _Text(
        "No more notices will be sent",
        (
            "We no longer write to this address about the dossier.",
            "What is under way already may still arrive.",
        ),
    ),
    ("unknown", "vi"): _Text(
        "Liên kết không hợp lệ",
        (
            "Liên kết bị thiếu ký tự, hoặc địa chỉ đã được gỡ bỏ từ trước.",
            "Hãy mở lại liên kết trong thông báo mới nhất, hoặc đăng nhập để chọn thông báo muốn nhận.",
        ),
    ),
    ("unknown", "en"): _Text(
        "This link is not valid",
        (
            "A part of it may be missing, or the address was removed before.",
            "Open the link in the latest notice again, or sign in to choose what you are told.",
        ),
    ),
}
_CONFIRM = {"vi": "Ngừng nhận thông báo", "en": "Stop notices"}
_SIGN_IN = {"vi": "Đăng nhập để xem hồ sơ", "en": "Sign in to see the dossier"}


def page(state: State, locale: str, *, sign_in: str | None) -> Response:
    """Return the page for a state, in `vi` or `en`; with 404 where the token stands for nothing.

    `sign_in` is where people sign in, if that is known.
    """
    title, paragraphs = _TEXTS[state, locale]
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    if state == "asked":
        body += f'<form method="post"><button type="submit">{_CONFIRM[locale]}</button></form>'
    if sign_in:
        body += f'<p><a href="{escape(sign_in)}">{_SIGN_IN[locale]}</a></p>'
    html = (
        f'<!doctype html><html lang="{locale}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title} – TinDan</title><style>{_STYLE}</style></head>"
        f'<body><main><p class="name">TinDan</p><h1>{title}</h1>{body}</main></body></html>'
    )
    status = 404 if state == "unknown" else 200
    return HTMLResponse(html, status_code=status, headers={**_HEADERS, "content-language": locale})

"""How a code stands, for browsers without script: the seal itself goes unchecked, and the page says so."""

from datetime import datetime
from zoneinfo import ZoneInfo

from api.verify.page_texts import texts_of
from api.verify.schemas import SealStatus, Verification
from api.verify.templates import STYLE, pages

_HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
_GROUP = 4
_TONES = {SealStatus.REVOKED: "bad"}


def headers(locale: str) -> dict[str, str]:
    """Return the headers of such a page."""
    return {
        "cache-control": "no-store",
        "content-language": locale,
        "content-security-policy": pages.policy(style=STYLE),
        "vary": "accept-language",
    }


def missing(locale: str, host: str) -> str:
    """Return the page of a code that no document has."""
    text = texts_of(host)[locale]
    return _render(locale, host, tone="bad", title=text["foreign"], lines=[text["foreign.unknown-code"]])


def found(verification: Verification, locale: str, host: str) -> str:
    """Return the page of a document."""
    text = texts_of(host)[locale]
    status = verification.status
    title = "valid.code" if status is SealStatus.VALID else status.value
    rows = [("code", _grouped(verification.code)), ("issuer", verification.issuer)]
    rows.append(("issued", _time(verification.issued_at, locale)))
    rows.append(
        ("expires", _time(verification.expires_at, locale) if verification.expires_at else text["never"])
    )
    return _render(
        locale,
        host,
        tone=_TONES.get(status, "warn"),
        title=text[title],
        lines=_lines(verification, text, locale),
        as_of=text["online"].format(time=_time(verification.as_of, locale)),
        rows=rows,
    )


def _lines(verification: Verification, text: dict[str, str], locale: str) -> list[str]:
    status, successor = verification.status, verification.superseded_by
    lines = []
    if status is SealStatus.EXPIRED:
        lines.append(text["expired.code"])
    elif status is not SealStatus.VALID:
        lines.append(text[f"{status.value}.lead"])
    elif verification.file_hash is None:
        lines.append(text["unbound"])
    if verification.since:
        lines.append(text["since"].format(time=_time(verification.since, locale)))
    if successor:
        day = f"{successor.issued_at.astimezone(_HANOI):%d/%m/%Y}"
        lines.append(text["superseded.by"].format(code=_grouped(successor.code), day=day))
    if verification.reason:
        lines.append(text["reason"].format(reason=verification.reason))
    return [*lines, text["no_script"]]


def _grouped(code: str) -> str:
    """Return a code as it is printed."""
    return " ".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def _time(moment: datetime, locale: str) -> str:
    there = moment.astimezone(_HANOI)
    return f"{there:%H:%M} ngày {there:%d/%m/%Y}" if locale == "vi" else f"{there:%H:%M, %d/%m/%Y}"


def _render(locale: str, host: str, **shown: object) -> str:
    text = texts_of(host)[locale]
    values = {"as_of": "", "rows": [], **shown}
    return pages.render(
        "status.html", locale=locale, text=text, domain=host, style=pages.source(STYLE), **values
    )

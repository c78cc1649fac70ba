"""What a page of scores is asked for, and the addresses that ask for it."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal
from urllib.parse import quote, urlencode

from fastapi import Depends, Query

from api.dependencies import Locale
from api.open_data.briefs import By
from api.open_data.schemas import PAGE

Language = Literal["vi", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """In which language, by what compared, and which part of a long list.

    Attributes:
        locale: the language of the page.
        lang: the one that was chosen on a page; links keep it.
        number: the part of the list, from 1.
    """

    locale: str
    lang: Language | None = None
    by: By = By.POINTS
    number: int = 1


async def get_asked(
    locale: Locale,
    lang: Annotated[Language | None, Query()] = None,
    by: Annotated[By, Query()] = By.POINTS,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Asked:
    """Return what is asked for; `lang` goes before Accept-Language, for the link between the languages."""
    return Asked(locale=lang or locale, lang=lang, by=by, number=page)


As = Annotated[Asked, Depends(get_asked)]


def address(month: date | None = None, code: str | None = None) -> str:
    """Return where the months are shown, or one, or an agency in it."""
    parts = [PAGE]
    if month is not None:
        parts.append(f"{month:%Y-%m}")
    if code is not None:
        parts.append(quote(code, safe=""))
    return "/".join(parts)


def link(path: str, asked: Asked) -> str:
    """Return an address that asks for the same in another place."""
    query: dict[str, str | int] = {}
    if asked.by is not By.POINTS:
        query["by"] = asked.by.value
    if asked.number > 1:
        query["page"] = asked.number
    if asked.lang:
        query["lang"] = asked.lang
    return f"{path}?{urlencode(query)}" if query else path

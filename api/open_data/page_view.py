"""The pages of scores, put together of what is published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace

from markupsafe import Markup

from api.open_data import charts
from api.open_data.briefs import Brief, By, Missing, brief_of
from api.open_data.page_asked import Asked, Language, address, link
from api.open_data.page_texts import TEXTS
from api.open_data.page_words import beginning, month_name, number
from api.open_data.ranking import above, part_of, ranked
from api.open_data.schemas import SCORES
from api.open_data.service import Made
from api.open_data.trends import Trend
from api.pages import Pages
from storage.scores.grouping import LEAST
from storage.scores.points import MOST, Criterion
from storage.scores.publishing import Line

pages = Pages(Path(__file__).parent / "pages")
STYLE = "scores.css"
_LONGEST_SHOWN = 60
"""Characters of a code that nobody has, as it is shown to whoever asked for it."""
_NOBODY = Brief(
    dossiers=0,
    points=Missing.NOTHING,
    out_of=0,
    part=Missing.NOTHING,
    percents=(Missing.NOTHING,) * len(Criterion),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What all pages have around them: what is asked for, at which path of which address."""

    asked: Asked
    path: str
    home: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A line of a month, what else there is of the month, and the last months; none while they are made."""

    month: date
    made: Made
    line: Line
    months: Sequence[date]
    trend: Trend | None


def months(found: Sequence[date], frame: Frame, *, current: date) -> str:
    """Return the page of all months, given in their order."""
    years = [(year, list(some)) for year, some in groupby(reversed(found), lambda month: month.year)]
    newest = next((month for month in reversed(found) if month < current), None)
    return _render("months.html", frame, years=years, newest=newest, current=current)


def missing(frame: Frame, *, month: date | None = None, code: str = "") -> str:
    """Return the page for what is not there: the month, or an agency in it."""
    shown = code if len(code) <= _LONGEST_SHOWN else f"{code[:_LONGEST_SHOWN]}…"
    return _render("missing.html", frame, month=month, code=shown)


def month(seen: Seen, frame: Frame) -> str:
    """Return the page of a line in a month: the country's, or an agency's."""
    asked, lines, line = frame.asked, seen.made.lines, seen.line
    part = part_of(ranked(lines, line, asked.by), asked.number)
    code, brief = line.agency.code if line.agency else None, brief_of(line)
    trend = {one: some.get(code, _NOBODY) for one, some in (seen.trend or {}).items()}
    place = seen.months.index(seen.month) if seen.month in seen.months else 0
    return _render(
        "month.html",
        frame,
        month=seen.month,
        provisional=seen.made.provisional,
        code=code,
        agency=line.agency,
        above=above(lines, line),
        brief=brief,
        hidden=Missing.HIDDEN in brief.percents,
        criteria=[
            SimpleNamespace(name=one.value, most=MOST[one], standing=line.standings[one], value=value)
            for one, value in zip(Criterion, brief.percents, strict=True)
        ],
        part=part,
        trend=trend,
        making=seen.trend is None,
        chart=_chart(trend, seen.month, frame),
        earlier=seen.months[place - 1] if place else None,
        later=seen.months[place + 1] if place + 1 < len(seen.months) else None,
        data=f"{SCORES}/{seen.month:%Y-%m}",
    )


def _chart(trend: Mapping[date, Brief], current: date, frame: Frame) -> Markup | None:
    """Draw a trend; none where there is nothing in it to be drawn."""
    asked = frame.asked
    text = TEXTS[asked.locale]
    given = []
    for place, (one, brief) in enumerate(trend.items()):
        value = brief.value(asked.by)
        given.append(
            charts.Column(
                label=str(one.month),
                under=f"{one.year}" if place == 0 or one.month == 1 else "",
                percent=None if isinstance(value, Missing) else value,
                current=one == current,
            )
        )
    if all(one.percent is None for one in given):
        return None
    span = " – ".join(month_name(one, asked.locale) for one in sorted({min(trend), max(trend)}))
    title = text["trend_chart"].format(by=_measured(asked.by, text), months=span)
    return charts.columns(given, title=title, marked=asked.by is not By.POINTS)


def _called(by: By, text: Mapping[str, str]) -> str:
    return text["total" if by is By.POINTS else by.value]


def _measured(by: By, text: Mapping[str, str]) -> str:
    """Return what the percentages are of that are compared."""
    return text["total_part" if by is By.POINTS else by.value]


def _render(template: str, frame: Frame, **values: object) -> str:
    asked = frame.asked
    text = TEXTS[asked.locale]
    other: Language = "vi" if asked.locale == "en" else "en"
    page = SimpleNamespace(
        locale=asked.locale,
        text=text,
        other=other,
        other_text=TEXTS[other],
        other_url=link(frame.path, replace(asked, lang=other)),
        url=f"{frame.home}{frame.path}",
        style=pages.source(STYLE),
    )
    return pages.render(
        template,
        page=page,
        text=text,
        asked=asked,
        orders=[(by, _called(by, text)) for by in By],
        called=_called(asked.by, text),
        measured=_measured(asked.by, text),
        least=LEAST,
        bar=charts.bar,
        shown=partial(_shown, locale=asked.locale, text=text),
        named=partial(month_name, locale=asked.locale),
        begin=beginning,
        address=address,
        to=partial(_to, asked),
        **values,
    )


def _to(asked: Asked, path: str, *, by: By | None = None, part: int = 1) -> str:
    """Return a link that keeps what is compared and the language, at the beginning of the list."""
    return link(path, replace(asked, by=by or asked.by, number=part))


def _shown(
    value: Decimal | int | Missing,
    *,
    locale: str,
    text: Mapping[str, str],
    sign: str = "",
    brief: bool = False,
) -> str:
    if isinstance(value, Missing):
        return text[f"{value.value}_brief" if brief else value.value]
    return f"{number(value, locale)}{sign}"

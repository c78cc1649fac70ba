"""What people said of the agencies that an officer reaches: of many together, and of no one.

Where fewer than `counting.FEWEST` rated, nothing is told but that they are few. What has not been mixed yet
is left out, as everywhere. Texts stand without level, reason or time, and in the order of a digest of their
own words: it tells nothing of where a row lies, nor of when it came, and is the same each time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString

from storage.errors import NotFoundError
from storage.officers.authority import reached
from storage.officers.desk import Desk
from storage.ratings.counting import FEWEST
from storage.ratings.keys import Group
from storage.ratings.kinds import Satisfaction
from storage.ratings.mixing import counted
from storage.ratings.rises import has_risen
from storage.unit_of_work import Reading

_MONTHS = f"SELECT DISTINCT month FROM rating_key WHERE agency_id = ANY({reached()}) ORDER BY month DESC"
_BEFORE: LiteralString = "(%(month)s::date - interval '1 month')::date"
# A key is there as soon as somebody was asked. Agencies first, and then what was said of each: of all within
# reach, far more is said than a page shows.
_SHOWN: LiteralString = f"""
WITH shown AS MATERIALIZED (
  SELECT a.id, a.code, a.name FROM rating_key k JOIN agency a ON a.id = k.agency_id
  WHERE k.month = %(month)s AND k.agency_id = ANY({reached()})
"""


def _said(month: LiteralString) -> LiteralString:
    return f"""LATERAL (SELECT array[
    count(*) FILTER (WHERE r.level = 'dissatisfied'),
    count(*) FILTER (WHERE r.level = 'satisfied'),
    count(*) FILTER (WHERE r.level = 'very_satisfied')] AS levels
  FROM rating r WHERE r.agency_id = shown.id AND r.month = {month} AND {counted("r")}
  HAVING count(*) >= %(fewest)s)"""


_ROWS: LiteralString = f"""
)
SELECT shown.id, shown.code, shown.name, now.levels, before.levels,
  EXISTS (SELECT FROM rating_answer s
    WHERE s.agency_id = shown.id AND s.month = %(month)s AND s.taken_down_at IS NULL)
FROM shown LEFT JOIN {_said("%(month)s::date")} now ON true LEFT JOIN {_said(_BEFORE)} before ON true
ORDER BY shown.code
"""
_LISTED = f"{_SHOWN} AND a.code > coalesce(%(after)s, '') ORDER BY a.code LIMIT %(limit)s {_ROWS}"
_ONE = f"{_SHOWN} AND a.code = %(code)s {_ROWS}"
_TEXTS = f"""
WITH mixed AS MATERIALIZED (
  SELECT text_scrubbed AS text FROM rating
  WHERE agency_id = %(agency_id)s AND month = %(month)s AND {counted("rating")}
    AND agency_id = ANY({reached()}))
SELECT DISTINCT text, encode(sha256(convert_to(text, 'UTF8')), 'hex') AS digest FROM mixed
WHERE text IS NOT NULL AND (SELECT count(*) FROM mixed) >= %(fewest)s
  AND encode(sha256(convert_to(text, 'UTF8')), 'hex') > coalesce(%(after)s, '')
ORDER BY digest LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What was said of an agency's dossiers of a month, as those see it who work there.

    Attributes:
        levels: how many chose each; none where they are too few to be told.
        before: likewise of the month before.
        answered: an answer of the agency stands.
    """

    group: Group
    code: str
    name: str
    levels: Mapping[Satisfaction, int] | None
    before: Mapping[Satisfaction, int] | None
    answered: bool

    @property
    def alarming(self) -> bool:
        """Many more are dissatisfied than the month before."""
        return has_risen(self.before, self.levels)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenText:
    """What somebody wrote, or several did in the same words; `digest` is its place in the list."""

    text: str
    digest: str


async def months(reading: Reading, desk: Desk) -> Sequence[date]:
    """Return the months of whose dossiers somebody was asked, the last one first."""
    rows: list[Any] = await (await (await reading.driver()).execute(_MONTHS, desk.given)).fetchall()
    return [month for (month,) in rows]


async def listed(
    reading: Reading, desk: Desk, month: date, *, after: str | None = None, limit: int | None = None
) -> Sequence[Overview]:
    """Return up to `limit` agencies whose parties were asked of a month, by code; all where there is none.

    `after` is the code of the last one of the page before.
    """
    return await _found(reading, _LISTED, desk, month, {"after": after, "limit": limit})


async def one(reading: Reading, desk: Desk, code: str, month: date) -> Overview:
    """Return one of them. Raises NotFoundError, also where the desk does not reach the agency."""
    found = await _found(reading, _ONE, desk, month, {"code": code})
    if not found:
        raise NotFoundError("ratings")
    return found[0]


async def texts(
    reading: Reading, desk: Desk, group: Group, *, after: str | None, limit: int
) -> Sequence[WrittenText]:
    """Return up to `limit` of what was written in a group; nothing where few rated.

    `after` is the digest of the last one of the page before.
    """
    given = {
        **desk.given,
        "agency_id": group.agency_id,
        "month": group.month,
        "fewest": FEWEST,
        "after": after,
        "limit": limit,
    }
    rows: list[Any] = await (await (await reading.driver()).execute(_TEXTS, given)).fetchall()
    return [WrittenText(text=text, digest=digest) for text, digest in rows]


async def _found(
    reading: Reading, query: LiteralString, desk: Desk, month: date, more: Mapping[str, object]
) -> Sequence[Overview]:
    given = {**desk.given, **more, "month": month, "fewest": FEWEST}
    rows: list[Any] = await (await (await reading.driver()).execute(query, given)).fetchall()
    return [
        Overview(
            group=Group(agency_id=agency_id, month=month),
            code=code,
            name=name,
            levels=_levels(now),
            before=_levels(before),
            answered=answered,
        )
        for agency_id, code, name, now, before, answered in rows
    ]


def _levels(counts: Sequence[int] | None) -> Mapping[Satisfaction, int] | None:
    return None if counts is None else dict(zip(Satisfaction, counts, strict=True))

"""A month's scores as CSV (RFC 4180), with the names of its columns in the first line."""

import csv
import io
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date
from itertools import chain, islice

from storage.scores.points import Criterion
from storage.scores.publishing import Line

MEDIA_TYPE = "text/csv; charset=utf-8; header=present"
LINES_AT_ONCE = 500

_STANDING = ("counted", "percent", "points")
HEADER = (
    "month",
    "provisional",
    "agency_code",
    "agency_name",
    "parent_code",
    "dossiers",
    *(f"{criterion}_{part}" for criterion in Criterion for part in _STANDING),
    "points",
    "out_of",
)


async def table(month: date, lines: Sequence[Line], *, provisional: bool) -> AsyncIterator[bytes]:
    """Write a month, some lines at a time. The country has no code; what is hidden is empty, not 0."""
    rows = chain([HEADER], _rows(month, lines, provisional=provisional))
    while chunk := list(islice(rows, LINES_AT_ONCE)):
        yield _written(chunk)


def _rows(month: date, lines: Sequence[Line], *, provisional: bool) -> Iterator[tuple[object, ...]]:
    for line in lines:
        agency = line.agency
        standings = [
            getattr(line.standings[criterion], part, None) for criterion in Criterion for part in _STANDING
        ]
        yield (
            f"{month:%Y-%m}",
            str(provisional).lower(),
            agency and agency.code,
            agency and agency.name,
            line.parent,
            line.dossiers,
            *standings,
            line.points,
            line.out_of,
        )


def _written(rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()

"""Answers to a survey as CSV (RFC 4180) or as JSON Lines, a slice at a time."""

import csv
import io
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from enum import StrEnum
from typing import Any

from api.text import inert
from storage.surveys.exporting import Row
from storage.surveys.forms import Form

CONTEXT = ("agency_code", "procedure_code", "month")
_BETWEEN = ";"
"""Stands between the options of one answer: no code has it."""


class Format(StrEnum):
    """How answers are written."""

    CSV = "csv"
    JSONL = "jsonl"

    @property
    def media_type(self) -> str:
        """As it is told in HTTP."""
        return "text/csv; charset=utf-8; header=present" if self is Format.CSV else "application/jsonl"


async def written(
    kind: Format, forms: Sequence[Form], slices: AsyncIterator[Sequence[Row]]
) -> AsyncIterator[bytes]:
    """Write answers as they come, in CSV below a line of names.

    Args:
        kind: how.
        forms: those of all versions, the newest first: a column for each question that was ever asked.
        slices: the answers.
    """
    names = tuple(dict.fromkeys(question.name for form in forms for question in form.questions))
    if kind is Format.CSV:
        # At once: whoever waits for it sees that it has begun.
        yield _csv([_head(names)])
    async for rows in slices:
        if kind is Format.CSV:
            yield _csv(_line(row, names) for row in rows)
        else:
            yield b"".join(_json(row) for row in rows)


def _head(names: Sequence[str]) -> list[str]:
    return ["id", "version", "source", "answered_on", *CONTEXT, *(f"answer_{name}" for name in names)]


def _line(row: Row, names: Sequence[str]) -> list[object]:
    context = (row.context.get(name) for name in CONTEXT)
    return [
        str(row.id),
        row.version,
        row.source,
        row.answered_on.isoformat(),
        *context,
        *(_cell(row.answers.get(name)) for name in names),
    ]


def _cell(value: Any) -> Any:
    """Return a value as it stands in a table."""
    match value:
        case bool():
            return str(value).lower()
        case list():
            return _cell(_BETWEEN.join(value))
        case str():
            return inert(value)
    return value


def _csv(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _json(row: Row) -> bytes:
    given = {
        "id": str(row.id),
        "version": row.version,
        "source": row.source,
        "answered_on": row.answered_on.isoformat(),
        "context": row.context,
        "answers": row.answers,
    }
    return json.dumps(given, ensure_ascii=False).encode() + b"\n"

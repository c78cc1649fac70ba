"""What became of the rows of a table: counted, worded in both languages, and written beside them. Pure."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from api.bilingual import Words
from api.recording.csv_file_cells import bare
from api.recording.csv_file_columns import heading_of
from api.recording.csv_file_table import Row, Table
from api.recording.schemas import EventAnswer, EventOutcome, Refused
from api.text import inert

BESIDE = ("Dòng", "Lỗi", "Fault")
"""Headings of what is written beside refused rows; a table that has them is read without them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with a row.

    Attributes:
        column: the heading under which it is, or should be; empty where it is the row as a whole.
        code: stable.
    """

    column: str
    code: str
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row as a page shows it; `code` is the dossier's, as it was written."""

    number: int
    code: str
    answer: EventAnswer
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The answers to the rows of a table, by the place of each among them."""

    table: Table
    answers: Mapping[int, EventAnswer]

    @property
    def counts(self) -> dict[str, int]:
        """Say how many rows came to each outcome, by its name."""
        outcomes = [answer.outcome for answer in self.answers.values()]
        return {outcome.value: outcomes.count(outcome) for outcome in EventOutcome}

    @property
    def telling(self) -> int:
        """How many rows tell the applicant something."""
        return sum(bool(answer.notified) for answer in self.answers.values())

    def rows(self) -> Iterator[tuple[Row, EventAnswer]]:
        """Yield each row with its answer, in the order of the file."""
        for index, row in enumerate(self.table.rows):
            yield row, self.answers[index]

    def first(self, most: int) -> list["Line"]:
        """Return so many rows to be shown, those that were refused first."""
        lines = (
            Line(number=row.number, code=self._code(row), answer=answer, faults=self.faults(answer))
            for row, answer in sorted(self.rows(), key=lambda one: one[1].outcome is not EventOutcome.REFUSED)
        )
        return list(islice(lines, most))

    def _code(self, row: Row) -> str:
        place = self.table.places["/dossier_code"]
        return bare(row.cells[place]) if place < len(row.cells) else ""

    def faults(self, answer: EventAnswer) -> tuple[Fault, ...]:
        """Word what is wrong with a row that was refused."""
        if not isinstance(answer, Refused):
            return ()
        reason = answer.reason
        if not reason.errors:
            told = Words(*(reason.as_json(locale)["detail"] for locale in ("vi", "en")))
            return (Fault(column="", code=reason.kind, words=told),)
        return tuple(
            Fault(
                column=heading_of(error.pointer, self.table.headings, self.table.places),
                code=error.code,
                words=Words(*(error.as_json(locale)["detail"] for locale in ("vi", "en"))),
            )
            for error in reason.errors
        )

    def refused_rows(self) -> Iterator[tuple[Row, tuple[Fault, ...]]]:
        """Yield the rows that were refused, and why."""
        for row, answer in self.rows():
            if answer.outcome is EventOutcome.REFUSED:
                yield row, self.faults(answer)

    def mending(self) -> bytes:
        """Return the refused rows as a table to be mended and sent again: as they were, the faults beside.

        No cell in it is a formula to a spreadsheet, whatever was sent.
        """
        headings = self.table.headings
        kept = [place for place, heading in enumerate(headings) if heading.strip() not in BESIDE]
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.table.separator, lineterminator="\r\n")
        writer.writerow([*(inert(headings[place].strip()) for place in kept), *BESIDE])
        for row, faults in self.refused_rows():
            cells = [row.cells[place] if place < len(row.cells) else "" for place in kept]
            told = [" ".join(_told(fault, locale) for fault in faults) for locale in (0, 1)]
            writer.writerow([inert(cell.strip()) for cell in (*cells, str(row.number), *told)])
        return text.getvalue().encode("utf-8-sig")


def _told(fault: Fault, locale: int) -> str:
    return f"{fault.column}: {fault.words[locale]}" if fault.column else fault.words[locale]

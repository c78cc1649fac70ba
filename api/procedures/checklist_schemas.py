"""A procedure as a person follows it. Times are RFC 3339, amounts whole đồng.

What the catalogue says is Vietnamese; labels, limits, counts and amounts are in the language asked for.
"""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, Field


class Label(BaseModel):
    """A kind, and its name in the language asked for."""

    code: str = Field(examples=["online"])
    label: str = Field(examples=["Trực tuyến"])


class Line(BaseModel):
    """A line of a text. `depth` 0 is a paragraph, 1 and more an entry of a list within the one before."""

    text: str
    depth: int = 0


class Step(BaseModel):
    """A step; without a number, what is said before the first or where the catalogue counts none."""

    number: str | None = Field(None, examples=["1"])
    title: str | None = Field(None, examples=["Nộp hồ sơ"])
    lines: list[Line] = []


class StepsOfCase(BaseModel):
    """The steps of one case; of all where `case` is null."""

    case: str | None
    steps: list[Step]


class EntryKind(StrEnum):
    """What stands in a list of papers: a paper to bring, or a heading or remark between papers."""

    PAPER = "paper"
    HEADING = "heading"
    NOTE = "note"


class Form(BaseModel):
    """A form to fill in; `url` is https or null."""

    name: str
    url: str | None


class Entry(BaseModel):
    """An entry of the list of papers.

    Attributes:
        id: the same for the same paper in every version, so that what was ticked off stays so.
        count: how many, in words; null where it is no paper.
    """

    id: str = Field(examples=["6d1f0c2ab9e4"])
    kind: EntryKind
    name: str = Field(examples=["Tờ khai đăng ký khai sinh theo mẫu"])
    originals: int
    copies: int
    count: str | None = Field(examples=["1 bản chính"])
    code: str | None
    form: Form | None


class PapersOfCase(BaseModel):
    """The papers of one case; of all where `case` is null."""

    case: str | None
    entries: list[Entry]


class Bring(BaseModel):
    """What to bring.

    Attributes:
        sets: how many sets of it.
        as_published: the publisher's own text where papers could not be told apart.
    """

    sets: int | None
    cases: list[PapersOfCase]
    as_published: str | None


class Duration(BaseModel):
    """How long it takes. `unit` is null where the catalogue leaves it open: then read `text`."""

    text: str = Field(examples=["20 ngày làm việc"])
    quantity: float | None
    unit: str | None


class Charge(BaseModel):
    """A fee. `amount` is null where none is given, which does not mean that nothing is to be paid."""

    amount: int | None
    text: str = Field(examples=["50.000 đồng"])
    note: list[Line]


class Way(BaseModel):
    """A way to hand in. `fees` is empty where none is published, which does not mean that it is free."""

    channel: Label
    limit: Duration | None
    fees: list[Charge]
    note: list[Line]


class How(BaseModel):
    """How to hand in; `as_published` as with papers."""

    ways: list[Way]
    as_published: str | None


class Where(BaseModel):
    """Who takes it in, and where."""

    agency: str | None
    address: list[Line]
    competent_agency: str | None
    coordinating_agency: str | None
    promulgating_agency: str | None
    levels: list[Label]
    province: str | None = Field(description="New code of the province whose own procedure this is")


class Outcome(BaseModel):
    """What comes of it."""

    name: str
    code: str | None


class LawText(BaseModel):
    """A legal document that it rests on."""

    name: str
    number: str | None = Field(examples=["123/2015/NĐ-CP"])


class CatalogueVersion(BaseModel):
    """A version of the catalogue."""

    number: int
    imported_at: datetime


class Checklist(BaseModel):
    """A procedure as a checklist.

    Attributes:
        content_language: of what is not worded by us.
        apply_url: where it is on the national portal: https, on a host of the government; null for what is no
            more.
        page_url: the same as a page for people.
        catalogue: the version that was asked for, by default the one in force; null before the first.
        changed_in: the version in which it came to be as it is.
        removed_in: the version that has it no more; what is shown then is the last that it was.
    """

    code: str = Field(examples=["1.001193"])
    name: str = Field(examples=["Đăng ký khai sinh"])
    content_language: Literal["vi"] = "vi"
    field: str | None
    description: list[Line]
    applicants: list[Label]
    online_level: Label | None
    bring: Bring
    where: Where
    how: How
    steps: list[StepsOfCase]
    results: list[Outcome]
    conditions: list[Line]
    legal_basis: list[LawText]
    decision: str | None
    apply_url: str | None
    page_url: str
    catalogue: CatalogueVersion | None
    changed_in: int | None
    removed_in: CatalogueVersion | None


class Change(StrEnum):
    """What a version did to a procedure."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class HistoryEntry(BaseModel):
    """A version in which a procedure came, changed or went."""

    version: int
    imported_at: datetime
    change: Change


class History(BaseModel):
    """What became of a procedure, the last first."""

    code: str = Field(examples=["1.001193"])
    items: list[HistoryEntry]

"""The columns of a table of events, under Vietnamese and English headings, and its template. Pure."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.problems import FieldError, Problem, pointer_to
from storage.search.folding import fold, words

IGNORED = frozenset({"stt", "dong", "row", "ketqua", "outcome", "loi", "fault"})
"""Headings of columns that say nothing of an event: of numbered rows, and what we write beside a table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column.

    Attributes:
        field: where the event has it, as a pointer (RFC 6901).
        vietnamese: its heading in the template; `english` likewise.
        others: further headings by which it is known, such as the name in the portals' exchange interface.
        needed: whether a table must have it.
    """

    field: str
    vietnamese: str
    english: str
    others: tuple[str, ...] = ()
    needed: bool = False


COLUMNS: tuple[Column, ...] = (
    Column(field="/dossier_code", vietnamese="Mã hồ sơ", english="Dossier code", needed=True),
    Column(
        field="/status",
        vietnamese="Trạng thái",
        english="Status",
        others=("Trạng thái hồ sơ",),
        needed=True,
    ),
    Column(
        field="/occurred_at",
        vietnamese="Thời điểm",
        english="Occurred at",
        others=("Thời điểm xử lý", "Thời gian", "Ngày"),
        needed=True,
    ),
    Column(field="/due_at", vietnamese="Ngày hẹn trả", english="Due at", others=("Hẹn trả",)),
    Column(
        field="/procedure_code",
        vietnamese="Mã thủ tục",
        english="Procedure code",
        others=("Mã TTHC",),
    ),
    Column(
        field="/applicant/number",
        vietnamese="Số định danh",
        english="Number",
        others=("Số giấy tờ chủ hồ sơ", "CCCD", "Mã số thuế", "Applicant number"),
    ),
    Column(
        field="/applicant/kind",
        vietnamese="Loại đối tượng",
        english="Kind",
        others=("Đối tượng", "Applicant kind"),
    ),
    Column(
        field="/applicant/name",
        vietnamese="Chủ hồ sơ",
        english="Name",
        others=("Họ và tên", "Họ tên", "Applicant name"),
    ),
    Column(field="/applicant/phone", vietnamese="Số điện thoại", english="Phone", others=("Điện thoại",)),
    Column(field="/applicant/email", vietnamese="Thư điện tử", english="Email"),
    Column(field="/note", vietnamese="Ghi chú", english="Note", others=("Nội dung xử lý",)),
    Column(field="/step", vietnamese="Bước xử lý", english="Step", others=("Phòng ban xử lý",)),
    Column(
        field="/channel",
        vietnamese="Kênh nộp",
        english="Channel",
        others=("Kênh thực hiện",),
    ),
    Column(field="/summary", vietnamese="Trích yếu", english="Summary", others=("Trích yếu hồ sơ",)),
    Column(field="/agency_code", vietnamese="Mã cơ quan", english="Agency code"),
    Column(field="/sequence", vietnamese="Thứ tự", english="Sequence"),
    Column(field="/event_id", vietnamese="Mã sự kiện", english="Event id"),
)
LONGEST_TOLD = 60
"""Characters of somebody's own heading that we repeat."""


def plain(heading: str) -> str:
    """Return what of a heading counts: `Mã hồ sơ`, `ma_ho_so` and `MaHoSo` are one."""
    return "".join(fold(word) for word in words(heading.replace("_", " ")))


_KNOWN: Mapping[str, Column] = {
    plain(name): column
    for column in COLUMNS
    for name in (column.field.rpartition("/")[2], column.vietnamese, column.english, *column.others)
}
_BY_FIELD: Mapping[str, Column] = {column.field: column for column in COLUMNS}


def placed(headings: Sequence[str]) -> dict[str, int]:
    """Return in which column each field stands.

    A column that is not known is refused: what a misspelt one says would be lost in silence.

    Raises:
        Problem: 422 `csv-columns`, naming every heading that is missing, unknown or there twice.
    """
    places: dict[str, int] = {}
    errors: list[FieldError] = []
    for place, heading in enumerate(headings):
        name = plain(heading)
        column = _KNOWN.get(name)
        if column is not None and column.field not in places:
            places[column.field] = place
        elif column is not None:
            errors.append(_wrong("column-repeated", heading))
        elif name and name not in IGNORED:
            errors.append(_wrong("column-unknown", heading))
    errors += [
        _wrong("column-missing", column.vietnamese)
        for column in COLUMNS
        if column.needed and column.field not in places
    ]
    if errors:
        raise Problem("csv-columns", 422, errors=errors)
    return places


def heading_of(pointer: str, headings: Sequence[str], places: Mapping[str, int]) -> str:
    """Return under which heading a field stands, or would: the table's own, else the Vietnamese one."""
    field = f"{pointer}/number" if pointer == "/applicant" else pointer
    if field in places:
        return headings[places[field]].strip()
    column = _BY_FIELD.get(field)
    return column.vietnamese if column else ""


def template(locale: str) -> bytes:
    """Return an empty table: UTF-8 with a mark by which Excel knows it, separated as Excel does there.

    It has no example below its headings, which somebody would send in for a dossier.
    """
    english = locale == "en"
    text = io.StringIO()
    writer = csv.writer(text, delimiter="," if english else ";", lineterminator="\r\n")
    writer.writerow(column.english if english else column.vietnamese for column in COLUMNS)
    return text.getvalue().encode("utf-8-sig")


def _wrong(code: str, heading: str) -> FieldError:
    shown = " ".join(heading.split())[:LONGEST_TOLD]
    return FieldError(pointer=pointer_to("columns", shown), code=code, params={"value": shown})

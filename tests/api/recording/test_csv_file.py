"""Tables of events, read: what spreadsheets write, what people type, and what is lost on the way."""

import csv
import io
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.problems import Problem
from api.recording import csv_file_keeping as keeping
from api.recording.csv_file import Sheet, parse
from api.recording.csv_file_cells import bare
from api.recording.csv_file_columns import COLUMNS, template
from api.recording.csv_file_keeping import slices
from api.recording.csv_file_report import Report
from api.recording.csv_file_table import MOST_BYTES, MOST_ROWS, read
from api.recording.schemas import DossierEvent
from api.text import inert
from storage.cipher import Cipher

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
HEAD = "Mã hồ sơ;Trạng thái;Thời điểm;Mã thủ tục;Số định danh;Chủ hồ sơ"
ROW = "H26.1-261121-0001;Được tiếp nhận;21/11/2026 09:00;1.001193;001190000001;Nguyễn Thị An"


def table(*lines: str) -> bytes:
    return "\r\n".join(lines).encode()


def sheet(content: bytes, locale: str = "vi") -> Sheet:
    return parse(read(content), NOW, locale, lambda content: sha256(content.encode()).hexdigest())


def only(content: bytes) -> DossierEvent:
    parsed = sheet(content)
    assert not parsed.answers, faults(content)
    (event,) = parsed.good.values()
    return event


def faults(content: bytes) -> list[tuple[str, str]]:
    """Return the column and code of every fault."""
    parsed = sheet(content)
    report = Report(table=parsed.table, answers=parsed.answers)
    return [
        (fault.column, fault.code) for answer in parsed.answers.values() for fault in report.faults(answer)
    ]


def refusal(content: bytes) -> Problem:
    with pytest.raises(Problem) as found:
        read(content)
    return found.value


def one(**cells: str) -> bytes:
    """Return a table with one row, in which some columns say something else, or are there as well."""
    names = dict(zip(HEAD.split(";"), ROW.split(";"), strict=True))
    known = {column.field.rpartition("/")[2]: column.vietnamese for column in COLUMNS}
    names |= {known[name]: cell for name, cell in cells.items()}
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([list(names), list(names.values())])
    return text.getvalue().encode()


def test_a_row_becomes_an_event() -> None:
    """Names, times of Vietnam and numbers with their zeros, whatever separates the cells."""
    event = only(table(HEAD, ROW))
    assert (event.dossier_code, event.status, event.procedure_code) == ("H26.1-261121-0001", 2, "1.001193")
    assert event.occurred_at == datetime(2026, 11, 21, 2, tzinfo=UTC)
    assert event.applicant is not None
    assert (event.applicant.number, event.applicant.name) == ("001190000001", "Nguyễn Thị An")
    for separator in (",", "\t"):
        assert only(table(HEAD, ROW).replace(b";", separator.encode())) == event
    assert only(b"\xef\xbb\xbf" + table(HEAD, ROW)) == event
    assert only(table("sep=;", HEAD, ROW)) == event
    assert only(table(HEAD, ROW).replace(b"\r\n", b"\n")) == event


@pytest.mark.parametrize(
    "head",
    [
        "Dossier code;Status;Occurred at;Procedure code;Number;Name",
        "dossier_code;status;occurred_at;procedure_code;number;name",
        "MaHoSo;TrangThaiHoSo;ThoiDiemXuLy;MaTTHC;SoGiayToChuHoSo;ChuHoSo",
        "MÃ HỒ SƠ; Trạng  thái ;Ngày;mã thủ tục;cccd;họ tên",
    ],
)
def test_headings_are_known_in_many_spellings(head: str) -> None:
    """English ones, those of the API, those of the portals' interface, and what people type."""
    assert only(table(head, ROW)) == only(table(HEAD, ROW))


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_the_template_has_every_column(locale: str) -> None:
    """It is read back with nothing amiss, but that it has no row yet."""
    content = template(locale)
    assert content.startswith(b"\xef\xbb\xbf")
    assert refusal(content).kind == "csv-empty"
    separator = b"," if locale == "en" else b";"
    cells = [b"x"] * len(COLUMNS)
    assert len(read(content + separator.join(cells)).places) == len(COLUMNS)


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("21/11/2026", "2026-11-20T17:00:00+00:00"),
        ("21/11/2026 8:30", "2026-11-21T01:30:00+00:00"),
        ("1-2-2026 08h05", "2026-02-01T01:05:00+00:00"),
        ("21.11.2026 08:30:15", "2026-11-21T01:30:15+00:00"),
        ("2026-11-21", "2026-11-20T17:00:00+00:00"),
        ("2026-11-21 08:30", "2026-11-21T01:30:00+00:00"),
        ("2026-11-21T08:30:00Z", "2026-11-21T08:30:00+00:00"),
    ],
)
def test_times_as_they_are_written(written: str, utc: str) -> None:
    """Day first, of Vietnam unless an offset is named; a day alone begins at midnight, and is due at its end."""
    assert only(one(occurred_at=written)).occurred_at.isoformat() == utc
    due = only(one(due_at="30/11/2026")).due_at
    assert due == datetime(2026, 11, 30, 16, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"status": "11"}, [("Trạng thái", "unknown-status-name")]),
        ({"status": ""}, [("Trạng thái", "missing")]),
        ({"occurred_at": "31/02/2026"}, [("Thời điểm", "unreadable-day")]),
        ({"occurred_at": "11/21/2026"}, [("Thời điểm", "unreadable-day")]),
        ({"occurred_at": "23/11/2026"}, [("Thời điểm", "in-the-future")]),
        ({"occurred_at": "21/11/1066"}, [("Thời điểm", "out-of-range")]),
        ({"occurred_at": "01/01/0001"}, [("Thời điểm", "unreadable-day")]),
        ({"number": "1190000001"}, [("Số định danh", "kind-needed")]),
        ({"number": "1.19E+09"}, [("Số định danh", "zeros-lost")]),
        ({"number": "01190000001"}, [("Số định danh", "zeros-lost")]),
        ({"number": "001190000001", "kind": "Tổ chức"}, [("Số định danh", "invalid-number")]),
        ({"kind": "2"}, [("Loại đối tượng", "unknown-kind")]),
        ({"name": "Nguy?n Th? An"}, [("Chủ hồ sơ", "letters-lost")]),
        ({"channel": "4"}, [("Kênh nộp", "unknown-channel")]),
        ({"sequence": "hai"}, [("Thứ tự", "int_type")]),
        ({"email": "khong co"}, [("Thư điện tử", "invalid-email")]),
        ({"note": "a\x00b"}, [("Ghi chú", "control_character")]),
        ({"dossier_code": "???"}, [("Mã hồ sơ", "malformed-code")]),
        (
            {"status": "?", "occurred_at": "hôm qua", "email": "x"},
            [
                ("Trạng thái", "unknown-status-name"),
                ("Thời điểm", "unreadable-day"),
                ("Thư điện tử", "invalid-email"),
            ],
        ),
    ],
)
def test_all_that_is_wrong_with_a_row_is_told(cells: dict[str, str], expected: list[tuple[str, str]]) -> None:
    """Each with its column, and in both languages, and nothing of what the cell says."""
    content = one(**cells)
    assert faults(content) == expected
    report = Report(table=read(content), answers=sheet(content).answers)
    for _, found in report.refused_rows():
        assert all(fault.words.vi and fault.words.en and fault.words.vi != fault.words.en for fault in found)


@pytest.mark.parametrize(
    ("cells", "read_as"),
    [
        ({"status": "đang xử lý"}, {"status": 4}),
        ({"status": "In process"}, {"status": 4}),
        ({"status": "10"}, {"status": 10}),
        ({"channel": "Trực tuyến"}, {"channel": 2}),
        ({"sequence": "7"}, {"sequence": 7}),
        ({"number": '="001190000001"'}, {"applicant.number": "001190000001"}),
        ({"number": "'001190000001"}, {"applicant.number": "001190000001"}),
        ({"number": "0100109106", "kind": "Tổ chức"}, {"applicant.kind": "organisation"}),
        ({"phone": "912345678"}, {"applicant.phone": "+84912345678"}),
        ({"note": "'=1+1"}, {"note": "=1+1"}),
        ({"note": "dòng một\r\ndòng hai; hết"}, {"note": "dòng một\ndòng hai; hết"}),
        ({"event_id": "abc"}, {"event_id": "abc"}),
    ],
)
def test_cells_as_people_leave_them(cells: dict[str, str], read_as: dict[str, Any]) -> None:
    """Names for numbers, text kept by an apostrophe, and a phone that lost its zero."""
    event: Any = only(one(**cells))
    for path, value in read_as.items():
        found = event
        for name in path.split("."):
            found = getattr(found, name)
        assert found == value


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"PK\x03\x04" + b"x" * 100, "csv-workbook"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 100, "csv-workbook"),
        (table(HEAD, ROW).decode().encode("utf-16"), "csv-not-utf8"),
        ("Mã hồ sơ;Trạng thái".encode("cp1258", "ignore") + b";\xea\n", "csv-not-utf8"),
        (table(HEAD, '"' + ROW), "csv-malformed"),
        (table(HEAD, '"' + "x" * 200_000 + '"'), "csv-malformed"),
        (b"", "csv-columns"),
        (table(HEAD), "csv-empty"),
        (table(HEAD, ";;;;;", "", " "), "csv-empty"),
        (table(HEAD, *[ROW] * (MOST_ROWS + 1)), "csv-too-long"),
        (b"x" * (MOST_BYTES + 1), "file-too-large"),
    ],
)
def test_what_is_no_table_is_refused_as_a_whole(content: bytes, kind: str) -> None:
    """With words that say how to get one."""
    problem = refusal(content)
    assert problem.kind == kind
    assert problem.as_json("vi")["detail"] != problem.as_json("en")["detail"]


def test_every_heading_at_fault_is_named() -> None:
    """What is missing, unknown and there twice, at once; row numbers and what we wrote beside are passed over."""
    problem = refusal(table("STT;Mã hồ sơ;Tình trạng;MaHoSo;Lỗi", "1;x;y;z;w"))
    told = [(error.code, error.params["value"]) for error in problem.errors]
    assert told == [
        ("column-unknown", "Tình trạng"),
        ("column-repeated", "MaHoSo"),
        ("column-missing", "Trạng thái"),
        ("column-missing", "Thời điểm"),
    ]


def test_a_cell_too_many_is_no_silent_loss() -> None:
    """An unquoted separator within a cell moves all that follows."""
    assert faults(table(HEAD, f"{ROW};và nữa")) == [("", "cell-beyond")]
    assert faults(table(HEAD, f"{ROW};;")) == []


def test_ids_come_from_what_is_said() -> None:
    """Two spellings of one content are one event; another content, or another person, is another."""
    first = only(one()).event_id
    assert only(one(status="2", occurred_at="2026-11-21T09:00:00+07:00")).event_id == first
    others = [only(one(**cells)).event_id for cells in ({"note": "x"}, {"number": "001190000002"})]
    assert len({first, *others}) == 3


def test_rows_are_counted_as_a_spreadsheet_counts() -> None:
    """An empty row and one of several lines are one each."""
    head, row, quoted = f"{HEAD};Ghi chú", f"{ROW};", f'{ROW};"a\r\nb"'
    assert [one.number for one in read(table(head, row, "", quoted, row)).rows] == [2, 4, 5]


@given(st.text(max_size=20))
def test_a_cell_that_we_write_is_no_formula_and_reads_the_same(cell: str) -> None:
    """Whatever was sent: guarded against spreadsheets, and read back as if it had not been."""
    written = inert(cell.strip())
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert bare(written) == bare(cell)


@given(st.lists(st.text(alphabet="ab;,\"'=\n ?", max_size=8), min_size=6, max_size=6))
def test_what_is_to_be_mended_is_as_it_was_sent(cells: list[str]) -> None:
    """The table of faults is read back with the same faults, and its rows say the same."""
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([HEAD.split(";"), ["x", *cells[1:]]])
    parsed = sheet(text.getvalue().encode())
    report = Report(table=parsed.table, answers=parsed.answers)
    again = sheet(report.mending())
    assert faults(report.mending()) == faults(text.getvalue().encode())
    for before, after in zip(parsed.table.rows, again.table.rows, strict=True):
        assert [bare(cell) for cell in after.cells[:6]] == [bare(cell) for cell in before.cells]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40), st.integers(1, 7))
def test_slices_hold_every_event_once_and_part_no_dossier(dossiers: list[int], most: int) -> None:
    """None is larger than allowed, unless one dossier is."""
    event = only(one())
    good = {
        index: event.model_copy(update={"dossier_code": f"H26.1-261121-{dossier:04d}"})
        for index, dossier in enumerate(dossiers)
    }
    parts = list(slices(good, most))
    assert sorted(index for part in parts for index in part) == list(range(len(dossiers)))
    homes = [{event.dossier_code for event in part.values()} for part in parts]
    assert sum(len(home) for home in homes) == len(set(dossiers))
    assert all(len(part) <= most or len(home) == 1 for part, home in zip(parts, homes, strict=True))


def test_no_number_is_too_long_to_be_refused() -> None:
    """Python turns no more than 4,300 digits into a number: the cell is at fault, and not the server."""
    (fault,) = faults(one(sequence="9" * 5000))
    assert fault[0] == "Thứ tự"


def test_a_line_of_a_million_headings_is_refused_in_few_words() -> None:
    """Five megabytes of separators, or of unknown columns, do not become millions of errors."""
    for line in (b"a;" * (MOST_BYTES // 2), b";" * MOST_BYTES):
        problem = refusal(line)
        assert problem.kind == "csv-columns"
        assert len(problem.errors) <= 3


def test_a_row_of_a_million_cells_is_kept_short() -> None:
    """It is refused, and what is held of it is no more than its table has columns."""
    content = table(HEAD, ROW + ";x" * 1_000_000)
    (row,) = read(content).rows
    assert len(row.cells) < 100
    assert faults(content) == [("", "cell-beyond")]
    assert faults(table(HEAD, ROW + ";" * 1_000_000 + "x")) == [("", "cell-beyond")]
    assert faults(table(HEAD, ROW + ";" * 1000)) == []


def test_a_heading_that_we_write_is_no_formula() -> None:
    """A heading is known whatever signs are around it, and is written into the table to be mended."""
    parsed = sheet(table(f"={HEAD}", "x"))
    written = Report(table=parsed.table, answers=parsed.answers).mending().decode("utf-8-sig")
    assert written.startswith("'=Mã hồ sơ;")


def test_the_id_of_a_row_can_not_be_tried_out() -> None:
    """It is made with the installation's key: from ids that are kept nobody finds an applicant's number."""
    content = table(HEAD, ROW)
    first, again, other = (
        keeping._parsed(read(content), Cipher(master_key=bytes(32), index_key=bytes([key] * 32)), "vi")
        for key in (1, 1, 2)
    )
    assert first.good[0].event_id == again.good[0].event_id
    assert first.good[0].event_id != other.good[0].event_id

"""Files of a catalogue: every form is read, and what can not be used is named by its place, all of it at once."""

import gzip
import json
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from storage.procedures.formats import reasons, source
from storage.procedures.formats.faults import FileRefusedError
from storage.procedures.formats.files import Format, read_file
from storage.procedures.formats.reasons import Reason
from storage.procedures.record import (
    ApplicantKind,
    Channel,
    Fee,
    LegalBasis,
    Level,
    Method,
    OnlineLevel,
    Paper,
    Procedure,
    Result,
    Steps,
    TimeLimit,
    Unit,
)

BIRTH = {
    "code": "1.001193",
    "name": "Thủ tục đăng ký  khai sinh",
    "field": "Hộ tịch",
    "agency": "Ủy ban nhân dân cấp xã",
    "level": "Cấp Xã",
    "scope": "STANDARD",
    "state": "ACTIVE",
    "steps": "Bước 1: Nộp hồ sơ.",
    "methods": [
        {
            "channel": "Trực tiếp",
            "channel_code": "DIRECT",
            "time_qty": 1,
            "time_unit": "WORKING_DAY",
            "time_text": "1 ngày làm việc",
            "fees": [{"amount": 8000, "note": "Theo nghị quyết"}],
        }
    ],
    "documents": [{"case": None, "name": "Tờ khai", "originals": 1, "copies": 0}],
    "result": "Giấy khai sinh",
    "applicants": "Công dân Việt Nam, Người nước ngoài",
    "legal_basis": ["Luật Hộ tịch (60/2014/QH13)"],
}
ANSWER = {
    "error_code": "0",
    "result": [
        {
            "MaTTHC": "1.001193.000.00.00.H26",
            "TENTTHC": "Đăng ký khai sinh",
            "LINHVUCTHUCHIEN": [{"MALINHVUC": "G11-TP", "TENLINHVUC": "Hộ tịch"}],
            "COQUANTHUCHIEN": [
                {"MADONVI": "H26", "TENDONVI": "UBND cấp xã"},
                {"MADONVI": "H26", "TENDONVI": "UBND cấp xã"},
            ],
            "CAPTHUCHIEN": [{"CAPTHUCHIEN": "4", "TENCAP": "Cấp xã"}],
            "DOITUONGTHUCHIEN": [{"MADOITUONG": "1", "TENDOITUONG": "Công dân Việt Nam"}],
            "MUCDO": "4",
            "TRANGTHAI": "1",
            "TRINHTUTHUCHIEN": [
                {"TRUONGHOP": "Trực tiếp", "TRINHTU": [{"TENTRINHTU": "Nộp"}, {"TENTRINHTU": "Nhận"}]}
            ],
            "CACHTHUCTHUCHIEN": [
                {
                    "KENH": "1",
                    "THOIGIAN": [
                        {
                            "THOIGIANGIAIQUYET": "0,5",
                            "DONVITINH": "Ngày làm việc",
                            "MOTA": "Ngay trong ngày",
                            "PHILEPHI": [
                                {"SOTIEN": "50.000", "DONVI": "VNĐ", "MOTA": "Quá hạn"},
                                {"SOTIEN": "Không", "DONVI": "", "MOTA": ""},
                                {"SOTIEN": "25", "DONVI": "USD", "MOTA": "Ở nước ngoài"},
                                {"SOTIEN": 0, "DONVI": "đồng", "MOTA": ""},
                            ],
                        },
                        {"THOIGIANGIAIQUYET": 3, "DONVITINH": "Khác", "MOTA": "", "PHILEPHI": []},
                    ],
                },
                {"KENH": 2, "THOIGIAN": []},
            ],
            "THANHPHANHOSO": [
                {
                    "TRUONGHOP": "Mọi trường hợp",
                    "GIAYTO": [
                        {
                            "MAGIAYTO": "000.01",
                            "TENGIAYTO": "Tờ khai",
                            "TENMAUDON": "to-khai.docx",
                            "URL": "https://a.vn/1",
                            "SOBANCHINH": "1",
                            "SOBANSAO": "",
                        },
                        {"TENGIAYTO": "Giấy tờ phải xuất trình:", "SOBANCHINH": "0", "SOBANSAO": 0},
                    ],
                }
            ],
            "KETQUATHUCHIEN": [{"MAKETQUA": "KQ.1", "TENKETQUA": "Giấy khai sinh"}],
            "CANCUPHAPLY": [{"SOVANBAN": "60/2014/QH13", "TENVANBAN": "Luật Hộ tịch"}],
            "YEUCAU": "Không",
        }
    ],
}
TABLE = (
    "Mã thủ tục;Tên thủ tục;Cấp thực hiện;Mức độ;Căn cứ pháp lý;Ghi chú nội bộ\r\n"
    '1.000656;Đăng ký khai tử;"Cấp xã";Toàn trình;"Luật Hộ tịch (60/2014/QH13)\r\nNghị định 123";a\r\n'
    "\r\n"
    "1.000894;Đăng ký kết hôn;Cấp xã;;;\r\n"
)


def as_json(value: Any) -> bytes:
    """Write JSON."""
    return json.dumps(value, ensure_ascii=False).encode()


def lines(*records: Any) -> bytes:
    """Write one record a line."""
    return b"".join(as_json(record) + b"\n" for record in records)


@pytest.fixture
def file(tmp_path: Path):
    """Write a file."""

    def write(content: bytes) -> Path:
        path = tmp_path / "danh-muc"
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize(
    "content",
    [
        lines(BIRTH),
        b"\xef\xbb\xbf" + lines(BIRTH),
        b"\n" + lines(BIRTH).replace(b"\n", b"\r\n"),
        gzip.compress(lines(BIRTH)),
        as_json([BIRTH]),
        json.dumps([BIRTH], indent=2).encode(),
        json.dumps(BIRTH, indent=2).encode(),
    ],
)
def test_the_national_catalogue(file, content: bytes):
    """It is read packed or not, with or without a mark of byte order, by lines or as a document."""
    (read,) = read_file(file(content)).procedures
    assert read == Procedure(
        code="1.001193",
        name="Thủ tục đăng ký khai sinh",
        field="Hộ tịch",
        agency="Ủy ban nhân dân cấp xã",
        levels=(Level.COMMUNE,),
        scope="standard",
        applicants=(ApplicantKind.CITIZEN, ApplicantKind.FOREIGNER),
        steps=(Steps(text="Bước 1: Nộp hồ sơ."),),
        methods=(
            Method(
                channel=Channel.IN_PERSON,
                limit=TimeLimit(quantity=1, unit=Unit.WORKING_DAY, text="1 ngày làm việc"),
                fees=(Fee(amount=8000, note="Theo nghị quyết"),),
            ),
        ),
        papers=(Paper(name="Tờ khai", originals=1),),
        results=(Result(name="Giấy khai sinh"),),
        legal_basis=(LegalBasis(name="Luật Hộ tịch", number="60/2014/QH13"),),
        extra={"state": "ACTIVE"},
    )


@pytest.mark.parametrize(
    "content", [as_json(ANSWER), json.dumps(ANSWER, indent=1).encode(), lines(ANSWER["result"][0])]
)
def test_the_portals_answer(file, content: bytes):
    """Names in any case, numbers as texts, several cases and time limits: all of it has its place."""
    (read,) = read_file(file(content)).procedures
    free, foreign = Fee(amount=0, note="Không"), Fee(note="25 USD. Ở nước ngoài")
    assert read == Procedure(
        code="1.001193",
        name="Đăng ký khai sinh",
        field="Hộ tịch",
        field_code="G11-TP",
        agency="UBND cấp xã",
        levels=(Level.COMMUNE,),
        applicants=(ApplicantKind.CITIZEN,),
        online_level=OnlineLevel.FULL,
        steps=(Steps(text="Nộp\nNhận", case="Trực tiếp"),),
        methods=(
            Method(
                channel=Channel.IN_PERSON,
                limit=TimeLimit(quantity=0.5, unit=Unit.WORKING_DAY, text="Ngay trong ngày"),
                fees=(Fee(amount=50_000, note="Quá hạn"), free, foreign),
            ),
            Method(channel=Channel.IN_PERSON, limit=TimeLimit(text="3 Khác")),
            Method(channel=Channel.ONLINE),
        ),
        papers=(
            Paper(
                name="Tờ khai",
                case="Mọi trường hợp",
                originals=1,
                code="000.01",
                form_name="to-khai.docx",
                form_url="https://a.vn/1",
            ),
            Paper(name="Giấy tờ phải xuất trình:", case="Mọi trường hợp", is_note=True),
        ),
        results=(Result(name="Giấy khai sinh", code="KQ.1"),),
        legal_basis=(LegalBasis(name="Luật Hộ tịch", number="60/2014/QH13"),),
        conditions="Không",
        extra={"TRANGTHAI": "1"},
    )


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode(),
        b"\xef\xbb\xbf" + TABLE.encode(),
        TABLE.replace(";", ",").encode(),
        TABLE.replace(";", "\t").encode(),
        TABLE.replace("Mã thủ tục", " CODE ").replace("Tên thủ tục", "name").encode(),
    ],
)
def test_a_table(file, content: bytes):
    """Headings are ours or Vietnamese, cells are parted as the office program does; other columns are kept."""
    found = read_file(file(content))
    assert found.format is Format.CSV
    basis = (LegalBasis(name="Luật Hộ tịch", number="60/2014/QH13"), LegalBasis(name="Nghị định 123"))
    assert tuple(found.procedures) == (
        Procedure(
            code="1.000656",
            name="Đăng ký khai tử",
            levels=(Level.COMMUNE,),
            online_level=OnlineLevel.FULL,
            legal_basis=basis,
            extra={"Ghi chú nội bộ": "a"},
        ),
        Procedure(code="1.000894", name="Đăng ký kết hôn", levels=(Level.COMMUNE,)),
    )


def faults(path: Path, given: Format | None = None) -> list[str]:
    """Return what is wrong with a file."""
    with pytest.raises(FileRefusedError) as refusal:
        read_file(path, given)
    return list(map(str, refusal.value.faults))


@pytest.mark.parametrize(
    ("record", "fault"),
    [
        (b"{", "it is no JSON (Expecting"),
        (b'{"code": "1.0', "it is no JSON (Unterminated"),
        (b"[]", "it is no JSON object"),
        (b'{"code": NaN}', "it is no JSON (NaN is no number)"),
        (b"[" * 100_000, "it is no JSON (it is nested too deeply)"),
        (b'{"amount": ' + b"9" * 5000 + b"}", "it is no JSON (Exceeds the limit"),
        ({"name": "X"}, "code: it is missing"),
        ({**BIRTH, "code": 1.001193}, "code: it is no text"),
        ({**BIRTH, "code": "1.1"}, "code: it is no code of a procedure"),
        ({**BIRTH, "name": " \n"}, "name: it is missing"),
        ({**BIRTH, "field": {}}, "field: it is no text"),
        ({**BIRTH, "steps": "a\0"}, "steps: it holds a character that can not be kept"),
        ({**BIRTH, "else": [{"a": "\0"}]}, "else: it holds a character that can not be kept"),
        ({**BIRTH, "else": {"\0": 1}}, "else: it holds a character that can not be kept"),
        (b'{"code": "1.001194", "name": "\\ud800"}', "name: it holds half of a character"),
        ({**BIRTH, "methods": {}}, "methods: it is no list"),
        ({**BIRTH, "methods": [1]}, "methods/0: it is no object"),
        ({**BIRTH, "methods": [{}]}, "methods/0/channel_code: it is none of DIRECT, ONLINE, POSTAL"),
        (
            {**BIRTH, "methods": [{"channel_code": "DIRECT", "time_qty": -1}]},
            "methods/0/time_qty: it is no number of days",
        ),
        (
            {**BIRTH, "methods": [{"channel_code": "DIRECT", "fees": [{}, {"amount": "8"}]}]},
            "methods/0/fees/1/amount: it is no amount of đồng",
        ),
        (
            {**BIRTH, "methods": [{"channel_code": "DIRECT", "fees": [{"amount": 10**30}]}]},
            "methods/0/fees/0/amount: it is no amount of đồng",
        ),
        (
            {**BIRTH, "documents": [{"name": "A", "originals": True}]},
            "documents/0/originals: it is no number that can be",
        ),
        ({**BIRTH, "legal_basis": "Luật"}, "legal_basis: it is no list of texts"),
        ({**BIRTH, "online_level": "5"}, "online_level: it is none of full, toàn trình"),
        ({"MATTHC": "1.001194"}, "TENTTHC: it is missing"),
        (
            {"MATTHC": "1.001194", "TENTTHC": "X", "CACHTHUCTHUCHIEN": [{"KENH": "9"}]},
            "CACHTHUCTHUCHIEN/0/KENH: it is none of 1, 2, 3",
        ),
        (
            {
                "MATTHC": "1.001194",
                "TENTTHC": "X",
                "CACHTHUCTHUCHIEN": [{"KENH": 1, "THOIGIAN": [{"THOIGIANGIAIQUYET": "ba"}]}],
            },
            "CACHTHUCTHUCHIEN/0/THOIGIAN/0/THOIGIANGIAIQUYET: it is no number",
        ),
        (
            {
                "MATTHC": "1.001194",
                "TENTTHC": "X",
                "THANHPHANHOSO": [{"GIAYTO": [{"TENGIAYTO": "A", "SOBANSAO": "-1"}]}],
            },
            "THANHPHANHOSO/0/GIAYTO/0/SOBANSAO: it is no number that can be",
        ),
        (
            {
                "MATTHC": "1.001194",
                "TENTTHC": "X",
                "THANHPHANHOSO": [{"GIAYTO": [{"TENGIAYTO": "A", "SOBANSAO": "9" * 5000}]}],
            },
            "THANHPHANHOSO/0/GIAYTO/0/SOBANSAO: Exceeds the limit",
        ),
        ({**BIRTH}, "code: 1.001193 stands in line 1 already"),
        ({**BIRTH, "code": "1.001193.H26"}, "code: 1.001193 stands in line 1 already"),
    ],
)
def test_a_record_that_can_not_be_used(file, record: Any, fault: str):
    """Line and field are named."""
    bad = record if isinstance(record, bytes) else as_json(record)
    (found,) = faults(file(lines(BIRTH) + b"\n" + bad + b"\n"))
    assert found.startswith("line 3")
    assert fault in found


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "it is empty"),
        (b" \n\n", "it is empty"),
        (gzip.compress(b"", mtime=0), "it is empty"),
        (lines(BIRTH)[:-20], "line 1: it is no JSON (Unterminated"),
        (lines(BIRTH, BIRTH)[: len(lines(BIRTH)) + 9], "and the file may be cut here"),
        (gzip.compress(lines(BIRTH), mtime=0)[:-8], "the file is cut or damaged"),
        (gzip.compress(lines(BIRTH), mtime=0)[:40], "the file is cut or damaged"),
        (gzip.compress(lines(BIRTH), mtime=0)[:-6] + b"\0\0\0\0\0\0", "the file is cut or damaged"),
        (lines(BIRTH) + b"\xff", "line 2: it is not UTF-8"),
        (b"\xff\xfe" + "{}".encode("utf-16-le"), "line 1: it is not UTF-8"),
        (b"[]", "it holds no procedure"),
        (b"[1]", "item 1: it is no JSON object"),
        (as_json([BIRTH, {**BIRTH, "name": 1}]), "item 2, name: it is no text"),
        (as_json([BIRTH])[:-9], "line 1: it is no JSON ("),
        (json.dumps([BIRTH], indent=1).encode()[:-9], "or the file is cut here"),
        (as_json({"error_code": "99", "result": []}), "the portal answered with an error, 99"),
        (as_json({"error_code": "00", "result": []}), "it holds no procedure"),
        ("Tên\nX".encode(), "line 1: one column must be headed code (mã thủ tục)"),
        (b"code,name,code\n", "line 1: one column must be headed code (mã thủ tục)"),
        (b"code,name\n1.000656,X,Y\n", "line 2: it has 3 cells, and the heading 2"),
        (b'code,name\n1.000656,"X\n', "line 2: it is no row of a table (unexpected end of data)"),
        (b'code,name\n1.000656,"' + b"x" * 200_000 + b'"\n', "line 2: it is no row of a table (field larger"),
        (b"code,name\n1.000656,\n", "line 2, name: it is missing"),
        (b'code,name\n1.000656,"A\nB"\n1.1,C\n', "line 4, code: it is no code of a procedure"),
        (b"\x00\x01\x02", "line 1: one column must be headed code"),
    ],
)
def test_a_file_that_can_not_be_used(file, content: bytes, fault: str):
    """Cut, damaged, empty or something else: it is said where and why."""
    assert any(fault in found for found in faults(file(content)))


def test_reasons_are_told_in_both_languages(file):
    """With the same particulars in each, down to the word for a line."""
    for reason in (found for found in vars(reasons).values() if isinstance(found, Reason)):
        assert reason.vi != reason.en
        in_vi, in_en = (
            {name for _, name, _, _ in Formatter().parse(text) if name} for text in (reason.vi, reason.en)
        )
        assert in_vi == in_en
    with pytest.raises(FileRefusedError) as refusal:
        read_file(file(lines(BIRTH, {**BIRTH, "name": "X"}, [], {**BIRTH, "code": "1"})))
    assert [fault.in_locale("vi") for fault in refusal.value.faults] == [
        "dòng 2, code: 1.001193 đã có ở dòng 1",
        "dòng 3: không phải đối tượng JSON",
        "dòng 4, code: không phải mã thủ tục",
    ]


def test_all_bad_rows_are_told_up_to_twenty(file):
    """Whoever mends a file mends it once; how many more there are is told."""
    bad = [{**BIRTH, "code": f"1.{number:06d}", "name": number} for number in range(30)]
    path = file(lines(BIRTH, *bad))
    assert len(faults(path)) == 20
    with pytest.raises(FileRefusedError, match="… 10 more") as refusal:
        read_file(path)
    assert refusal.value.count == 30
    assert [fault.number for fault in refusal.value.faults] == list(range(2, 22))


def test_huge_lines_and_files_are_not_taken_in(file, monkeypatch: pytest.MonkeyPatch):
    """A line without an end, and a small file that unpacks to a huge one, are refused before they fill the memory."""
    monkeypatch.setattr(source, "LONGEST_LINE", 10_000)
    monkeypatch.setattr(source, "LARGEST", 100_000)
    assert faults(file(lines(BIRTH) + b"x" * 20_000)) == ["line 2: it is longer than 10,000 bytes"]
    (found,) = faults(file(gzip.compress((b" " * 9_000 + b"\n") * 50)))
    assert found == "line 12: the file has more than 100,000 bytes"


def test_a_form_that_is_told(file):
    """Where a file looks like another form, or like none, the form can be said."""
    assert read_file(file(as_json(BIRTH)), Format.PORTAL).procedures
    assert faults(file(lines(BIRTH)), Format.CSV) == ["line 1: one column must be headed code (mã thủ tục)"]


def test_progress_ends_with_all_of_the_file(file):
    """What is told is bytes of the file on the disk, packed as it is, and never more than it has."""
    path = file(gzip.compress(lines(*({**BIRTH, "code": f"1.{n:06d}"} for n in range(300)))))
    told: list[int] = []
    read_file(path, progress=told.append)
    assert told == sorted(told)
    assert len(told) > 3
    assert told[-1] == path.stat().st_size

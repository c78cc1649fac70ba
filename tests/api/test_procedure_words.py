"""How numbers, units, texts and addresses of the catalogue are told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.procedures import checklist_words as words
from api.procedures.checklist_lines import DEEPEST, lines, steps
from api.procedures.checklist_links import portal_address, web_address
from storage.procedures.record import Channel, Fee, Paper, Steps, TimeLimit, Unit

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyABCĐ 0123.,;:()/"
TEXTS = st.lists(
    st.tuples(
        st.sampled_from(["", "- ", "+ ", "++ ", "* ", "•\t", "Bước 1: ", "- Bước 2. ", "a) ", "1. ", "2) "]),
        st.text(LETTERS),
    ),
    min_size=1,
).map(lambda parts: "\n".join(mark + text for mark, text in parts))


@pytest.mark.parametrize(
    ("limit", "vi", "en"),
    [
        (
            TimeLimit(quantity=20, unit=Unit.WORKING_DAY, text="20 ngày làm việc"),
            "20 ngày làm việc",
            "20 working days",
        ),
        (TimeLimit(quantity=1, unit=Unit.WORKING_DAY), "1 ngày làm việc", "1 working day"),
        (TimeLimit(quantity=3.5, unit=Unit.DAY), "3,5 ngày", "3.5 days"),
        (TimeLimit(quantity=6.25, unit=Unit.HOUR), "6,25 giờ", "6.25 hours"),
        (TimeLimit(quantity=1, unit=Unit.MONTH), "1 tháng", "1 month"),
        (TimeLimit(quantity=2, unit=Unit.YEAR), "2 năm", "2 years"),
        (TimeLimit(text="7 (khác)"), "7 (khác)", "7 (khác)"),
        (TimeLimit(quantity=7, text="7 (khác)"), "7 (khác)", "7 (khác)"),
        (TimeLimit(), None, None),
    ],
)
def test_time_limits(limit: TimeLimit, vi: str | None, en: str | None):
    """In the words of either language, and in the catalogue's own where the unit is not known."""
    assert (words.limit(limit, "vi"), words.limit(limit, "en")) == (vi, en)


@pytest.mark.parametrize(
    ("fee", "vi", "en"),
    [
        (Fee(amount=1_000_000), "1.000.000 đồng", "1,000,000 đồng"),
        (Fee(amount=0, note="Không"), "Miễn phí", "Free of charge"),
        (Fee(note="Theo quy định"), "Xem ghi chú", "See the note"),
        (Fee(), "Chưa ghi số tiền", "No amount is given"),
    ],
)
def test_fees(fee: Fee, vi: str, en: str):
    """An amount that is not known is not called free."""
    assert (words.fee(fee, "vi"), words.fee(fee, "en")) == (vi, en)


@pytest.mark.parametrize(
    ("originals", "copies", "vi", "en"),
    [
        (1, 0, "1 bản chính", "1 original"),
        (2, 1, "2 bản chính, 1 bản sao", "2 originals, 1 copy"),
        (0, 3, "3 bản sao", "3 copies"),
        (0, 0, None, None),
    ],
)
def test_counts(originals: int, copies: int, vi: str | None, en: str | None):
    """Originals and copies are told apart."""
    paper = Paper(name="Đơn", originals=originals, copies=copies)
    assert (words.count(paper, "vi"), words.count(paper, "en")) == (vi, en)


def test_every_channel_and_unit_has_words():
    """In both languages."""
    for locale in ("vi", "en"):
        assert len({words.channel(channel, locale) for channel in Channel}) == len(Channel)
        assert len({words.limit(TimeLimit(quantity=2, unit=unit), locale) for unit in Unit}) == len(Unit)


def test_lists_within_lists():
    """Marks go away and leave their depth: one seen before goes back to it, in whatever order they are used."""
    text = "Mở đầu:\n- một\n+ hai\n++ ba\n+ bốn\n\n   - năm\n* sáu\nKết\n+ bảy\n-5 độ\n- \n"
    assert [(line.depth, line.text) for line in lines(text)] == [
        *((0, "Mở đầu:"), (1, "một"), (2, "hai"), (3, "ba"), (2, "bốn"), (1, "năm"), (2, "sáu")),
        *((0, "Kết"), (1, "bảy"), (0, "-5 độ"), (0, "-")),
    ]
    assert lines(None) == lines(" \n ") == []


def shown(
    text: str, case: str | None = None
) -> list[tuple[str | None, list[tuple[str | None, str | None, int]]]]:
    """Return cases with their steps: number, title, count of lines."""
    return [
        (entry.case, [(step.number, step.title, len(step.lines)) for step in entry.steps])
        for entry in steps([Steps(text=text, case=case)])
    ]


def test_steps_are_told_apart():
    """By their numbers, with whatever mark before; a long one is text and no title."""
    text = f"Lưu ý chung\n- Bước 1: Nộp hồ sơ\n+ trực tiếp\n* a) Bước 2. {'dài ' * 50}\nBƯỚC 3 - Trả kết quả"
    assert shown(text) == [
        (None, [(None, None, 1), ("1", "Nộp hồ sơ", 1), ("2", None, 1), ("3", "Trả kết quả", 0)])
    ]
    assert shown("Bước 1: Nộp. Bước 2: Nhận; Bước 3: Xong") == [
        (None, [("1", "Nộp.", 0), ("2", "Nhận;", 0), ("3", "Xong", 0)])
    ]
    assert shown("Theo Bước 1 của quy trình") == [(None, [(None, None, 1)])]
    assert shown("Bước 2.1: Thẩm định\nBước 2.2: Trình") == [
        (None, [("2.1", "Thẩm định", 0), ("2.2", "Trình", 0)])
    ]


def test_numbered_paragraphs_are_steps():
    """Where there is no word for it, if they are counted from one on; else they are only lines."""
    assert shown("Mở đầu\n1. Nộp\n- tại xã\n2) Nhận") == [
        (None, [(None, None, 1), ("1", "Nộp", 1), ("2", "Nhận", 0)])
    ]
    for text in ("1. Nộp", "2. Nộp\n3. Nhận", "1. Nộp\n2. Nhận\n1. Nộp", "1.5 ngày\n2.5 ngày"):
        assert [number for number, _, _ in shown(text)[0][1]] == [None]
    assert shown("1. Chung\nBước 1: Nộp\n2. Riêng") == [("1. Chung", [("1", "Nộp", 1)])]


def test_numbers_that_begin_anew_begin_another_case():
    """Which is called by the heading before it, if there is one."""
    text = "* Đối với cá nhân:\n- Bước 1: A\n- Bước 2: B\nlời\n* Đối với tổ chức\n- Bước 1: C\nBước 1: D"
    assert shown(text) == [
        ("Đối với cá nhân:", [("1", "A", 0), ("2", "B", 1)]),
        ("Đối với tổ chức", [("1", "C", 0)]),
        (None, [("1", "D", 0)]),
    ]
    assert shown("Bước 1: A", "Cấp mới")[0][0] == "Cấp mới"


def test_lists_below_a_step_begin_anew():
    """The list in which the step itself stood is not counted."""
    (case,) = steps([Steps(text="* Nhóm\n- Bước 1: A\n+ một\n++ hai\n- ba")])
    assert [(line.depth, line.text) for line in case.steps[-1].lines] == [(1, "một"), (2, "hai"), (1, "ba")]


def letters(text: str) -> str:
    """Return what of a text are letters and digits."""
    return "".join(sign for sign in text if sign.isalnum())


@given(TEXTS)
def test_no_word_is_lost(text: str):
    """Whatever the text, all of its letters come out again in their order, and lists nest as far as is said."""
    word = "Bước" if "Bước" in text else ""
    told = []
    for case in steps([Steps(text=text or " ")]):
        told.append(case.case or "")
        for step in case.steps:
            told += [
                f"{word}{step.number}" if step.number else "",
                step.title or "",
                *(line.text for line in step.lines),
            ]
            assert all(0 <= line.depth <= DEEPEST for line in step.lines)
    assert letters("".join(told)) == letters(text)


@pytest.mark.parametrize(
    "address",
    [
        "https://dichvucong.gov.vn/thu-tuc-hanh-chinh/019d2bfb",
        "https://dichvucong.gov.vn:443/",
        "https://dichvucong.hanoi.gov.vn/p/home?ma=1.001193&x=1",
    ],
)
def test_where_people_are_sent(address: str):
    """The government's hosts, by https."""
    assert portal_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        *(
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)//.gov.vn",
            "data:text/html,x",
            "//dichvucong.gov.vn/",
            "",
        ),
        *(
            "http://dichvucong.gov.vn/",
            "https://gov.vn.evil.example/",
            "https://evilgov.vn/",
            "https://evil.example/",
        ),
        *("https://evil.example#.gov.vn", "https://evil.example\\.gov.vn/", "https://evil.example/.gov.vn"),
        *(
            "https://dichvucong.gov.vn@evil.example/",
            "https://a:b@dichvucong.gov.vn/",
            "https://[::1/",
            "https:///x",
        ),
        *(
            "https://dichvucong.gov.vn:8443/",
            "https://dichvucong.gov.vn:99999/",
            "java\nscript:alert(1)",
            None,
        ),
        *(
            "https://dichvucong.gov.vn/\n",
            'https://dichvucong.gov.vn/"><script>',
            "https://dichvucong.gov.vn /",
        ),
        "https://evil.example\u2044.gov.vn/",
    ],
)
def test_where_nobody_is_sent(address: str | None):
    """Other schemes and hosts, however they are disguised."""
    assert portal_address(address) is None


def test_files_may_be_elsewhere():
    """Forms lie on other hosts as well, but are opened by https alone."""
    assert web_address("https://thuvienphapluat.example/mau.docx") is not None
    assert web_address("http://dichvucong.gov.vn/mau.docx") is None
    assert web_address("javascript:alert(1)") is None

"""In which letters a text message is written, and how many it takes."""

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify import text as module
from notify.text import Alphabet, Encoding, count_segments, encoding_of, fit

EXACT, PLAIN = Alphabet.EXACT, Alphabet.PLAIN
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
LETTERS = [
    unicodedata.normalize("NFC", vowel + tone) for vowel, tone in itertools.product("aăâeêioôơuưy", TONES)
]
ADDED = [letter for letter in [*LETTERS, "đ"] if not letter.isascii()]
ADDED += [letter.upper() for letter in ADDED]
TYPOGRAPHY = "“”‘’–—…•₫\u00a0\u2009\u200b"

NOTICE = (
    "Cổng Dịch vụ công: hồ sơ 000.00.00.H26-261121-0001 cần được bổ sung giấy tờ. "
    "Đề nghị Quý công dân mở ứng dụng, xem giấy tờ còn thiếu rồi nộp đủ trước ngày 30/11/2026."
)
"""A notice as long as they are: 166 characters."""

vietnamese = st.text(st.sampled_from([*ADDED, *"abcxyz ABC 019 .,:/?!@\n", *TYPOGRAPHY]))
decomposed = vietnamese.map(lambda text: unicodedata.normalize("NFD", text))
anything = st.text() | vietnamese | decomposed


def unmarked(letter):
    """Return the letter as people write it who have no marks: by Unicode, not by the table under test."""
    bare = "".join(part for part in unicodedata.normalize("NFD", letter) if not unicodedata.combining(part))
    return bare.replace("đ", "d").replace("Đ", "D")


def test_every_letter_of_vietnamese_has_its_plain_one():
    """All 134 letters are known, composed and decomposed, and none is left with a mark that others pay for."""
    assert len(set(ADDED)) == 134
    for letter in ADDED:
        assert module._PLAIN[ord(letter)] == unmarked(letter)  # by the table, not by what Unicode knows of it
        assert fit(letter, PLAIN) == unmarked(letter)
        assert fit(unicodedata.normalize("NFD", letter), PLAIN) == unmarked(letter)
        assert fit(letter, EXACT) == letter
        assert fit(unicodedata.normalize("NFD", letter), EXACT) == letter


def test_seven_letters_cost_nothing():
    """Of the letters of Vietnamese the GSM alphabet has these."""
    assert {letter for letter in ADDED if encoding_of(letter) is Encoding.GSM_7} == set("àèéìòùÉ")


@given(vietnamese | decomposed)
def test_plain_vietnamese_is_cheap(text):
    """Whatever is written in Vietnamese fits the GSM alphabet, and says the same."""
    plain = fit(text, PLAIN)
    assert encoding_of(plain) is Encoding.GSM_7
    meant = unicodedata.normalize("NFC", text).replace("₫", "d")
    assert [letter for letter in plain if letter.isalpha()] == [
        unmarked(one) for one in meant if one.isalpha()
    ]


@given(anything, st.sampled_from(Alphabet))
def test_no_question_mark_comes_from_nowhere(text, alphabet):
    """There are as many as there were."""
    assert fit(text, alphabet).count("?") == unicodedata.normalize("NFC", text).count("?")


@given(anything)
def test_exact_is_exact(text):
    """Nothing but the composition of the letters changes."""
    assert fit(text, EXACT) == unicodedata.normalize("NFC", text)


@given(anything)
def test_plain_is_never_dearer(text):
    """Plain text takes at most as many messages, or one character more for each ellipsis."""
    exact = fit(text, EXACT)
    assert count_segments(fit(text, PLAIN)) <= count_segments(exact.replace("…", "..."))


@given(st.text(st.characters(exclude_categories=["M", "Cf", "Z", "Cc", "Cs"]), min_size=1))
def test_nothing_is_lost(text):
    """Each character is still there, as itself or as something in its place."""
    assert len(fit(text, PLAIN)) >= len(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("“Mở” hồ sơ ‘A’ – xem…", "\"Mo\" ho so 'A' - xem..."),
        ("• 150.000 ₫ — 1\u00a0tháng", "- 150.000 d - 1 thang"),
        ("Ðồng ý, gi\u200bấy tờ\u2060", "Dong y, giay to"),
        ("fiançailles ſ Škoda ﬁ ğ x\u0323y", "fiancailles s Skoda fi g xy"),
        ("Ñandú, straße, Ω", "Ñandu, straße, Ω"),
        ("nhà 👨\u200d👩\u200d👧 mới", "nha 👨\u200d👩\u200d👧 moi"),
        ("nhà\u200d mới\ufe0f", "nha moi"),
        ("Ⅳ, № 5, ㎞", "IV, No 5, km"),
        ("が, й, ŉ, ½, ２, ⁇", "が, й, ŉ, ½, ２, ⁇"),
        ("hồ sơ 一二三 Łódź？", "ho so 一二三 Łodz？"),
    ],
)
def test_what_has_nothing_plain_stays(text, plain):
    """Typography becomes typewriting, other letters lose their marks, and the rest is left as it is."""
    assert fit(text, PLAIN) == plain


@pytest.mark.parametrize("alphabet", Alphabet)
@pytest.mark.parametrize(
    "link",
    [
        "https://app.tindan.example/dossiers/000.00.00.H26-261121-0001?a=%C4%91&b=~x#y",
        "http://127.0.0.1:8090/app/dossiers/H%E1%BB%93",
        "https://dichvucong.gov.vn/hồ-sơ/1–2",
    ],
)
def test_links_stay_as_they_are(link, alphabet):
    """A link that lost its marks would lead elsewhere; what is around it is written as ever."""
    assert fit(f"Xem “{link}” nhé: {link} .", alphabet).split(link)[1] == fit("” nhé: ", alphabet)
    assert fit(f"Xem {link}…", alphabet).startswith(f"Xem {link}")


def test_a_notice_costs_what_its_marks_cost():
    """Three messages with marks, two without, and four had it not been composed first."""
    assert len(NOTICE) == 166
    loose = unicodedata.normalize("NFD", NOTICE)
    assert count_segments(loose) == 4
    assert count_segments(fit(loose, EXACT)) == 3
    assert count_segments(fit(loose, PLAIN)) == 2


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 0),
        ("a", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("€" * 152, 2),  # 76 to a part: the last place of each stays empty
        ("€" * 153, 3),
        ("a" * 152 + "€" + "a" * 151, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("\f" * 80, 1),
        ("\f" * 81, 2),
        ("ư" * 70, 1),
        ("ư" * 71, 2),
        ("ư" * 134, 2),
        ("ư" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),  # 33 to a part
        ("😀" * 67, 3),
        ("ư" * 66 + "😀" + "ư" * 65, 2),
        ("ư" * 66 + "😀" + "ư" * 66, 3),
        ("€" * 69 + "ư", 1),  # one place each in UCS-2
        ("`" * 70, 1),
        ("`" * 71, 2),
    ],
)
def test_the_limits_of_a_message(text, segments):
    """Alone it holds 160 or 70, as a part 153 or 67, and no character is cut in two."""
    assert count_segments(text) == segments


@pytest.mark.parametrize("character", "^{}\\[~]|€\f")
def test_the_extension_takes_two_places(character):
    """An escape and a code."""
    assert encoding_of(character) is Encoding.GSM_7
    assert count_segments("a" * 159 + character) == 2
    assert count_segments("a" * 158 + character) == 1

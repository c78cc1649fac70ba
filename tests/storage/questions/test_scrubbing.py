"""Nothing personal is left of a text that is scrubbed, and all else is."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from storage.questions.scrubbing import RemovedKind, scrub
from storage.questions.scrubbing.kinds import STAND_INS
from tests.storage.questions import personal

THINGS = {
    RemovedKind.CITIZEN_NUMBER: personal.citizen_numbers(),
    RemovedKind.PHONE: personal.phones(),
    RemovedKind.TAX_CODE: personal.tax_codes(),
    RemovedKind.EMAIL: personal.emails(),
}


def assert_gone(frame: str, thing: str, *, known: tuple[str, ...] = ()) -> None:
    """Nothing but stand-ins stands where a thing stood, the frame is as it was, and a second time is none."""
    scrubbed = scrub(frame.replace("{}", thing), known)
    before, after = frame.split("{}")
    assert scrubbed.text.startswith(before), (thing, scrubbed.text)
    assert scrubbed.text.endswith(after), (thing, scrubbed.text)
    left = scrubbed.text[len(before) : len(scrubbed.text) - len(after)]
    for stand_in in STAND_INS.values():
        left = left.replace(stand_in, "")
    assert not personal.squashed(left.replace("<b>", "").replace("</b>", "")), (thing, scrubbed.text)
    assert scrubbed.removed
    assert scrub(scrubbed.text, known).text == scrubbed.text


@settings(max_examples=400)
@given(personal.names(), st.sampled_from(personal.BARE_WAYS), st.sampled_from(personal.BARE_NAME_FRAMES))
@example("Phan Đình An", "starred", "Tôi tên là {}, xin hỏi thủ tục đăng ký khai sinh cho con.")
def test_names_that_a_surname_leads_go(name, way, frame):
    """With its capitals a name needs nobody to introduce it."""
    assert_gone(frame, personal.spelled(name, way))


@settings(max_examples=400)
@given(personal.names(), st.sampled_from(personal.WAYS), st.sampled_from(personal.NAME_FRAMES))
@example("Phan Đình An", "small", "Tôi tên là {}, xin hỏi thủ tục đăng ký khai sinh cho con.")
def test_names_that_are_introduced_go(name, way, frame):
    """After what introduces it a name goes in any spelling."""
    assert_gone(frame, personal.spelled(name, way))


@given(
    st.sampled_from(personal.MINORITY),
    st.sampled_from(["usual", "decomposed", "zero width", "Cyrillic"]),
    st.sampled_from(personal.NAME_FRAMES),
)
def test_names_of_all_peoples_go(name, way, frame):
    """A name need not be led by a surname that is known."""
    assert_gone(frame, personal.spelled(name, way))


@settings(max_examples=300)
@given(
    personal.names(),
    st.sampled_from([*personal.WAYS, "run together"]),
    st.sampled_from(personal.BARE_NAME_FRAMES),
)
def test_known_names_go_in_any_spelling(name, way, frame):
    """Where the asker's name is known it goes even in small letters, without marks, or run together."""
    written = name.replace(" ", "") if way == "run together" else personal.spelled(name, way)
    assert_gone(frame, written, known=(name,))


@settings(max_examples=600)
@given(st.sampled_from(sorted(THINGS)).flatmap(THINGS.__getitem__), st.sampled_from(personal.NUMBER_FRAMES))
def test_numbers_and_mail_go(thing, frame):
    """Numbers and addresses of mail go however they are written."""
    assert_gone(frame, thing)


@pytest.mark.parametrize(
    "written",
    [
        "".join(f"{digit}\ufe0f\u20e3" for digit in "0912345678"),  # keys
        "\u24ff\u277e\u2776\u2777\u2778\u2779\u277a\u277b\u277c\u277d",  # white in black circles
        "\u24ea\u2468\u2460\u2461\u2462\u2463\u2464\u2465\u2466\u2467",  # in circles
        "\u2800".join("0912345678"),  # a blank of Braille
        "09\ufff912\U0001d173345678",  # signs of annotation and of music, which nobody sees
    ],
)
def test_digits_that_are_pictures_go(written):
    """What is read as a number is one, whichever signs it is made of."""
    assert_gone("Gọi {} nhé.", written)


@settings(max_examples=300)
@given(personal.births(), st.sampled_from(["Tôi {}, xin hỏi thủ tục ngày 02/03/2026.", "Con tôi, {}.", "{}"]))
def test_dates_of_birth_go_and_no_others(birth, frame):
    """A date of birth goes, and the words that tell of it with the other dates stay."""
    said = personal.squashed(scrub(frame.replace("{}", birth)).text)
    digits = [letter for letter in said.replace(personal.squashed("02/03/2026"), "") if letter.isdigit()]
    assert not digits
    assert ("02032026" in said) == ("2026" in frame)


@settings(max_examples=400)
@given(
    personal.addresses(),
    st.sampled_from(
        ["Tôi ở {}, tỉnh Nghệ An, muốn hỏi về đất đai.", "Địa chỉ: {}\nXin hỏi.", "Nhà em ở {}."]
    ),
)
def test_addresses_go_down_to_the_commune(address, frame):
    """An address goes with its commune, and the province stays."""
    assert_gone(frame, address)


@pytest.mark.parametrize(
    ("frame", "thing"),
    [
        ("Tôi tên là {}, xin hỏi thủ tục.", "PHAN ĐÌNH AN"),
        ("Chồng tôi là {} muốn nhập hộ khẩu.", "PHAN ĐÌNH AN"),
        ("Tôi tên là {}, xin hỏi thủ tục.", "Phan Đình A"),
        ("Nhà em ở {}.", "so 12A Tran Hung Dao, Ben Nghe"),
        ("Nhà em ở {}.", "so 12A Tran Hung Dao, Ba Dinh"),
    ],
)
def test_what_is_any_word_elsewhere_goes_where_it_is_a_name(frame, thing):
    """After what tells that a name follows, and where an address goes on."""
    assert_gone(frame, thing)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            personal.names().map("ông {}".format),
            personal.phones(),
            personal.citizen_numbers(),
            personal.emails(),
            personal.births(),
            st.sampled_from(["thủ tục 1.001193", "UBND phường Nguyễn Trãi", "lệ phí 50.000 đồng"]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_many_things_in_any_order(things):
    """Of many things one after another none is left, and a second time changes nothing."""
    scrubbed = scrub("; ".join(things))
    left = scrubbed.text
    for kept in ("1.001193", "50.000"):
        left = left.replace(kept, "")
    assert not [letter for letter in left if letter.isdigit()], scrubbed.text
    assert "@" not in left
    assert scrub(scrubbed.text).text == scrubbed.text
    assert scrubbed.text.count("UBND phường Nguyễn Trãi") == things.count("UBND phường Nguyễn Trãi")


@settings(max_examples=400)
@given(st.text(max_size=200), st.lists(st.text(max_size=20), max_size=3))
def test_any_text_is_scrubbed_once(text, known):
    """Whatever is given, places are true, and a second scrubbing finds nothing."""
    scrubbed = scrub(text, known)
    for removed in scrubbed.removed:
        assert scrubbed.text[removed.start : removed.end] == STAND_INS[removed.kind]
    again = scrub(scrubbed.text, known)
    assert again.text == scrubbed.text
    assert not again.removed


_SCRAPS = ["Nguyễn", "Văn", "An", "ông", "tên là", "sinh ngày", "12", "0912", "345678", "/", "<b>", "</b>", "<a ", ">", "@", "a còng", "gmail.com", ", ", " ", "-", "phường", "ngõ", "số nhà", "Trãi", "[họ tên]", "[địa chỉ]", "&#48;", "\u200b", "STK", "không", "một", "\n", ".", "(", "1.001193", "26-261121-0001", "https://"]  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(_SCRAPS), max_size=30), st.sampled_from(["", " "]))
def test_scraps_are_scrubbed_once(scraps, between):
    """What is made of the very scraps that rules go by is not scrubbed further by a second time either."""
    scrubbed = scrub(between.join(scraps))
    assert scrub(scrubbed.text).text == scrubbed.text


@pytest.mark.parametrize(
    "unit",
    [
        "a", "0", "0 ", "1.", "Nguyễn ", "ông ", "a@", "@", "<", "<a ", "&#48;", "số nhà 1/", "sinh ngày ", "\u0301", "\u200b", "không ",
        "a chấm ", "12/", "tên là ", "a-", "www.", "x.com/", "thôn ", ", ", "STK ", "\n", " ", "[họ tên]", "0912345678 ", "ngày sinh là ",
        "a còng ", "ho so so ",
        "Tôi là Nguyễn Văn An, sinh ngày 1/2/1990, ở số nhà 12 đường Lê Lợi, phường 5, SĐT 0912345678. ",
    ],
)  # fmt: skip
def test_time_grows_with_the_length_alone(unit):
    """Four times the text takes no more than about four times the time, whatever it repeats."""
    taken(unit, 2_000)
    small, large = taken(unit, 8_000), taken(unit, 32_000)
    assert large < 8 * small + 0.3


@pytest.mark.parametrize(
    "unit", [" ", "Tôi là Nguyễn Văn An, ở số nhà 12 đường Lê Lợi, phường 5, SĐT 0912345678. "]
)
def test_a_huge_text_is_scrubbed(unit):
    """Of 200,000 characters it takes seconds."""
    assert taken(unit, 200_000) < 15


def taken(unit: str, length: int) -> float:
    """Return the seconds of the processor that a text of a length takes, made of one thing again and again."""
    text = (unit * (length // len(unit) + 1))[:length]
    start = time.process_time()
    scrub(text, ("Nguyễn Văn An", "0912345678"))
    return time.process_time() - start

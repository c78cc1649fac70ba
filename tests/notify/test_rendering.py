"""What notices say."""

import html
import re
import unicodedata
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from notify.ports import Form
from notify.rendering import TITLE_LENGTH, Content, Links, render
from storage.dossiers.statuses import DossierStatus

CODE = "G09.20-20260609-0092637"
LINK = "https://app.tindan.example/dossiers/G09.20-20260609-0092637"
STATUSES = {
    "status_change": DossierStatus.IN_PROCESS,
    "supplement_required": DossierStatus.SUPPLEMENT_REQUIRED,
    "payment_required": DossierStatus.PAYMENT_REQUIRED,
    "result_ready": DossierStatus.RESOLVED,
    "refused": DossierStatus.REFUSED,
    "stopped": DossierStatus.STOPPED,
}
EVERY = pytest.mark.parametrize(
    ("category", "locale"), [(category, locale) for category in STATUSES for locale in ("vi", "en")]
)


def params(category: str = "status_change", **changes: Any) -> dict[str, Any]:
    """Return what a notification keeps."""
    return {
        "dossier_code": CODE,
        "status": int(STATUSES[category]),
        "procedure_name": "Cấp bản sao trích lục hộ tịch",
        "agency_name": "Ủy ban nhân dân phường Bến Nghé",
        "occurred_at": "2026-11-21T18:05:00+00:00",
        "due_at": "2026-12-01T17:00:00+07:00",
    } | changes


def letter(category: str = "status_change", locale: str = "vi", **changes: Any) -> Content:
    """Render the full form."""
    given = params(category, **changes)
    return render(category=category, locale=locale, params=given, form=Form.FULL, links=Links(open=LINK))


@EVERY
def test_every_category_is_worded_in_both_languages(category: str, locale: str) -> None:
    """Title, text and HTML say which dossier it is and where to read on."""
    content = letter(category, locale)
    assert CODE in content.title
    assert len(content.title) <= TITLE_LENGTH
    assert content.html
    for text in (content.text, html.unescape(content.html)):
        assert CODE in text
        assert LINK in text
        assert "Cấp bản sao trích lục hộ tịch" in text
        assert "Ủy ban nhân dân phường Bến Nghé" in text
        assert not re.search(r"{[{%]|None|Undefined", text)
    assert f'<html lang="{locale}">' in content.html


@EVERY
def test_a_locked_screen_tells_little(category: str, locale: str) -> None:
    """The short form names the dossier, but neither the procedure nor the agency."""
    content = render(
        category=category, locale=locale, params=params(category), form=Form.SHORT, links=Links(open=LINK)
    )
    assert content.html is None
    assert CODE in content.text
    assert "hộ tịch" not in content.title + content.text
    assert "Bến Nghé" not in content.title + content.text
    assert "\n" not in content.title + content.text


@EVERY
def test_a_title_fits_however_long_the_code(category: str, locale: str) -> None:
    """A code of 80 characters leaves the title and stays in the text."""
    code = "A" * 66 + "-20260609-0001"
    content = letter(category, locale, dossier_code=code)
    assert len(content.title) <= TITLE_LENGTH
    assert code not in content.title
    assert code in content.text


@pytest.mark.parametrize("status", DossierStatus)
@pytest.mark.parametrize("locale", ["vi", "en"])
def test_titles_of_all_statuses_fit(status: DossierStatus, locale: str) -> None:
    """The longest name of a status still leaves a title that is shown whole."""
    name = status.english if locale == "en" else status.vietnamese
    content = letter(locale=locale, status=int(status), dossier_code="A" * 80)
    assert len(content.title) <= TITLE_LENGTH
    assert name in content.title


def test_times_are_those_of_vietnam() -> None:
    """An evening in UTC is the next day in Vietnam."""
    assert "01:05 ngày 22/11/2026" in letter().text
    assert "01:05 (UTC+7) on 22 November 2026" in letter(locale="en").text


@pytest.mark.parametrize(
    ("category", "shown"), [("status_change", True), ("supplement_required", False), ("stopped", False)]
)
def test_the_day_promised_is_shown_while_it_holds(category: str, shown: bool) -> None:
    """A promise is not repeated while the citizen is awaited, nor after the end."""
    assert ("17:00 ngày 01/12/2026" in letter(category).text) is shown
    assert "Thời hạn trả kết quả" not in letter(category, due_at=None).text


@pytest.mark.parametrize(
    ("locale", "greeting"), [("vi", "Kính gửi"), ("vi-VN", "Kính gửi"), ("en-GB", "Dear"), ("fr", "Kính gửi")]
)
def test_vietnamese_is_the_language_unless_english_is_asked_for(locale: str, greeting: str) -> None:
    """A language that we do not write is answered in the official one."""
    assert letter(locale=locale).text.startswith(greeting)


def test_text_from_agencies_is_no_markup() -> None:
    """Markup in a name is shown, not obeyed; plain text is not escaped."""
    content = letter(agency_name="<script>alert(1)</script> & Sở")
    assert content.html
    assert "<script>" not in content.html
    assert "&lt;script&gt;" in content.html
    assert "<script>alert(1)</script> & Sở" in content.text


def test_text_leaves_in_one_form_of_unicode() -> None:
    """Decomposed letters of an agency leave composed."""
    content = letter(agency_name=unicodedata.normalize("NFD", "Sở Tư pháp tỉnh Đồng Nai"))
    assert "Sở Tư pháp tỉnh Đồng Nai" in content.text
    for text in (content.title, content.text, content.html or ""):
        assert unicodedata.is_normalized("NFC", text)


@given(st.text(max_size=80))
def test_a_title_is_one_line(code: str) -> None:
    """Nothing in a code can begin a second line, and with it another header of a mail."""
    assert len(letter(dossier_code=code).title.splitlines()) == 1


def test_the_way_out_is_offered_where_there_is_one() -> None:
    """Only an address that came with a dossier can be given up by a link."""
    out = "https://api.tindan.example/opt-out/abc"
    with_it = render(
        category="refused",
        locale="vi",
        params=params("refused"),
        form=Form.FULL,
        links=Links(open=LINK, opt_out=out),
    )
    assert out in with_it.text
    assert out in (with_it.html or "")
    assert "Ngừng nhận" not in letter("refused").text
    assert "Ngừng nhận" not in (letter("refused").html or "")


def test_what_is_unknown_is_an_error() -> None:
    """A category without wording and params that do not suffice are faults of the program."""
    with pytest.raises(LookupError):
        render(category="weather", locale="vi", params=params(), form=Form.SHORT, links=Links(open=LINK))
    with pytest.raises(ValidationError):
        letter(occurred_at="2026-11-21T18:05:00")


class Outline(HTMLParser):
    """The elements of a page, and their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_mail_is_read_by_everybody() -> None:
    """One heading, no table and no image, one link, Vietnamese names marked as such in English."""
    page = Outline(letter(locale="en").html or "")
    names = [tag for tag, _ in page.tags]
    assert names.count("h1") == 1
    assert not {"table", "img", "script"} & set(names)
    assert [attributes["href"] for tag, attributes in page.tags if tag == "a"] == [LINK]
    assert [attributes.get("lang") for tag, attributes in page.tags if tag == "dd"][1:3] == ["vi", "vi"]
    assert "prefers-color-scheme: dark" in (letter().html or "")


def _luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_all_text_stands_out_from_its_ground() -> None:
    """Every pair of text and ground, light and dark, reaches 7:1 (WCAG 2.2, 1.4.6)."""
    page = letter().html or ""
    light = {"sheet": "#ffffff", "text": "#16202b", "quiet": "#4a5866", "link": "#0b4f8a"}
    dark = {"sheet": "#1b232c", "text": "#e8edf2", "quiet": "#b6c1cc", "link": "#9fcbff"}
    pairs = [
        (ground["sheet"], ground[name]) for ground in (light, dark) for name in ("text", "quiet", "link")
    ]
    for ground, ink in [*pairs, ("#0b4f8a", "#ffffff"), ("#9fcbff", "#0a1a2b")]:
        assert ground in page
        assert ink in page
        low, high = sorted((_luminance(ground), _luminance(ink)))
        assert (high + 0.05) / (low + 0.05) >= 7

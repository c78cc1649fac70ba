"""What a notice of a document says, and that it says no more."""

import html

import pytest

from notify.ports import Form
from notify.rendering import TITLE_LENGTH, Content, Links, render

LINK = "https://app.tindan.example/documents/0192f3c4-0000-7000-8000-000000000001"
PARAMS = {
    "document": "kept",
    "agency_name": "Ủy ban nhân dân phường Bến Nghé",
    "occurred_at": "2026-11-21T18:05:00+00:00",
    "link": LINK,
    "title": "Giấy khai sinh",
}
CATEGORY = {"kept": "result_ready", "superseded": "status_change", "revoked": "status_change"}


def worded(matter: str, locale: str, form: Form = Form.FULL) -> Content:
    """Render a notice of a document."""
    params = PARAMS | {"document": matter}
    links = Links(open=LINK)
    return render(category=CATEGORY[matter], locale=locale, params=params, form=form, links=links)


@pytest.mark.parametrize("locale", ["vi", "en"])
@pytest.mark.parametrize("matter", CATEGORY)
def test_it_says_what_became_of_it_and_never_what_it_is(matter: str, locale: str) -> None:
    """Agency, time and the way to it stand in the letter; its name is for who opens the store."""
    content = worded(matter, locale)
    for text in (content.text, html.unescape(content.html or "")):
        assert PARAMS["agency_name"] in text
        assert LINK in text
        assert "22" in text, "the day in Vietnam"
        assert "khai sinh" not in text
    assert len(content.title) <= TITLE_LENGTH


@pytest.mark.parametrize("form", [Form.SHORT, Form.LINE])
def test_no_two_matters_read_alike(form: Form) -> None:
    """A new paper, a replaced and a revoked one are told apart in every form and language."""
    texts = {worded(matter, locale, form).text for matter in CATEGORY for locale in ("vi", "en")}
    assert len(texts) == 2 * len(CATEGORY)


def test_a_result_of_a_dossier_is_still_told_as_one() -> None:
    """The same category words a status where no document is named."""
    params = {
        "dossier_code": "H26.1-261121-0001",
        "procedure_name": "Đăng ký khai sinh",
        "agency_name": "Ủy ban nhân dân phường Bến Nghé",
        "occurred_at": "2026-11-21T18:05:00+00:00",
        "status": 9,
    }
    content = render(
        category="result_ready", locale="vi", params=params, form=Form.SHORT, links=Links(open=LINK)
    )
    assert "H26.1-261121-0001" in content.text

"""What an invitation to a survey says, and that it says no more."""

import html

import pytest
from pydantic import ValidationError

from notify.params import read_params
from notify.ports import Form
from notify.rendering import TITLE_LENGTH, Content, Links, render

LINK = "https://dvc.tindan.example/khao-sat/mot-cua-2026?e=1&r=a&s=b&v=1&sig=c"
PARAMS = {
    "survey": "invited",
    "agency_name": "Ủy ban nhân dân phường Bến Nghé",
    "link": LINK,
    "title": "Bạn đã ly hôn như thế nào?",
}
LANGUAGES = ("vi", "en")


def worded(locale: str, form: Form = Form.FULL) -> Content:
    """Render an invitation."""
    return render(category="rating_request", locale=locale, params=PARAMS, form=form, links=Links(open=LINK))


@pytest.mark.parametrize("locale", LANGUAGES)
def test_it_says_who_asks_and_where_to_answer(locale: str) -> None:
    """And nothing of what is asked: a locked screen shows it."""
    content = worded(locale)
    for text in (content.text, html.unescape(content.html or "")):
        assert PARAMS["agency_name"] in text
        assert LINK in text
        assert {"vi": "Trả lời khảo sát", "en": "Answer the survey"}[locale] in text
        assert "ly hôn" not in text
    assert len(content.title) <= TITLE_LENGTH


@pytest.mark.parametrize("form", Form)
def test_it_is_no_request_to_rate(form: Form) -> None:
    """Both are of one category: what was asked of a dossier is not what is asked here."""
    rating = PARAMS | {
        "dossier_code": "H26-261121-0001",
        "procedure_name": "Đăng ký khai sinh",
        "occurred_at": "2026-11-21T18:05:00+00:00",
    }
    del rating["survey"]
    for locale in LANGUAGES:
        other = render(
            category="rating_request", locale=locale, params=rating, form=form, links=Links(open=LINK)
        )
        assert worded(locale, form).text != other.text


def test_only_an_invitation_is_worded() -> None:
    """A word that nobody has worded is refused where the notice is read, and never sent half."""
    with pytest.raises(ValidationError):
        read_params("rating_request", PARAMS | {"survey": "closed"})

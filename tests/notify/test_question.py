"""What a notice of a question says, and that it says no more."""

import html
from uuid import UUID

import pytest
from pydantic import ValidationError

from notify.matters import QuestionMatter
from notify.params import read_params
from notify.ports import Form
from notify.rendering import TITLE_LENGTH, Content, Links, render
from notify.settings import NotifySettings

QUESTION_ID = UUID("0192f3c4-0000-7000-8000-000000000001")
LINK = f"https://app.tindan.example/questions/{QUESTION_ID}"
PARAMS = {
    "question": "answered",
    "agency_name": "Ủy ban nhân dân phường Bến Nghé",
    "occurred_at": "2026-11-21T18:05:00+00:00",
    "link": LINK,
    "text": "Con tôi sinh ngày 3 tháng 2 ở Huế",
}
LANGUAGES = ("vi", "en")


def worded(matter: str, locale: str, form: Form = Form.FULL) -> Content:
    """Render a notice of a question."""
    params = PARAMS | {"question": matter}
    return render(category="answer", locale=locale, params=params, form=form, links=Links(open=LINK))


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("matter", QuestionMatter)
def test_it_says_what_became_of_it_and_nothing_that_was_written(matter: str, locale: str) -> None:
    """Agency, time and the way to it stand in the letter; question and answer are for who signs in."""
    content = worded(matter, locale)
    for text in (content.text, html.unescape(content.html or "")):
        assert PARAMS["agency_name"] in text
        assert LINK in text
        assert "22" in text, "the day in Vietnam"
        assert "Huế" not in text
    assert len(content.title) <= TITLE_LENGTH


@pytest.mark.parametrize("form", Form)
def test_answered_and_declined_are_told_apart(form: Form) -> None:
    """What became of it shows in title and text of every form and language."""
    contents = [worded(matter, locale, form) for matter in QuestionMatter for locale in LANGUAGES]
    assert len({content.text for content in contents}) == len(contents)
    assert len({content.title for content in contents}) == len(contents)


def test_it_needs_a_word_for_what_became_of_it() -> None:
    """A matter that nobody has worded is refused where the notice is read, and never sent half."""
    with pytest.raises(ValidationError):
        read_params("answer", PARAMS | {"question": "forwarded"})


def test_the_link_opens_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address of the app comes from the settings, the question by its id."""
    monkeypatch.setenv("TINDAN_APP_LINK_BASE", "https://app.tindan.example/")
    assert NotifySettings().question_link(QUESTION_ID) == LINK

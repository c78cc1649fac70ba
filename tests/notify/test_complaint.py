"""What a notice of a complaint says, and that it says no more."""

import html
from uuid import UUID

import pytest
from pydantic import ValidationError

from notify.categories import Category
from notify.matters import ComplaintMatter, ComplaintParams
from notify.params import read_params
from notify.ports import Form
from notify.rendering import TITLE_LENGTH, Content, Links, render
from notify.settings import NotifySettings

COMPLAINT_ID = UUID("0192f3c4-0000-7000-8000-000000000001")
LINK = f"https://app.tindan.example/complaints/{COMPLAINT_ID}"
CODE = "PA-7K3M0QXV"
PARAMS = {
    "complaint": "answered",
    "agency_name": "Ủy ban nhân dân phường Bến Nghé",
    "code": CODE,
    "occurred_at": "2026-11-21T18:05:00+00:00",
    "link": LINK,
    "text": "Cán bộ ở Huế đòi thêm tiền",
}
LANGUAGES = ("vi", "en")
CATEGORIES = {
    ComplaintMatter.MORE_ASKED: Category.SUPPLEMENT_REQUIRED,
    ComplaintMatter.OVERDUE: Category.OVERDUE_APOLOGY,
}


def worded(matter: ComplaintMatter, locale: str, form: Form = Form.FULL) -> Content:
    """Render a notice of a complaint."""
    category, params = CATEGORIES.get(matter, Category.ANSWER), PARAMS | {"complaint": matter.value}
    return render(category=category, locale=locale, params=params, form=form, links=Links(open=LINK))


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("matter", ComplaintMatter)
def test_it_says_what_became_of_it_and_nothing_that_was_written(matter: ComplaintMatter, locale: str) -> None:
    """Code, agency, time and the way to it stand in the letter; complaint and answer are for who signs in."""
    content = worded(matter, locale)
    for text in (content.text, html.unescape(content.html or "")):
        assert PARAMS["agency_name"] in text
        assert LINK in text
        assert CODE in text
        assert "22" in text, "the day in Vietnam"
        assert "Huế" not in text
    assert len(content.title) <= TITLE_LENGTH


@pytest.mark.parametrize("form", Form)
def test_what_became_of_it_is_told_apart(form: Form) -> None:
    """It shows in title and text of every form and language."""
    contents = [worded(matter, locale, form) for matter in ComplaintMatter for locale in LANGUAGES]
    assert len({content.text for content in contents}) == len(contents)
    assert len({content.title for content in contents}) == len(contents)


@pytest.mark.parametrize(
    "category", [Category.ANSWER, Category.SUPPLEMENT_REQUIRED, Category.OVERDUE_APOLOGY]
)
def test_it_is_told_from_other_notices_of_its_category(category: Category) -> None:
    """By what it gives: a request about a dossier stays one."""
    assert isinstance(read_params(category, PARAMS), ComplaintParams)
    with pytest.raises(ValidationError):
        read_params(category, PARAMS | {"complaint": "praised"})


def test_the_link_opens_the_complaint(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address of the app comes from the settings, the complaint by its id."""
    monkeypatch.setenv("TINDAN_APP_LINK_BASE", "https://app.tindan.example/")
    assert NotifySettings().complaint_link(COMPLAINT_ID) == LINK

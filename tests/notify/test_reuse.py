"""What a notice of results that are used again says, and that it says no more."""

import html
from uuid import UUID

import pytest
from pydantic import ValidationError

from notify.categories import Category
from notify.params import read_params
from notify.ports import Form
from notify.rendering import TITLE_LENGTH, Content, Links, render
from notify.reuse_params import ReuseMatter, ReuseParams
from notify.settings import NotifySettings

REQUEST_ID = UUID("0192f3c4-0000-7000-8000-000000000001")
LINK = f"https://app.tindan.example/result-requests/{REQUEST_ID}"
PARAMS = {
    "reuse": "asked",
    "agency_name": "Ủy ban nhân dân phường Bến Nghé",
    "occurred_at": "2026-11-21T18:05:00+00:00",
    "link": LINK,
    "title": "Giấy khai sinh",
}
LANGUAGES = ("vi", "en")


def worded(matter: ReuseMatter, locale: str, form: Form = Form.FULL) -> Content:
    """Render a notice."""
    params = PARAMS | {"reuse": matter.value}
    return render(
        category=Category.STATUS_CHANGE, locale=locale, params=params, form=form, links=Links(open=LINK)
    )


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("matter", ReuseMatter)
def test_it_says_who_did_what_and_never_to_which_document(matter: ReuseMatter, locale: str) -> None:
    """Agency, time and the way to it stand in the letter; what it is about is for who signs in."""
    content = worded(matter, locale)
    for text in (content.text, html.unescape(content.html or "")):
        assert PARAMS["agency_name"] in text
        assert LINK in text
        assert "22" in text, "the day in Vietnam"
        assert "khai sinh" not in text
    assert len(content.title) <= TITLE_LENGTH


@pytest.mark.parametrize("form", Form)
def test_asking_and_opening_are_told_apart(form: Form) -> None:
    """It shows in title and text of every form and language."""
    contents = [worded(matter, locale, form) for matter in ReuseMatter for locale in LANGUAGES]
    assert len({content.text for content in contents}) == len(contents)
    assert len({content.title for content in contents}) == len(contents)


def test_it_is_told_from_other_changes() -> None:
    """By what it gives: the change of a dossier stays one."""
    assert isinstance(read_params(Category.STATUS_CHANGE, PARAMS), ReuseParams)
    with pytest.raises(ValidationError):
        read_params(Category.STATUS_CHANGE, PARAMS | {"reuse": "stolen"})


def test_the_link_opens_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address of the app comes from the settings, the request by its id."""
    monkeypatch.setenv("TINDAN_APP_LINK_BASE", "https://app.tindan.example/")
    assert NotifySettings().result_request_link(REQUEST_ID) == LINK

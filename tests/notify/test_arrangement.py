"""What a notice of an appointment, a payment or papers by post says, and that it says no more."""

import html
from datetime import datetime

import pytest
from pydantic import ValidationError

from notify.categories import Category
from notify.matters import ArrangementMatter, ArrangementParams
from notify.params import StatusParams, read_params
from notify.ports import Form
from notify.rendering import TITLE_LENGTH, Content, Links, render

CODE = "H26.1-261121-0001"
LINK = f"https://app.tindan.example/dossiers/{CODE}"
PARAMS = {
    "arrangement": "appointment_made",
    "dossier_code": CODE,
    "procedure_name": "Thủ tục đăng ký khai sinh",
    "agency_name": "Ủy ban nhân dân phường Bến Nghé",
    "occurred_at": "2026-11-21T18:05:00+00:00",
    "at": "2026-11-25T02:30:00+00:00",
    "place": "Phòng 3, 45 Lê Duẩn",
}
LANGUAGES = ("vi", "en")
FOR_A_TIME = {
    ArrangementMatter.APPOINTMENT_MADE,
    ArrangementMatter.APPOINTMENT_MOVED,
    ArrangementMatter.PAYMENT_REQUESTED,
}


def worded(matter: ArrangementMatter, locale: str, form: Form = Form.FULL, **given: object) -> Content:
    """Render a notice of something arranged."""
    paid = matter is ArrangementMatter.PAYMENT_REQUESTED
    category = Category.PAYMENT_REQUIRED if paid else Category.STATUS_CHANGE
    params = PARAMS | {"arrangement": matter.value} | given
    return render(category=category, locale=locale, params=params, form=form, links=Links(open=LINK))


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("matter", ArrangementMatter)
def test_it_says_what_became_of_it_and_nothing_that_was_written(
    matter: ArrangementMatter, locale: str
) -> None:
    """Code, agency and the way to it stand in the letter, and the time only where it still counts."""
    content = worded(matter, locale)
    for text in (content.text, html.unescape(content.html or "")):
        assert PARAMS["agency_name"] in text
        assert LINK in text
        assert CODE in text
        assert "Lê Duẩn" not in text
        assert ("09:30" in text) is (matter in FOR_A_TIME), "in Vietnam"
    assert len(content.title) <= TITLE_LENGTH


@pytest.mark.parametrize("form", Form)
def test_what_became_of_it_is_told_apart(form: Form) -> None:
    """It shows in title and text of every form and language."""
    contents = [worded(matter, locale, form) for matter in ArrangementMatter for locale in LANGUAGES]
    assert len({content.text for content in contents}) == len(contents)
    assert len({content.title for content in contents}) == len(contents)


@pytest.mark.parametrize("matter", ArrangementMatter)
def test_nothing_is_said_of_a_time_where_there_is_none(matter: ArrangementMatter) -> None:
    """A payment may have no last day: then its sentence simply ends."""
    assert f"{CODE}: " in worded(matter, "vi", Form.LINE, at=None).text
    assert "None" not in worded(matter, "vi", at=None).text


@pytest.mark.parametrize("category", [Category.STATUS_CHANGE, Category.PAYMENT_REQUIRED])
def test_it_is_told_from_other_notices_of_its_category(category: Category) -> None:
    """By what it gives: a new status stays one."""
    assert isinstance(read_params(category, PARAMS), ArrangementParams)
    status = {name: value for name, value in PARAMS.items() if name != "arrangement"} | {"status": 4}
    assert isinstance(read_params(category, status), StatusParams)
    with pytest.raises(ValidationError):
        read_params(category, PARAMS | {"arrangement": "forgotten"})


def test_times_are_said_as_they_are_in_vietnam() -> None:
    """An offset of its source's changes nothing."""
    at = datetime.fromisoformat(PARAMS["at"]).astimezone().isoformat()
    assert (
        worded(ArrangementMatter.APPOINTMENT_MADE, "en", at=at).text
        == worded(ArrangementMatter.APPOINTMENT_MADE, "en").text
    )

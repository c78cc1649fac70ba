"""What is said when a session was ended because two had used its token."""

import pytest

from notify.ports import Form
from notify.rendering import TITLE_LENGTH, Links, render

PARAMS = {"session": "ended", "occurred_at": "2026-11-21T18:05:00+00:00"}


@pytest.mark.parametrize(("locale", "words"), [("vi", "được dùng hai lần"), ("en", "was used twice")])
@pytest.mark.parametrize("form", list(Form))
def test_worded_for_every_form(form: Form, locale: str, words: str) -> None:
    """It says when and why, in either language, and of no sign-in."""
    links = Links(open="https://app.tindan.example")
    content = render(category="security", locale=locale, params=PARAMS, form=form, links=links)
    assert words in content.text
    assert "01:05" in content.text
    assert len(content.title) <= TITLE_LENGTH
    assert not any(mark in content.text for mark in ("{", "%(", "\ue000", "None"))

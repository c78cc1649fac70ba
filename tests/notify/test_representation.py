"""What is said when a right to act for another comes, counts or ends."""

import pytest

from notify.matters import Matter
from notify.ports import Form
from notify.rendering import TITLE_LENGTH, Links, render

PARAMS = {"occurred_at": "2026-11-21T18:05:00+00:00"}


@pytest.mark.parametrize("locale", ["vi", "en"])
@pytest.mark.parametrize("form", list(Form))
def test_every_matter_is_worded_for_every_form(form: Form, locale: str) -> None:
    """Each says what became of the right and when, and no two say the same."""
    links = Links(open="https://app.tindan.example")
    contents = [
        render(category="security", locale=locale, params=PARAMS | {"matter": matter}, form=form, links=links)
        for matter in Matter
    ]
    assert len({content.text for content in contents}) == len(Matter)
    for content in contents:
        assert "01:05" in content.text
        assert len(content.title) <= TITLE_LENGTH
        assert not any(mark in content.text for mark in ("{", "%(", "\ue000", "None"))


def test_a_sign_in_is_worded_as_before() -> None:
    """The other notice of this category keeps its own words."""
    params = PARAMS | {"device": "Điện thoại"}
    content = render(category="security", locale="vi", params=params, form=Form.SHORT, links=Links(open=None))
    assert "đăng nhập trên thiết bị Điện thoại" in content.text

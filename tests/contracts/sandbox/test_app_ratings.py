"""The app rates a dossier, against the part of the public API that this takes."""

import html
import re

import httpx
import pytest

from infra.sandbox import launch
from tests.contracts.sandbox.fake_api import CODE, serving
from tests.contracts.sandbox.fake_ratings import FakeRatings

PATH = f"/app/dossiers/{CODE}/rating"


@pytest.fixture(scope="module")
async def api():
    async with serving(FakeRatings()) as api:
        yield api


@pytest.fixture(scope="module")
def app_process(api):
    with launch.running(f"--api-url={api.url}") as running:
        yield running


@pytest.fixture
async def browser(app_process, api):
    """A browser that is signed in."""
    api.forget()
    async with httpx.AsyncClient(
        base_url=app_process.http, follow_redirects=True, timeout=10, headers={"Accept-Language": "vi"}
    ) as browser:
        page = await browser.post("/app/sign-in")
        assert page.url.path == "/app/dossiers", page.text
        yield browser


def said(api: FakeRatings) -> list[tuple]:
    """Return what was said, in order."""
    return [(one["level"], one["reasons"], one["text"]) for one, _ in api.ratings]


async def test_a_dossier_is_rated_by_nobody(browser, api):
    """What is signed is not what is sent, and what is sent names nobody, nor the dossier."""
    assert f'href="{PATH}"' in (await browser.get(f"/app/dossiers/{CODE}")).text
    form = {"level": "satisfied", "reason": ["on_time", "late"], "text": " Tốt "}
    page = await browser.post(PATH, data=form)
    assert page.url.path == PATH
    assert "29/11/2026" in page.text
    assert said(api) == [("satisfied", ["on_time"], "Tốt")]
    ((sent, headers),) = api.ratings
    assert not {"authorization", "cookie", "dpop"} & headers.keys()
    (blinded,) = api.blinded
    for part in (CODE, blinded, blinded[:20], *api.known):
        assert part not in str(sent) + str(headers)
    assert sent["kid"] == api.jwk["kid"]


async def test_it_is_changed_by_the_same_token(browser, api):
    """The form stands as it was sent; nothing is signed again."""
    await browser.post(PATH, data={"level": "dissatisfied", "reason": ["late"], "text": "Chờ lâu"})
    page = await browser.get(PATH)
    assert re.search(r'value="dissatisfied" checked', page.text)
    assert re.search(r'value="late" checked', page.text)
    assert "Chờ lâu</textarea>" in page.text
    await browser.post(PATH, data={"level": "very_satisfied", "text": ""})
    assert said(api) == [("dissatisfied", ["late"], "Chờ lâu"), ("very_satisfied", [], None)]
    first, second = (one for one, _ in api.ratings)
    assert [first[name] for name in ("prefix", "message", "signature")] == [
        second[name] for name in ("prefix", "message", "signature")
    ]
    assert len(api.blinded) == 1


async def test_a_key_of_ones_own_is_refused(browser, api):
    """By it the rating could be told from all others: nothing is asked to be signed."""
    api.common = "x" * 43
    page = await browser.post(PATH, data={"level": "satisfied", "text": "Giữ lại"})
    assert page.status_code == 502
    assert "khoá chung" in page.text
    assert "Giữ lại</textarea>" in page.text
    assert (api.blinded, api.ratings) == ([], [])


async def test_what_is_no_signature_is_not_sent(browser, api):
    """A server that signs something else learns nothing; asked again, it gets the same number."""
    api.garbled = True
    page = await browser.post(PATH, data={"level": "satisfied"})
    assert page.status_code == 502
    assert api.ratings == []
    api.garbled = False
    assert (await browser.post(PATH, data={"level": "satisfied"})).status_code == 200
    assert api.blinded[0] == api.blinded[1]
    assert len(api.ratings) == 1


@pytest.mark.parametrize("status", [409, 429, 503])
async def test_what_the_api_refuses_is_said(browser, api, status):
    """With all that was chosen; sent again, it is sent by the same token."""
    api.status = status
    page = await browser.post(PATH, data={"level": "dissatisfied", "reason": "late", "text": "Giữ <lại>"})
    assert page.status_code == status
    assert "Không gửi được" in page.text
    assert html.escape("Giữ <lại>") in page.text
    api.status = None
    await browser.post(PATH, data={"level": "dissatisfied"})
    assert (len(api.blinded), len(api.ratings)) == (1, 1)


async def test_a_level_is_chosen_first(browser, api):
    """Else nothing is sent, and what was written is still there."""
    for level in ({}, {"level": "angry"}):
        page = await browser.post(PATH, data={"text": "Giữ lại"} | level)
        assert page.status_code == 422
        assert "Hãy chọn một mức độ." in page.text
        assert "Giữ lại</textarea>" in page.text
    assert api.ratings == []


@pytest.mark.parametrize(
    ("state", "told"), [("not_yet", "Chưa đến lúc đánh giá."), ("closed", "Đã hết hạn đánh giá.")]
)
async def test_when_it_may_not_be_rated(browser, api, state, told):
    """The app says why, and offers no form."""
    api.state = state
    page = await browser.get(PATH)
    assert told in page.text
    assert 'name="level"' not in page.text


async def test_another_device_was_first(browser, api):
    """It keeps the token, and this one says so: before anything is sent, and afterwards."""
    api.taken = True
    for page in (await browser.get(PATH), await browser.post(PATH, data={"level": "satisfied"})):
        assert "thiết bị khác" in page.text
        assert 'name="level"' not in page.text
    assert api.ratings == []


async def test_who_is_not_signed_in_comes_back_here(browser):
    """By the sign-in."""
    await browser.post("/app/sign-out")
    page = await browser.get(PATH)
    assert f'value="{PATH}"' in page.text


async def test_what_is_posted_too_early_is_not_sent(browser, api):
    """Without a key there is nothing to sign by."""
    api.state = "not_yet"
    page = await browser.post(PATH, data={"level": "satisfied"})
    assert page.status_code == 502
    assert (api.blinded, api.ratings) == ([], [])

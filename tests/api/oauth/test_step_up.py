"""Signing in anew, more surely or just now, where something asks for it (RFC 9470)."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import Depends

from api.step_up import require_level, require_recent
from auth.step_up import Demand, Purpose
from tests.api.oauth.conftest import answer_of, code_form

BASIC, FULL = "demo-000005", "demo-000001"
CONTACT = {"kind": "email", "value": "a@example.vn"}


@pytest.fixture(scope="module", autouse=True)
def _tried(app):
    """Endpoints that ask for more."""
    for name, check in (("level", require_level(2)), ("recent", require_recent(60))):
        app.add_api_route(f"/try/{name}", lambda: "fine", dependencies=[Depends(check)])


@pytest.fixture
def demanding(app, services):
    """Have the running application ask for more than it does by default."""

    def ask(demand: Demand, purpose: Purpose = Purpose.CONTACTS) -> None:
        auth = services.settings.auth.model_copy(update={"step_up": {purpose: demand}})
        settings = services.settings.model_copy(update={"auth": auth})
        app.state.services = replace(services, settings=settings)

    yield ask
    app.state.services = services


async def headers_of(browser, account: str) -> dict[str, str]:
    return {"authorization": f"Bearer {(await browser.tokens(account))['access_token']}"}


async def make_older(services, seconds: int) -> None:
    async with services.unit_of_work() as uow:
        moved = "UPDATE session SET signed_in_at = signed_in_at - make_interval(secs => %s)"
        await (await uow.driver()).execute(moved, (seconds,))
        await uow.commit()


async def renewed(client, tokens: dict[str, str]) -> dict[str, str]:
    form = {
        "grant_type": "refresh_token",
        "client_id": "tindan-app",
        "refresh_token": tokens["refresh_token"],
    }
    answer = await client.post("/oauth/token", data=form)
    return {"authorization": f"Bearer {answer.json()['access_token']}"}


async def test_level(browser, client):
    """Who has level 1 is told how to get 2, in both languages; who has it passes."""
    assert (await client.get("/try/level", headers=await headers_of(browser, FULL))).status_code == 200
    headers = await headers_of(browser, BASIC)
    for language, words in (("vi", "cơ quan Công an"), ("en", "the police")):
        refused = await client.get("/try/level", headers=headers | {"accept-language": language})
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == (
            'Bearer error="insufficient_user_authentication", acr_values="2"'
        )
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["type"] == "urn:tindan:problem:assurance-too-low"
        assert words in refused.json()["detail"]


async def test_recent(browser, client, services):
    """Who signed in too long ago is asked to do so again, and then passes."""
    tokens = await browser.tokens()
    await make_older(services, 61)
    headers = await renewed(client, tokens)
    refused = await client.get("/try/recent", headers=headers)
    assert (refused.status_code, refused.json()["type"]) == (401, "urn:tindan:problem:sign-in-too-old")
    assert refused.headers["www-authenticate"] == (
        'Bearer error="insufficient_user_authentication", max_age="60"'
    )
    code = (await browser.sign_in(max_age="60"))["code"]
    token = (await client.post("/oauth/token", data=code_form(code))).json()["access_token"]
    assert (await client.get("/try/recent", headers={"authorization": f"Bearer {token}"})).is_success


async def test_contacts_by_setting(browser, client, services, demanding):
    """Adding an address asks for nothing more by default, and for what a deployment sets."""
    headers = await headers_of(browser, BASIC)
    assert (await client.post("/v1/me/contacts", json=CONTACT, headers=headers)).status_code == 202
    demanding(Demand(level=2, max_age=600))
    refused = await client.post("/v1/me/contacts", json=CONTACT, headers=headers)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == (
        'Bearer error="insufficient_user_authentication", acr_values="2", max_age="600"'
    )
    assert (await client.get("/v1/me/contacts", headers=headers)).status_code == 200
    full = await headers_of(browser, FULL)
    other = CONTACT | {"value": "b@example.vn"}
    assert (await client.post("/v1/me/contacts", json=other, headers=full)).status_code == 202


def test_defaults(services):
    """By default documents ask for level 2, look-up and contacts for nothing more."""
    asked = {purpose: services.settings.auth.demand(purpose) for purpose in Purpose}
    assert asked == {
        Purpose.LOOK_UP: Demand(level=1),
        Purpose.STORE: Demand(level=2),
        Purpose.SHARING: Demand(level=2),
        Purpose.CONTACTS: Demand(level=1),
    }


async def test_wishes_go_to_the_provider(browser):
    """Level, age and prompt are passed on as they came."""
    begun = await browser.authorize(acr_values="2 1", max_age="300", prompt="login")
    query = parse_qs(urlsplit(begun.headers["location"]).query)
    assert [query[name] for name in ("acr_values", "max_age", "prompt")] == [["2 1"], ["300"], ["login"]]
    plain = parse_qs(urlsplit((await browser.authorize()).headers["location"]).query)
    assert not plain.keys() & {"acr_values", "max_age", "prompt"}


@pytest.mark.parametrize(
    ("asked", "account", "good"),
    [("2", FULL, True), ("2", BASIC, False), ("1", BASIC, True), ("1 2", BASIC, True)],
)
async def test_level_that_was_asked_for(browser, asked, account, good):
    """An app that asks for a level gets it, or a refusal by which it knows that it does not."""
    answer = await browser.sign_in(account, acr_values=asked)
    assert ("code" in answer) is good
    assert good or answer["error"] == "unmet_authentication_requirements"


@pytest.mark.parametrize(
    "wish",
    [
        {"acr_values": "3"},
        {"acr_values": "2 urn:x"},
        {"max_age": "-1"},
        {"max_age": "1.5"},
        {"max_age": "soon"},
        {"max_age": ""},
        {"max_age": "٣"},
        {"max_age": "9" * 5000},
        {"prompt": "none"},
        {"prompt": "login consent"},
    ],
)
async def test_wishes_for_what_there_is_not(browser, wish):
    """What can not be had is refused at once, and not left out in silence."""
    answer = answer_of(await browser.authorize(**wish))
    assert (answer["error"], answer["state"]) == ("invalid_request", "the app's state")


async def test_dossiers(browser, client, demanding):
    """A deployment may ask for level 2 before one's own dossiers are shown; by default it does not."""
    headers = await headers_of(browser, BASIC)
    assert (await client.get("/v1/dossiers", headers=headers)).status_code == 200
    demanding(Demand(level=2), Purpose.LOOK_UP)
    for path in ("/v1/dossiers", "/v1/dossiers/H26-261121-0001"):
        refused = await client.get(path, headers=headers)
        assert (refused.status_code, refused.json()["type"]) == (401, "urn:tindan:problem:assurance-too-low")
    full = await headers_of(browser, FULL)
    assert (await client.get("/v1/dossiers", headers=full)).status_code == 200

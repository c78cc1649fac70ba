"""The stand-in app on a whole installation: what a newcomer does after `make run`."""

import re

import httpx
import pytest

from api.demonstration.actors import people
from api.demonstration.load import CLIENT_ID

CODE = "H26.1-261121-0001"


@pytest.fixture
def citizen(theatre):
    stack, _ = theatre
    return people(stack.sandbox_url)[0]


@pytest.fixture
def dossier(theatre, citizen):
    stack, secret = theatre
    event = {
        "event_id": "e-1",
        "dossier_code": CODE,
        "status": 2,
        "occurred_at": "2026-11-21T08:00:00+07:00",
        "procedure_code": "1.001193",
        "agency_code": "H26.1",
        "applicant": {"number": citizen.number, "email": citizen.email},
    }
    with httpx.Client(base_url=stack.api_url) as agency:
        grant = {"grant_type": "client_credentials"}
        granted = agency.post("/oauth/token", data=grant, auth=(CLIENT_ID, secret)).json()
        bearer = {"authorization": f"Bearer {granted['access_token']}"}
        answer = agency.post("/v1/agency/dossier-events", json=event, headers=bearer)
    assert answer.is_success, answer.text
    return CODE


@pytest.fixture
def browser(theatre, citizen):
    """A browser in which the citizen has signed in, by the forms of the pages."""
    stack, _ = theatre
    with httpx.Client(base_url=stack.sandbox_url, follow_redirects=True, timeout=20) as browser:
        form = browser.post("/app/sign-in")
        hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form.text)
        page = browser.post("/idp/authorize", data=dict(hidden) | {"account": citizen.account})
        assert page.url.path == "/app/dossiers", page.text
        yield browser


def test_a_citizen_sees_the_dossier_and_its_timeline(dossier, browser):
    """Who signs in at the stand-in app finds the dossier listed, and what happened to it behind the link."""
    page = browser.get("/app/dossiers")
    assert dossier in page.text
    page = browser.get(f"/app/dossiers/{dossier}")
    assert "Đăng ký khai sinh" in page.text
    assert "08:00, 21/11/2026" in page.text


def test_a_notice_is_shown_and_marked_as_read(dossier, browser):
    """The notice stands in the inbox, unread until it is marked."""
    page = browser.get("/app/notifications")
    assert dossier in page.text
    assert "1 chưa đọc" in page.text
    shown = re.findall(r'name="id" value="([^"]+)"', page.text)
    page = browser.post("/app/notifications/read", data={"id": shown})
    assert "0 chưa đọc" in page.text


def test_signing_out_leads_to_the_start(browser):
    """After signing out, the dossiers ask for a sign-in again."""
    browser.post("/app/sign-out")
    assert browser.get("/app/dossiers").url.path == "/app"

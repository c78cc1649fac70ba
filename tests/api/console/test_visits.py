"""Being signed in at the officers' page: renewed unseen, ended for good, and nobody else's."""

import asyncio
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID

import pytest

from api.console import cookies, visits
from api.console.visits import Visit
from auth import signed_out
from auth.apps import CONSOLE
from auth.identity import SignedOut
from auth.principals import Citizen
from storage.cipher import Cipher
from storage.ids import new_id
from storage.officers import repository as officers
from storage.officers.roles import Role

SIGN_IN = "/console/sign-in"
NOWHERE = f"/console/templates/{UUID(int=1)}"
PATIENCE = 10.0


@pytest.fixture
async def officer(desk, invite):
    """Somebody in charge, signed in."""
    desk.officer_id = await invite("staff-000001", Role.OFFICER, Role.SUPERVISOR)
    assert (await desk.sign_in()).status_code == 303
    return desk


async def sent_away(desk) -> bool:
    """Whether the browser is sent to sign in, and told to forget what it kept."""
    answer = await desk.get("/console")
    if answer.status_code == 200:
        return False
    assert (answer.status_code, answer.headers["location"]) == (303, SIGN_IN)
    return True


async def soon(condition) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not await condition():
        assert time.monotonic() < deadline
        # What is kept on the way, or by another process, sets no event.
        await asyncio.sleep(0.02)


async def age_token(services, seconds: int) -> None:
    async with services.unit_of_work() as uow:
        query = "UPDATE refresh_token SET used_at = used_at - make_interval(secs => %s)"
        await (await uow.driver()).execute(query, (seconds,))
        await uow.commit()


async def test_renewed_unseen(officer, services):
    """When the access token ran out the page is shown all the same, and the browser keeps fresh tokens."""
    for _ in range(2):
        aged = officer.age(services)
        assert (await officer.get("/console")).status_code == 200
        kept = officer.visit(services)
        assert kept.refresh_token != aged.refresh_token
        assert services.tokens.verify_officer(kept.access_token).officer_id == officer.officer_id


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", NOWHERE, 404),
        ("get", "/console/templates/nonsense", 422),
        ("post", f"{NOWHERE}/retire", 404),
        ("post", "/console/templates/new", 422),
        ("get", "/console/try/broken", 500),
    ],
)
async def test_renewed_whatever_is_answered(officer, services, method, path, status):
    """Fresh tokens go out with problems and faults too: they are used up, and would be lost."""
    aged = officer.age(services)
    answer = await getattr(officer, method)(path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert officer.visit(services).refresh_token != aged.refresh_token


async def test_renewed_with_a_redirect(officer, services):
    """And with what leads on after a form."""
    aged = officer.age(services)
    form = {"form_id": str(new_id()), "agency": "H26.1", "name": "Mẫu", "text": "Xin chào."}
    assert (await officer.post("/console/templates/new", form)).status_code == 303
    assert officer.visit(services).refresh_token != aged.refresh_token


async def test_two_tabs_at_once(officer, open_desk, services):
    """Both are shown, and both keep the same refresh token, whichever answer comes last."""
    aged = officer.age(services)
    tabs = [open_desk() for _ in range(5)]
    for tab in tabs:
        tab.put(visits.sealed(services, aged))
    answers = await asyncio.gather(*(tab.get("/console") for tab in tabs))
    assert {answer.status_code for answer in answers} == {200}
    kept = {tab.visit(services).refresh_token for tab in tabs}
    assert len(kept) == 1
    assert kept != {aged.refresh_token}
    tabs[0].age(services)
    assert (await tabs[0].get("/console")).status_code == 200


async def test_a_copy_of_a_used_cookie(officer, open_desk, services):
    """Whoever shows a refresh token that was used a while ago ends the session, for both."""
    aged, thief = officer.age(services), open_desk()
    thief.put(visits.sealed(services, aged))
    assert (await officer.get("/console")).status_code == 200
    await age_token(services, 61)
    assert await sent_away(thief)
    assert thief.shown() is None
    await soon(lambda: sent_away(officer))


async def test_signing_out(officer, open_desk, services):
    """Ends the session also for a copy of the cookie, and has the browser forget it."""
    copy, kept = open_desk(), officer.visit(services)
    copy.put(officer.shown())
    assert (await copy.get("/console")).status_code == 200
    out = await officer.post("/console/sign-out")
    assert (out.status_code, out.headers["location"]) == (303, f"{SIGN_IN}?done=signed-out")
    assert "Bạn đã đăng xuất." in (await officer.get(out.headers["location"])).text
    assert officer.shown() is None
    await soon(lambda: sent_away(copy))
    copy.put(visits.sealed(services, kept.model_copy(update={"access_token": ""})))
    assert await sent_away(copy)
    assert (await officer.post("/console/sign-out")).status_code == 303


async def test_signed_out_at_the_provider(officer, services, sandbox):
    """A logout token of the provider ends the visit at once."""
    told = SignedOut(
        issuer=f"{sandbox}/staff", subject="staff-000001", sid=None, jti="one", told_at=datetime.now(UTC)
    )
    async with services.unit_of_work() as uow:
        ended = await signed_out.end(uow, told, now=datetime.now(UTC))
        await uow.commit()
    assert len(ended) == 1
    services.callers.ended.note(ended)
    assert await sent_away(officer)
    assert officer.shown() is None


@pytest.mark.parametrize("aged", [False, True])
async def test_shut_out(officer, services, aged):
    """An officer who was shut out is out with the next click, and may not post either."""
    if aged:
        officer.age(services)
    kept = officer.shown()
    async with services.unit_of_work() as uow:
        await officers.set_enabled(uow, officer.officer_id, enabled=False)
        await uow.commit()
    answer = await officer.post("/console/templates/new", {"form_id": str(new_id())})
    assert answer.status_code == 401
    assert "Phiên làm việc đã hết" in answer.text
    officer.put(kept)
    assert await sent_away(officer)
    assert officer.shown() is None


async def test_a_role_that_is_taken_away(officer, services, town):
    """What is offered changes with the next click."""
    assert "/console/templates/new" in (await officer.get("/console/templates")).text
    async with services.unit_of_work() as uow:
        await officers.revoke(uow, officer.officer_id, Role.SUPERVISOR, agency_id=town.id)
        await uow.commit()
    assert "/console/templates/new" not in (await officer.get("/console/templates")).text
    assert (await officer.get("/console/templates/new")).status_code == 403


async def test_a_cookie_that_was_changed(officer, services):
    """Whatever byte is another one, nobody is signed in, and nothing breaks."""
    raw = urlsafe_b64decode(officer.shown())
    for place in (0, 1, 12, 13, 40, len(raw) // 2, len(raw) - 1):
        other = bytearray(raw)
        other[place] ^= 1
        officer.put(urlsafe_b64encode(other).decode())
        assert await sent_away(officer), place


@pytest.mark.parametrize("value", ["", "x", "%", "=", "A" * 4000, "A" * 9000, "é", '"quoted"', "a.b.c"])
async def test_a_cookie_that_is_none(desk, value):
    """Whatever stands in it, nobody is signed in, and nothing breaks."""
    answer = await desk.client.get(
        "/console", headers={"cookie": f"{cookies.VISIT.name}={value}".encode("latin-1")}
    )
    assert answer.status_code == 303


async def test_a_cookie_of_another_key_or_use(officer, services):
    """What another installation sealed, or we for another use, or with nothing of use in it, opens nothing."""
    visit = officer.visit(services)
    stranger = Cipher(master_key=b"m" * 32, index_key=b"i" * 32)
    forged = stranger.seal(visit.model_dump_json(), cookies.VISIT.name)
    party = Citizen(party_id=new_id(), session_id=new_id(), assurance=2, signed_in_at=datetime.now(UTC))
    citizen = Visit(access_token=services.tokens.for_citizen(party, client_id=CONSOLE), refresh_token="none")
    values = [
        urlsafe_b64encode(forged).decode(),
        cookies.sealed(services, cookies.DEPARTURES, visit.model_dump_json()),
        cookies.sealed(services, cookies.VISIT, "[]"),
        cookies.sealed(services, cookies.VISIT, "\x00"),
        cookies.sealed(services, cookies.VISIT, '{"access_token": "\\u0000", "refresh_token": "\\u0000"}'),
        visits.sealed(services, citizen),
        visits.sealed(services, Visit(access_token="", refresh_token="")),
    ]
    for value in values:
        officer.put(value)
        assert await sent_away(officer), value


async def test_a_token_in_a_header_opens_no_page(officer, services, open_desk):
    """Pages go by the cookie alone."""
    token = officer.visit(services).access_token
    answer = await open_desk().get("/console", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 303
    as_api = await officer.client.get("/v1/officer")
    assert as_api.status_code == 401

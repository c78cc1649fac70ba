"""Signing in at the officers' page: the way in, and whoever is not let in."""

import time
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from api.console import cookies
from api.console.departures import MOST
from storage.officers import repository as officers

SIGN_IN = "/console/sign-in"
EXPIRED = "Lượt đăng nhập này không dùng được"
DENIED = "Bạn chưa được vào trang này"


def changed(address: str, **changes: str | None) -> str:
    """Return an address with other parameters."""
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changes
    return parts._replace(query=urlencode({k: v for k, v in query.items() if v is not None})).geturl()


async def sessions(services):
    """Return how many sessions there are that have not ended, and how many in all."""
    query = "SELECT count(*) FILTER (WHERE revoked_at IS NULL), count(*) FROM session"
    async with services.reading() as reading:
        return await (await (await reading.driver()).execute(query)).fetchone()


async def test_the_whole_way(desk, invite, services):
    """An officer who asks for a page signs in and gets there."""
    await invite()
    asked = await desk.get("/console?page=2")
    assert (asked.status_code, asked.headers["location"]) == (303, f"{SIGN_IN}?next=%2Fconsole%3Fpage%3D2")
    page = await desk.get(asked.headers["location"])
    assert f"{SIGN_IN}/start?next=%2Fconsole%3Fpage%3D2" in page.text
    signed_in = await desk.sign_in(next_path="/console?page=2")
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/console?page=2")
    home = await desk.get("/console")
    assert home.status_code == 200
    assert "Lê Thị Tiếp Nhận" in home.text
    token = desk.visit(services).access_token
    listed = await desk.get("/v1/sessions", headers={"authorization": f"Bearer {token}"})
    assert [one["device_name"] for one in listed.json()["items"]] == ["Trang cán bộ"]


async def test_what_the_browser_is_told_to_keep(desk, invite):
    """Nothing that a script can read or another site can send; the way in is forgotten once it is over."""
    await invite()
    begun = await desk.get(f"{SIGN_IN}/start")
    assert "Max-Age=600" in begun.headers["set-cookie"]
    signed_in = await desk.sign_in()
    told = signed_in.headers.get_list("set-cookie")
    visit = next(one for one in told if one.startswith("tindan-console="))
    assert visit.endswith("; HttpOnly; Path=/; SameSite=lax")
    assert len(visit) < cookies.LONGEST
    assert "staff-000001" not in visit
    for one in told:
        assert "HttpOnly" in one


@pytest.mark.parametrize(
    "path", ["//evil.example", "/console/../v1/me", "/\\evil.example", "https://evil.example"]
)
async def test_nobody_is_led_away(desk, invite, path):
    """What leads elsewhere leads home, from the first page to the last."""
    await invite()
    page = await desk.get(SIGN_IN, params={"next": path})
    assert f'href="{SIGN_IN}/start?next=%2Fconsole"' in page.text
    signed_in = await desk.sign_in(next_path=path)
    assert signed_in.headers["location"] == "/console"


async def test_who_was_not_invited(desk, services, town):
    """Is told so in words, in both languages, and no session begins."""
    refused = await desk.sign_in()
    assert refused.status_code == 403
    assert DENIED in refused.text
    assert desk.shown() is None
    await desk.get(SIGN_IN, params={"lang": "en"})
    english = await desk.sign_in()
    assert "You are not let in here" in english.text
    assert await sessions(services) == (0, 0)


async def test_who_cancelled(desk, invite):
    """Is told what to do."""
    await invite()
    back = await desk.get(await desk.vouched(await desk.depart(), action="cancel"))
    assert (back.status_code, DENIED in back.text) == (403, True)


async def test_the_provider_is_away(desk, invite, fault, services):
    """It is told as what it is, and no session begins."""
    await invite()
    address = await desk.depart()
    await fault("staff-token", kind="status", code=503)
    back = await desk.get(await desk.vouched(address))
    assert back.status_code == 503
    assert "Nơi xác thực tạm thời gián đoạn" in back.text
    assert await sessions(services) == (0, 0)


async def test_a_callback_of_somebody_elses_sign_in(open_desk, invite, services):
    """Who is made to follow the end of another one's sign-in is not signed in as them (login CSRF)."""
    await invite()
    attacker, victim = open_desk(), open_desk()
    address = await attacker.vouched(await attacker.depart())
    for departed in (False, True):
        if departed:
            await victim.depart()
        back = await victim.get(address)
        assert (back.status_code, EXPIRED in back.text) == (400, True)
        assert victim.shown() is None
    assert await sessions(services) == (0, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "other"},
        {"state": None},
        {"state": "\x00"},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"code": "forged"},
        {"code": ""},
        {"code": "\x00"},
        {"code": None},
        {"code": None, "error": "invalid_request"},
    ],
)
async def test_a_callback_that_was_changed(desk, invite, services, changes):
    """Signs nobody in."""
    await invite()
    back = await desk.get(changed(await desk.vouched(await desk.depart()), **changes))
    assert (back.status_code, EXPIRED in back.text) == (400, True)
    assert desk.shown() is None
    assert await sessions(services) == (0, 0)


async def test_a_callback_twice(desk, invite, services):
    """The second time it is of no use, and the first one's session goes on."""
    await invite()
    address = await desk.vouched(await desk.depart())
    assert (await desk.get(address)).status_code == 303
    again = await desk.get(address)
    assert (again.status_code, EXPIRED in again.text) == (400, True)
    assert (await desk.get("/console")).status_code == 200
    assert await sessions(services) == (1, 1)


async def test_two_tabs_sign_in(desk, invite, services):
    """Both get where they wanted, and one session is left."""
    await invite()
    one, two = await desk.depart("/console?tab=1"), await desk.depart("/console?tab=2")
    for number, address in ((1, one), (2, two)):
        back = await desk.get(await desk.vouched(address))
        assert back.headers["location"] == f"/console?tab={number}"
    assert await sessions(services) == (1, 2)


async def test_a_browser_keeps_few_departures(desk, invite):
    """Whoever begins again and again fills no cookie: the oldest is forgotten, the newest works."""
    await invite()
    addresses = [await desk.depart(f"/console?{'x' * 900}={number}") for number in range(MOST + 1)]
    assert len(desk.client.cookies[cookies.DEPARTURES.name]) <= cookies.LONGEST
    assert (await desk.get(await desk.vouched(addresses[0]))).status_code == 400
    assert (await desk.get(await desk.vouched(addresses[-1]))).status_code == 303


async def test_a_departure_of_long_ago(desk, invite, services):
    """After ten minutes a way in is over, whatever the browser kept."""
    await invite()
    address = await desk.vouched(await desk.depart())
    kept = cookies.opened_text(services, cookies.DEPARTURES, desk.client.cookies[cookies.DEPARTURES.name])
    until = time.time() - 1
    aged = kept.replace(kept.partition('"until":')[2].partition("}")[0], str(until))
    desk.put(cookies.sealed(services, cookies.DEPARTURES, aged), cookies.DEPARTURES)
    assert EXPIRED in (await desk.get(address)).text


async def test_session_fixation(open_desk, invite, services):
    """Who signs in on a browser that somebody else prepared gets a session of their own."""
    await invite("staff-000001")
    await invite("staff-000002")
    attacker, victim = open_desk(), open_desk()
    await attacker.sign_in("staff-000001")
    victim.put(attacker.shown())
    await victim.sign_in("staff-000002")
    assert victim.shown() != attacker.shown()
    assert "Phạm Văn Giám Sát" in (await victim.get("/console")).text
    assert "Phạm Văn Giám Sát" not in (await attacker.get("/console")).text
    assert await sessions(services) == (1, 2)


async def test_shut_out_between_vouching_and_coming_back(desk, invite, services):
    """Who was shut out a moment ago gets no session."""
    officer_id = await invite()
    address = await desk.vouched(await desk.depart())
    async with services.unit_of_work() as uow:
        await officers.set_enabled(uow, officer_id, enabled=False)
        await uow.commit()
    assert (await desk.get(address)).status_code == 400
    assert await sessions(services) == (0, 0)


async def test_nobody_vouches_for_officers(app, desk, services):
    """Where no provider is set the page says so, and to whom to turn."""
    nothing = SimpleNamespace(auth=SimpleNamespace(registered_apps=dict))
    app.state.services = replace(services, settings=nothing)
    try:
        page = await desk.get(SIGN_IN)
    finally:
        app.state.services = services
    assert (page.status_code, "TINDAN_STAFF_ISSUER" in page.text) == (503, True)
    assert "/start" not in page.text

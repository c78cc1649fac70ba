"""The Zalo stand-in over HTTP: no SDK of Zalo's exists for Python."""

import asyncio
import datetime as dt
import unicodedata

import pytest

from infra.sandbox.zalo.ledger import DAILY_QUOTA, Ledger
from infra.sandbox.zalo.tokens import Tokens

DATA = {
    "code": "000.00.00.H26-261121-0001",
    "status": "Yêu cầu thực hiện nghĩa vụ tài chính",
    "procedure": "Đăng ký khai sinh",
    "link": "https://example.vn/d/1",
}


@pytest.fixture
def token(http, accounts):
    async def token(**changed):
        zalo = accounts["zalo"]
        form = {
            "app_id": zalo["app_id"],
            "grant_type": "refresh_token",
            "refresh_token": zalo["refresh_token"],
        }
        secret = changed.pop("secret_key", zalo["secret_key"])
        headers = {"secret_key": secret}
        return await http.post("/zalo-oauth/v4/oa/access_token", data=form | changed, headers=headers)

    return token


@pytest.fixture
async def access_token(token):
    return (await token()).json()["access_token"]


@pytest.fixture
def send(http, accounts, access_token):
    async def send(category="status_change", headers=None, **changed):
        body = {
            "phone": "84900000001",
            "template_id": accounts["zalo"]["templates"][category],
            "template_data": DATA,
            "tracking_id": "d-1",
        }
        headers = {"access_token": access_token} if headers is None else headers
        return await http.post("/zalo/message/template", json=body | changed, headers=headers)

    return send


@pytest.fixture
def ask(http, access_token):
    async def ask(path, **query):
        response = await http.get(f"/zalo/{path}", params=query, headers={"access_token": access_token})
        assert response.status_code == 200
        return response.json()

    return ask


async def test_a_message_arrives_with_its_template_filled_in(send, outbox, accounts):
    """The answer has Zalo's form, and the outbox both what was sent and what a person reads."""
    response = await send()
    assert response.status_code == 200
    body = response.json()
    assert (body["error"], body["message"]) == (0, "Success")
    sent_at = dt.datetime.fromtimestamp(int(body["data"]["sent_time"]) / 1000, dt.UTC)
    assert abs(dt.datetime.now(dt.UTC) - sent_at) < dt.timedelta(minutes=1)
    assert int(body["data"]["quota"]["remainingQuota"]) < int(body["data"]["quota"]["dailyQuota"])
    (item,) = await outbox(channel="zalo", to="84900000001")
    assert item["msg_id"] == body["data"]["msg_id"]
    assert item["tracking_id"] == "d-1"
    assert item["template_id"] == accounts["zalo"]["templates"]["status_change"]
    assert item["template_data"] == DATA
    assert item["subject"] == "Hồ sơ 000.00.00.H26-261121-0001: Yêu cầu thực hiện nghĩa vụ tài chính"
    assert item["text"].splitlines()[1:] == [
        "Mã hồ sơ: 000.00.00.H26-261121-0001",
        "Trạng thái: Yêu cầu thực hiện nghĩa vụ tài chính",
        "Thủ tục: Đăng ký khai sinh",
        "[Xem hồ sơ] https://example.vn/d/1",
    ]
    assert item["html"] is None


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"phone": "+84900000001"}, -108),
        ({"phone": "0900000001"}, -108),
        ({"phone": 84900000001}, -108),
        ({"template_id": "1"}, -109),
        ({"template_data": {}}, -111),
        ({"template_data": None}, -111),
        ({"template_data": ["x"]}, -112),
        ({"template_data": DATA | {"code": 1}}, -112),
        ({"tracking_id": "x" * 49}, -112),
        ({"template_data": {"code": "H26-1", "link": "https://example.vn"}}, -1122),
        ({"template_data": DATA | {"code": ""}}, -1122),
        ({"template_data": DATA | {"code": "x" * 31}}, -1121),
        ({"template_data": DATA | {"link": "example.vn"}}, -1124),
        ({"headers": {}}, -124),
        ({"headers": {"access_token": "guess"}}, -124),
        ({"headers": {"Authorization": "Bearer x"}}, -124),
    ],
)
async def test_what_zalo_would_not_take_is_refused(send, outbox, changed, error):
    """Every error is a 200 with a number, and leaves nothing."""
    response = await send(**changed)
    assert response.status_code == 200
    assert response.json()["error"] == error
    assert response.json()["message"]
    assert "data" not in response.json()
    assert await outbox() == []


async def test_a_refresh_token_is_no_access_token(send, accounts):
    """Each kind of token is good for its own use only."""
    headers = {"access_token": accounts["zalo"]["refresh_token"]}
    assert (await send(headers=headers)).json()["error"] == -124


async def test_a_phone_can_be_out_of_reach_by_its_number(send, outbox):
    """The last digits of a number from 84999000 name the error."""
    assert (await send(phone="84999000118")).json()["error"] == -118
    assert await outbox() == []


async def test_a_refresh_token_is_good_once(token):
    """The answer brings the next one; the used one and a made-up one are -14014."""
    first = await token()
    body = first.json()
    assert (first.status_code, body["expires_in"]) == (200, "90000")
    again = await token()
    assert (again.status_code, again.json()["error"]) == (200, -14014)
    assert (await token(refresh_token="guess")).json()["error"] == -14014
    following = (await token(refresh_token=body["refresh_token"])).json()
    assert following["refresh_token"] != body["refresh_token"]
    assert (await token(refresh_token=body["access_token"])).json()["error"] == -14014


@pytest.mark.parametrize(
    ("changed", "error"),
    [({"secret_key": "guess"}, -14004), ({"app_id": "1"}, -14002), ({"grant_type": "password"}, -14009)],
)
async def test_a_refused_request_for_a_token_uses_nothing_up(token, changed, error):
    """Whoever is not the application gets no token, and the refresh token stays good."""
    assert (await token(**changed)).json()["error"] == error
    assert "access_token" in (await token()).json()


def test_an_access_token_ends_after_25_hours():
    """A token is good up to its last second, in another process as well."""
    now = 1_795_000_000
    access_token = Tokens(lambda: now).access_token()
    assert Tokens(lambda: now + 25 * 3600 - 1).recognises(access_token)
    assert not Tokens(lambda: now + 25 * 3600).recognises(access_token)
    kind, end, rest = access_token.split(".", 2)
    assert not Tokens(lambda: now).recognises(f"{kind}.{int(end) + 1}.{rest}")


def test_the_quota_begins_anew_each_day():
    """What was sent yesterday, in Việt Nam, does not count today."""
    moments = [dt.datetime(2026, 11, 22, 23, 59, tzinfo=dt.UTC)]
    ledger = Ledger(lambda: moments[-1])
    ledger.add("m-1")
    assert ledger.quota()["remainingQuota"] == str(DAILY_QUOTA - 1)
    moments.append(dt.datetime(2026, 11, 23, tzinfo=dt.UTC))
    assert ledger.quota()["remainingQuota"] == str(DAILY_QUOTA)


async def test_every_template_says_what_it_has_to_be_told(ask, accounts, send, outbox):
    """Filled in by its own schema, each template is taken and has no gap, in NFC."""
    templates = accounts["zalo"]["templates"]
    assert set(templates) == {
        *("status_change", "supplement_required", "payment_required", "result_ready", "refused", "stopped"),
        *("overdue_apology", "message", "answer", "rating_request", "security", "otp"),
    }
    for category, template_id in templates.items():
        info = (await ask("template/info/v2", template_id=template_id))["data"]
        assert (info["templateId"], info["status"]) == (template_id, "ENABLE")
        data = {
            one["name"]: "https://example.vn/d/1" if one["name"] == "link" else one["maxLength"] * "x"
            for one in info["listParams"]
            if one["require"]
        }
        assert (await send(category, template_data=data, tracking_id="")).json()["error"] == 0
    for item in await outbox(channel="zalo"):
        words = item["subject"] + item["text"]
        assert "<" not in words
        assert unicodedata.is_normalized("NFC", words)


async def test_an_unknown_template_and_message(ask):
    """A template that nobody approved is -109, a message that nobody sent -107."""
    assert (await ask("template/info/v2", template_id="1"))["error"] == -109
    assert (await ask("message/status", message_id="1"))["error"] == -107


async def test_status_and_quota(ask, send):
    """A message that was taken was delivered, and one is gone from the quota."""
    before = (await ask("message/quota"))["data"]
    sent = (await send()).json()["data"]
    after = (await ask("message/quota"))["data"]
    assert int(before["remainingQuota"]) - int(after["remainingQuota"]) == 1
    status = (await ask("message/status", message_id=sent["msg_id"]))["data"]
    assert (status["status"], status["delivery_time"]) == (1, sent["sent_time"])


async def test_only_with_a_token(http, sandbox):
    """Questions need an access token, too."""
    for path in ("message/status", "message/quota", "template/info/v2"):
        assert (await http.get(f"/zalo/{path}")).json()["error"] == -124


async def test_scripted_refusals(send, script, outbox):
    """A number of Zalo's comes with 200, a status without JSON."""
    await script("zalo", {"kind": "refuse", "code": "-133"}, {"kind": "status", "code": 502})
    assert (await send()).json()["error"] == -133
    response = await send()
    assert response.status_code == 502
    assert not response.headers["Content-Type"].startswith("application/json")
    assert (await send()).json()["error"] == 0
    assert len(await outbox()) == 1


async def test_each_part_has_its_own_faults(send, ask, token, script, http):
    """What is scripted for tokens or questions does not strike messages, nor the other way round."""
    await script("zalo-oauth", {"kind": "refuse", "code": "-14014"})
    await script("zalo-queries", {"kind": "status", "code": 500}, match={"to": "quota"})
    assert (await send()).json()["error"] == 0
    assert (await token(refresh_token="unused")).json()["error"] == -14014
    assert (await http.get("/sandbox/faults/zalo-oauth")).json() == {"script": []}
    assert (await ask("message/status", message_id="1"))["error"] == -107
    with pytest.raises(AssertionError):
        await ask("message/quota")
    await script("zalo", {"kind": "status", "code": 503, "times": -1})
    assert (await ask("message/quota"))["error"] == 0


async def test_a_lost_answer_uses_the_refresh_token_up(token, script, http, eventually):
    """Who hangs up before the new tokens come has lost them: the old one is gone."""
    await script("zalo-oauth", {"kind": "accept_then_hang", "seconds": 30})
    task = asyncio.create_task(token())

    async def struck():
        return (await http.get("/sandbox/faults/zalo-oauth")).json() == {"script": []}

    await eventually(struck)
    assert not task.done()
    assert (await token()).json()["error"] == -14014
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_accept_then_hang(send, script, outbox):
    """The sender hears nothing although the message is in the outbox; its repeat is known as one."""
    await script("zalo", {"kind": "accept_then_hang", "seconds": 30})
    task = asyncio.create_task(send())
    (first,) = await outbox(channel="zalo", wait=5)
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await send()
    await send(tracking_id="d-2")
    _, second, third = await outbox()
    assert second["duplicate_of"] == first["sequence"]
    assert "duplicate_of" not in third

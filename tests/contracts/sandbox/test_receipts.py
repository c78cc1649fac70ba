"""What the stand-ins for Twilio and Zalo report: posted for real, and judged by Twilio's own validator."""

import hashlib
import json
import time
from typing import NamedTuple

import httpx
import pytest
from starlette.routing import Route
from twilio.request_validator import RequestValidator

from infra.sandbox import launch
from tests.contracts.sandbox import loopback
from tests.contracts.sandbox.loopback import Receiver

COURSE = ["queued", "sent", "delivered"]


class Seen(NamedTuple):
    """A report as its receiver should judge it."""

    genuine: bool
    fields: dict


@pytest.fixture(scope="module")
async def listening():
    receiver = Receiver()
    async with receiver.listening():
        yield receiver


@pytest.fixture(scope="module")
def reporting(listening):
    with launch.running(f"--api-url={listening.url}") as running:
        yield running


@pytest.fixture
async def http(reporting, listening):
    listening.forget()
    async with httpx.AsyncClient(base_url=reporting.http, timeout=10) as client:
        for channel in ("sms", "zalo"):
            await client.delete(f"/sandbox/receipts/{channel}")
        yield client


@pytest.fixture
async def accounts(http):
    return (await http.get("/sandbox/accounts.json")).json()


@pytest.fixture
def receiver(http, listening, eventually):
    """The receiver, and a way to wait until nothing is on its way any more."""

    async def all_of():
        async def quiet():
            counts = (await http.get("/sandbox/receipts")).json()
            return not any(one["waiting"] for one in counts.values())

        await eventually(quiet, seconds=10)
        return listening.posted

    listening.all_of = all_of
    return listening


@pytest.fixture
def count(http):
    async def count(channel, what):
        return (await http.get("/sandbox/receipts")).json()[channel][what]

    return count


@pytest.fixture
def follow(http):
    async def put(channel, *receipts, **rest):
        response = await http.put(f"/sandbox/receipts/{channel}", json={"script": receipts} | rest)
        assert response.status_code == 200, response.text

    return put


@pytest.fixture
def sms(http, accounts, receiver):
    async def send(to="+84900000001", **form):
        twilio = accounts["twilio"]
        response = await http.post(
            f"/twilio/2010-04-01/Accounts/{twilio['account_sid']}/Messages.json",
            auth=(twilio["account_sid"], twilio["auth_token"]),
            data={
                "To": to,
                "MessagingServiceSid": twilio["messaging_service_sid"],
                "Body": "x",
                "StatusCallback": f"{receiver.url}/v1/receipts/twilio?a=1&b=hồ",
            }
            | form,
        )
        assert response.status_code == 201, response.text
        return response.json()["sid"]

    return send


@pytest.fixture
async def zalo(http, accounts):
    account = accounts["zalo"]
    form = {
        "app_id": account["app_id"],
        "grant_type": "refresh_token",
        "refresh_token": account["refresh_token"],
    }
    headers = {"secret_key": account["secret_key"]}
    answer = await http.post("/zalo-oauth/v4/oa/access_token", data=form, headers=headers)
    token = answer.json()["access_token"]

    async def send(phone="84900000001"):
        body = {
            "phone": phone,
            "template_id": account["templates"]["otp"],
            "template_data": {"otp": "123456"},
            "tracking_id": "d-1",
        }
        response = await http.post("/zalo/message/template", json=body, headers={"access_token": token})
        return response.json()["data"]["msg_id"]

    return send


@pytest.fixture
def read(accounts, receiver):
    """Judge a report as its receiver should."""

    def read(posted):
        if posted.url.endswith("/v1/receipts/zalo"):
            return _read_zalo(accounts["zalo"], posted)
        validator = RequestValidator(accounts["twilio"]["auth_token"])
        url = f"{receiver.url}/v1/receipts/twilio?a=1&b=hồ"
        return Seen(validator.validate(url, posted.form, posted.headers["x-twilio-signature"]), posted.form)

    return read


def _read_zalo(account, posted):
    event = json.loads(posted.body)
    signed = account["app_id"].encode() + posted.body + event["timestamp"].encode()
    mac = hashlib.sha256(signed + account["oa_secret"].encode()).hexdigest()
    return Seen(posted.headers["x-zevent-signature"] == f"mac={mac}", event)


async def test_twilio_reports_each_state_in_turn(sms, receiver, read, accounts):
    """Queued, sent and delivered, each signed over the URL as it was given."""
    sid = await sms()
    seen = [read(one) for one in await receiver.all_of()]
    assert all(one.genuine for one in seen)
    assert [one.fields["MessageStatus"] for one in seen] == COURSE
    twilio = accounts["twilio"]
    assert seen[-1].fields == {
        "AccountSid": twilio["account_sid"],
        "ApiVersion": "2010-04-01",
        "From": "+15005550006",
        "MessageSid": sid,
        "MessageStatus": "delivered",
        "MessagingServiceSid": twilio["messaging_service_sid"],
        "SmsSid": sid,
        "SmsStatus": "delivered",
        "To": "+84900000001",
    }


async def test_zalo_reports_delivery(zalo, receiver, read, accounts):
    """One signed event at the webhook of the API, with the time of delivery and our own name for the message."""
    message_id = await zalo()
    (posted,) = await receiver.all_of()
    seen = read(posted)
    assert seen.genuine
    assert seen.fields["event_name"] == "user_received_message"
    assert seen.fields["app_id"] == accounts["zalo"]["app_id"]
    message = seen.fields["message"]
    assert (message["msg_id"], message["tracking_id"]) == (message_id, "d-1")
    assert abs(time.time() - int(message["delivery_time"]) / 1000) < 60


async def test_nobody_is_told_who_did_not_ask(sms, receiver):
    """Without a StatusCallback Twilio reports nothing."""
    await sms(StatusCallback="")
    assert await receiver.all_of() == []


async def test_duplicate(sms, zalo, follow, receiver):
    """The last report comes a second time, the same to the byte."""
    for channel, send, number in (("sms", sms, 4), ("zalo", zalo, 2)):
        receiver.forget()
        await follow(channel, {"kind": "duplicate"})
        await send()
        posted = await receiver.all_of()
        assert len(posted) == number
        assert posted[-1].body == posted[-2].body


async def test_reordered(sms, follow, receiver, read):
    """Delivered comes before sent."""
    await follow("sms", {"kind": "reordered"})
    await sms()
    seen = [read(one) for one in await receiver.all_of()]
    assert [one.fields["MessageStatus"] for one in seen] == COURSE[::-1]


async def test_late(sms, zalo, follow, receiver):
    """Nothing comes before the time that the script gives."""
    for channel, send in (("sms", sms), ("zalo", zalo)):
        receiver.forget()
        await follow(channel, {"kind": "late", "seconds": 0.4})
        started = time.monotonic()
        await send()
        assert receiver.posted == []
        await receiver.all_of()
        assert time.monotonic() - started >= 0.4
        assert receiver.posted


async def test_early(sms, zalo, follow, receiver):
    """All reports are there when the answer to the send comes."""
    for channel, send, number in (("sms", sms, 3), ("zalo", zalo, 1)):
        receiver.forget()
        await follow(channel, {"kind": "early"})
        await send()
        assert len(receiver.posted) == number


async def test_early_does_not_wait_for_who_is_not_there(sms, follow, count, unused_tcp_port):
    """The answer comes although nobody takes the reports; they are lost."""
    before = await count("sms", "lost")
    await follow("sms", {"kind": "early"})
    await sms(StatusCallback=f"http://127.0.0.1:{unused_tcp_port}/x")
    assert await count("sms", "lost") == before + 3


async def test_never(sms, zalo, follow, receiver):
    """Messages are taken, and nobody hears of them again; only as often as the script says."""
    for channel, send, number in (("sms", sms, 3), ("zalo", zalo, 1)):
        receiver.forget()
        await follow(channel, {"kind": "never"})
        await send()
        assert await receiver.all_of() == []
        await send()
        assert len(await receiver.all_of()) == number


async def test_forged(sms, zalo, follow, receiver, read):
    """The signature is of the right form, and wrong."""
    for channel, send, number in (("sms", sms, 3), ("zalo", zalo, 1)):
        receiver.forget()
        await follow(channel, {"kind": "forged"})
        await send()
        seen = [read(one) for one in await receiver.all_of()]
        assert [one.genuine for one in seen] == [False] * number


async def test_a_report_that_is_refused_does_not_come_again(zalo, receiver, count):
    """Whoever answers 403 has decided; the sandbox counts it."""
    before = await count("zalo", "refused")
    receiver.statuses.append(403)
    await zalo()
    assert len(await receiver.all_of()) == 1
    assert await count("zalo", "refused") == before + 1


@pytest.mark.parametrize(("code", "end"), [("30003", ["sent", "undelivered"]), ("30001", ["failed"])])
async def test_a_failure(sms, follow, receiver, code, end):
    """Only the last report has the number; what no carrier saw has failed, the rest is undelivered."""
    await follow("sms", {"kind": "failed", "code": code})
    await sms()
    forms = [one.form for one in await receiver.all_of()]
    assert [one["MessageStatus"] for one in forms] == ["queued", *end]
    assert [one.get("ErrorCode") for one in forms] == [None] * len(end) + [code]


async def test_only_whom_the_script_is_for(sms, follow, receiver, http):
    """What does not match is reported on as usual, and uses nothing up."""
    await follow("sms", {"kind": "never"}, match={"to": "*2"})
    await sms()
    assert len(await receiver.all_of()) == 3
    assert (await http.get("/sandbox/receipts/sms")).json()["script"] == [{"kind": "never", "times": 1}]
    await sms("+84900000002")
    assert (await http.get("/sandbox/receipts/sms")).json() == {"script": []}
    assert len(await receiver.all_of()) == 3


async def test_a_report_that_is_not_taken_comes_again(zalo, receiver):
    """After a 503 and a 500 the same report is posted until it is taken."""
    receiver.statuses += [503, 500]
    await zalo()
    posted = await receiver.all_of()
    assert len(posted) == 3
    assert len({one.body for one in posted}) == 1


async def test_a_receiver_that_is_down_gets_its_reports_later(sms, count, eventually, unused_tcp_port):
    """While nobody listens, reports wait; they come, in order, once somebody does."""
    late = Receiver()
    before = await count("sms", "tried")
    await sms(StatusCallback=f"http://127.0.0.1:{unused_tcp_port}/x")

    async def tried():
        return await count("sms", "tried") > before

    await eventually(tried)
    async with loopback.serving(Route("/x", late.take, methods=["POST"]), port=unused_tcp_port):
        await eventually(lambda: len(late.posted) == 3, seconds=10)
    assert [one.form["MessageStatus"] for one in late.posted] == COURSE


@pytest.mark.parametrize(
    ("channel", "receipt", "culprit"),
    [
        ("sms", {"kind": "explode"}, "script.0"),
        ("sms", {"kind": "usual", "times": 0}, "script[0].times"),
        ("sms", {"kind": "late", "seconds": -1}, "script.0.late.seconds"),
        ("sms", {"kind": "never", "seconds": 1}, "script.0.never.seconds"),
        ("sms", {"kind": "failed", "code": "-118"}, "script.0.failed.code"),
        ("zalo", {"kind": "reordered"}, "script[0].kind"),
        ("zalo", {"kind": "failed"}, "script[0].kind"),
    ],
)
async def test_a_bad_script_is_told_what_is_wrong(http, channel, receipt, culprit):
    """A script that the channel cannot follow is refused whole, and the culprit is named."""
    response = await http.put(f"/sandbox/receipts/{channel}", json={"script": [receipt]})
    assert response.status_code == 422
    assert culprit in {line.partition(":")[0] for line in response.json()["detail"]}
    assert (await http.get(f"/sandbox/receipts/{channel}")).json() == {"script": []}


async def test_only_two_channels_report(http):
    """Neither mail nor push knows receipts."""
    assert (await http.get("/sandbox/receipts/push")).status_code == 404

"""The Twilio stand-in against Twilio's own SDK."""

import asyncio

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

ACCENTED = "Hồ sơ H26.1-261121-0001 đã có kết quả."


@pytest.fixture
def client(accounts):
    account = accounts["twilio"]
    client = Client(account["account_sid"], account["auth_token"], http_client=TwilioHttpClient(timeout=2))
    client.api.base_url = account["base_url"]
    yield client
    client.http_client.session.close()


@pytest.fixture
def send(client, accounts):
    async def send(to="+84900000001", body=ACCENTED, **rest):
        service = {"messaging_service_sid": accounts["twilio"]["messaging_service_sid"]}
        return await asyncio.to_thread(
            client.messages.create, to=to, body=body, **(rest if "from_" in rest else service | rest)
        )

    return send


@pytest.fixture
def post(http, accounts):
    async def post(account=None, auth=None, **form):
        twilio = accounts["twilio"]
        return await http.post(
            f"/twilio/2010-04-01/Accounts/{account or twilio['account_sid']}/Messages.json",
            auth=auth or (twilio["account_sid"], twilio["auth_token"]),
            data={"To": "+84900000001", "From": "+15005550006", "Body": "x"} | form,
        )

    return post


async def test_a_message_arrives_as_it_was_asked_for(send, outbox, accounts):
    """The SDK gets a message of a service that has yet to choose its sender; the outbox says all."""
    sent = await send(validity_period=600, status_callback="http://127.0.0.1:9/v1/receipts/twilio")
    service = accounts["twilio"]["messaging_service_sid"]
    assert sent.sid.startswith("SM")
    assert (sent.status, sent.num_segments, sent.from_) == ("accepted", "0", None)
    assert (sent.to, sent.body, sent.messaging_service_sid) == ("+84900000001", ACCENTED, service)
    assert sent.date_created is not None
    (item,) = await outbox(channel="sms", to="+84900000001")
    del item["sequence"], item["at"]
    assert item == {
        "channel": "sms",
        "to": "+84900000001",
        "from": service,
        "sid": sent.sid,
        "subject": None,
        "text": ACCENTED,
        "html": None,
        "encoding": "UCS-2",
        "segments": 1,
        "messaging_service_sid": service,
        "validity_period": 600,
        "status_callback": "http://127.0.0.1:9/v1/receipts/twilio",
    }


@pytest.mark.parametrize(
    ("text", "encoding", "segments"),
    [
        ("a" * 160, "GSM-7", 1),
        ("a" * 161, "GSM-7", 2),
        ("a" * 306, "GSM-7", 2),
        ("a" * 307, "GSM-7", 3),
        ("àèéìòù" + "a" * 154, "GSM-7", 1),
        ("€" * 80, "GSM-7", 1),
        ("€" * 81, "GSM-7", 2),
        ("a" * 152 + "€" * 5, "GSM-7", 2),
        ("a" * 152 + "€" * 77, "GSM-7", 3),  # 306 septets, but the first segment can not hold half a sign
        ("ồ" * 70, "UCS-2", 1),
        ("ồ" * 71, "UCS-2", 2),
        ("ồ" * 134, "UCS-2", 2),
        ("ồ" * 135, "UCS-2", 3),
        ("🙂" * 35, "UCS-2", 1),
        ("🙂" * 67, "UCS-2", 3),  # 134 units, but no pair is cut in two
    ],
)
async def test_a_number_of_ours_tells_the_segments_at_once(send, outbox, text, encoding, segments):
    """With a sender of its own a message is queued, and its segments are counted as 3GPP has it."""
    sent = await send(from_="+15005550006", body=text)
    assert (sent.status, sent.num_segments) == ("queued", str(segments))
    (item,) = await outbox(channel="sms")
    assert (item["from"], item["encoding"], item["segments"]) == ("+15005550006", encoding, segments)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": ""}, 21604),
        ({"To": "0900000001"}, 21211),
        ({"To": "84900000001"}, 21211),
        ({"To": "+15005550001"}, 21211),
        ({"To": "+15005550002"}, 21612),
        ({"To": "+15005550003"}, 21408),
        ({"To": "+15005550004"}, 21610),
        ({"To": "+15005550009"}, 21614),
        ({"From": ""}, 21603),
        ({"From": "a name that is too long"}, 21212),
        ({"From": "+15005550001"}, 21212),
        ({"From": "+15005550007"}, 21606),
        ({"From": "+15005550008"}, 21611),
        ({"MessagingServiceSid": "MG0"}, 21705),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"ValidityPeriod": "0"}, 21624),
        ({"ValidityPeriod": "36001"}, 21624),
        ({"ValidityPeriod": "soon"}, 21624),
        ({"StatusCallback": "/v1/receipts/twilio"}, 21609),
    ],
)
async def test_what_twilio_would_not_take_is_refused(post, outbox, form, code):
    """Each wrong request has Twilio's number and 400, and leaves nothing."""
    response = await post(**form)
    assert response.status_code == 400
    body = response.json()
    assert (body["code"], body["status"]) == (code, 400)
    assert body["more_info"].endswith(f"/{code}")
    assert body["message"]
    assert await outbox() == []


async def test_who_does_not_know_the_secret_is_turned_away(post, http, accounts):
    """A wrong secret, none at all and a malformed one are 20003; another account is not found."""
    account = accounts["twilio"]["account_sid"]
    wrong = await post(auth=(account, "guess"))
    none = await http.post(wrong.request.url.path)
    malformed = await http.post(wrong.request.url.path, headers={"Authorization": "Basic *"})
    for response in (wrong, none, malformed):
        assert (response.status_code, response.json()["code"]) == (401, 20003)
    other = await post(account="AC0")
    assert (other.status_code, other.json()["code"]) == (404, 20404)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"kind": "refuse", "code": "21610"}, (400, 21610)),
        ({"kind": "refuse", "code": "20003"}, (401, 20003)),
        ({"kind": "refuse", "code": "20429"}, (429, 20429)),
        ({"kind": "status", "code": 429, "retry_after": 3}, (429, 20429)),
        ({"kind": "status", "code": 503}, (503, 20503)),
        ({"kind": "status", "code": 401}, (401, 20003)),
    ],
)
async def test_scripted_refusals(send, script, outbox, fault, told):
    """The SDK raises what the script says, with Twilio's number; the next message goes through."""
    await script("sms", fault, match={"to": "+8490000000?"})
    with pytest.raises(TwilioRestException) as refused:
        await send()
    assert (refused.value.status, refused.value.code) == told
    await send()
    assert len(await outbox()) == 1


async def test_too_many_says_when_to_come_back(post, script):
    """The time to wait is in the header."""
    await script("sms", {"kind": "status", "code": 429, "retry_after": 3})
    assert (await post()).headers["Retry-After"] == "3"


async def test_accept_then_hang(post, script, outbox):
    """The sender hears nothing although the message is in the outbox."""
    await script("sms", {"kind": "accept_then_hang", "seconds": 30})
    task = asyncio.create_task(post())
    (item,) = await outbox(channel="sms", wait=5)
    assert item["text"] == "x"
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_same_text_to_the_same_number_is_a_repeat(post, outbox, http):
    """Another text or another number is not."""
    for form in ({}, {}, {"Body": "y"}, {"To": "+84900000002"}):
        assert (await post(**form)).status_code == 201
    first, second, *others = await outbox()
    assert second["duplicate_of"] == first["sequence"]
    assert not any("duplicate_of" in one for one in others)
    counts = (await http.get("/sandbox/outbox/counts")).json()
    assert (counts["sms"], counts["duplicates"]["sms"]) == (4, 1)


async def test_the_credentials_outlive_the_process(accounts):
    """Another sandbox has the same account, so that starting one anew shuts nobody out."""
    from infra.sandbox import launch

    with launch.running() as other:
        async with httpx.AsyncClient(base_url=other.http) as http:
            anew = (await http.get("/sandbox/accounts.json")).json()
    assert anew["twilio"] | {"base_url": ""} == accounts["twilio"] | {"base_url": ""}
    assert anew["zalo"]["refresh_token"] != accounts["zalo"]["refresh_token"]

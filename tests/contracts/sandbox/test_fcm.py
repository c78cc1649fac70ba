"""The FCM stand-in against firebase-admin."""

import asyncio
import time

import firebase_admin
import pytest
from firebase_admin import credentials, exceptions, messaging


@pytest.fixture
async def app(sandbox, http, monkeypatch):
    """A Firebase app that takes the sandbox for Google."""
    account = (await http.get("/sandbox/service-account.json")).json()
    url = f"{sandbox.http}/fcm/v1/projects/{{0}}/messages:send"
    monkeypatch.setattr(messaging._MessagingService, "FCM_URL", url)
    app = firebase_admin.initialize_app(credentials.Certificate(account), {"httpTimeout": 2}, name="sandbox")
    yield app
    # Deleting blocks on the loop that the client runs on.
    await asyncio.to_thread(firebase_admin.delete_app, app)


@pytest.fixture
def send(app):
    async def send(*tokens, **rest):
        messages = [
            messaging.Message(
                fid=token,
                notification=messaging.Notification(title="Hồ sơ", body="Đã tiếp nhận"),
                data={"dossier_code": "000.00.00.H26-261121-0001"} | rest,
            )
            for token in tokens
        ]
        batch = await messaging.send_each_async(messages, app=app)
        return batch.responses

    return send


async def test_messages_arrive_with_their_content(send, outbox):
    """Each message of a batch is accepted under a name and can be read back."""
    responses = await send("phone-1", "phone-2")
    assert all(one.message_id.startswith("projects/tindan-sandbox/messages/") for one in responses)
    assert len({one.message_id for one in responses}) == 2
    (item,) = await outbox(channel="push", to="phone-1")
    assert item["name"] in {one.message_id for one in responses}
    assert (item["subject"], item["text"]) == ("Hồ sơ", "Đã tiếp nhận")
    assert item["notification"] == {"title": "Hồ sơ", "body": "Đã tiếp nhận"}
    assert item["data"] == {"dossier_code": "000.00.00.H26-261121-0001"}


async def test_the_older_way_to_name_a_device(app, outbox):
    """A registration token is an address as an installation id is."""
    with pytest.warns(DeprecationWarning, match="fid"):
        message = messaging.Message(token="phone-1", data={"a": "b"})
    await messaging.send_each_async([message], app=app)
    assert [item["to"] for item in await outbox()] == ["phone-1"]


async def test_a_message_to_a_topic_is_one_arrival(app, outbox):
    """A topic is an address of its own."""
    await messaging.send_each_async([messaging.Message(topic="tin-chung", data={"a": "b"})], app=app)
    (item,) = await outbox(channel="push")
    assert item["to"] == "/topics/tin-chung"


@pytest.mark.parametrize(
    ("token", "error"),
    [
        ("unregistered-7", messaging.UnregisteredError),
        ("senderid-mismatch-7", messaging.SenderIdMismatchError),
        ("invalid-7", exceptions.InvalidArgumentError),
    ],
)
async def test_a_token_can_be_bad_by_its_name(send, outbox, token, error):
    """The SDK tells each kind of bad token by its own class, and nothing is kept."""
    bad, good = await send(token, "phone-1")
    assert type(bad.exception) is error
    (detail,) = bad.exception.http_response.json()["error"]["details"]
    assert detail["@type"].endswith("FcmError")
    assert good.success
    assert [item["to"] for item in await outbox()] == ["phone-1"]


async def test_quota_says_when_to_come_back(send, script, outbox):
    """A 429 reaches the caller as exceeded quota with the time to wait."""
    await script("push", {"kind": "status", "code": 429, "retry_after": 2})
    (refused,) = await send("phone-1")
    assert type(refused.exception) is messaging.QuotaExceededError
    assert refused.exception.http_response.headers["Retry-After"] == "2"
    (accepted,) = await send("phone-1")
    assert accepted.success


async def test_unavailable_is_retried_inside_the_sdk(send, script, http, eventually):
    """The SDK repeats a 503 by itself, each try using up one turn of the script."""
    await script("push", {"kind": "status", "code": 503, "times": 10})

    async def tried_twice():
        return (await http.get("/sandbox/faults/push")).json()["script"][0]["times"] == 8

    sending = asyncio.create_task(send("phone-1"))
    await eventually(tried_twice)
    await http.delete("/sandbox/faults/push")
    (response,) = await sending
    assert response.success


async def test_refuse_by_the_name_of_an_error(send, script):
    """A script can refuse any token with any of FCM's errors."""
    await script("push", {"kind": "refuse", "code": "UNREGISTERED"}, match={"to": "phone-1"})
    other, refused = await send("phone-2", "phone-1")
    assert other.success
    assert type(refused.exception) is messaging.UnregisteredError


async def test_delay(send, script):
    """A delayed message is accepted late."""
    await script("push", {"kind": "delay", "seconds": 0.3})
    started = time.monotonic()
    (response,) = await send("phone-1")
    assert response.success
    assert time.monotonic() - started >= 0.3


async def test_accept_then_hang(send, script, outbox):
    """The SDK gives up although the message is in the outbox."""
    await script("push", {"kind": "accept_then_hang", "seconds": 30})
    (response,) = await send("phone-1")
    assert type(response.exception) is exceptions.DeadlineExceededError
    assert [item["to"] for item in await outbox()] == ["phone-1"]


async def test_a_repeat_is_known_by_the_id_of_the_notice(send, outbox):
    """Two sends of one notice to one device are a repeat even if the second says so in its data."""
    await send("phone-1", notification_id="7")
    await send("phone-1", notification_id="7", possible_duplicate="true")
    await send("phone-1", notification_id="8")
    first, second, third = await outbox()
    assert second["duplicate_of"] == first["sequence"]
    assert "duplicate_of" not in third


async def test_a_dry_run_leaves_nothing(app, outbox):
    """A message that is only to be validated is answered and not kept."""
    message = messaging.Message(fid="phone-1", data={"a": "b"})
    batch = await messaging.send_each_async([message], dry_run=True, app=app)
    assert batch.responses[0].success
    assert await outbox() == []


async def test_topics(app, sandbox, http):
    """Devices come onto a topic and off it again; a bad token is counted as failed."""
    service = messaging._get_messaging_service(app)
    service._fcm_topic_url = f"{sandbox.http}/fcm/v1/projects/tindan-sandbox/registrations"
    tokens = ["phone-1", "phone-2", "unregistered-1"]
    result = await messaging.subscribe_to_topic_async(tokens, "tin-chung", app=app)
    assert (result.success_count, result.errors[0].index) == (2, 2)
    assert (await http.get("/sandbox/topics")).json() == {"tin-chung": ["phone-1", "phone-2"]}
    await messaging.unsubscribe_from_topic_async(["phone-1", "phone-2"], "tin-chung", app=app)
    assert (await http.get("/sandbox/topics")).json() == {}


async def test_only_tokens_issued_here_are_taken(http, sandbox):
    """A sender without an access token of the sandbox is turned away as Google does."""
    url = "/fcm/v1/projects/tindan-sandbox/messages:send"
    response = await http.post(url, json={"message": {"token": "a"}}, headers={"Authorization": "Bearer x"})
    assert response.status_code == 401
    assert response.json()["error"]["status"] == "UNAUTHENTICATED"


async def test_an_assertion_of_another_key_is_refused(http, sandbox):
    """The token service checks the signature of the service account's assertion."""
    from google.auth import crypt, jwt
    from joserfc.jwk import RSAKey

    foreign = crypt.RSASigner.from_string(RSAKey.generate_key(2048).as_pem(private=True))
    account = (await http.get("/sandbox/service-account.json")).json()
    now = int(time.time())
    claims = {"iss": account["client_email"], "aud": account["token_uri"], "iat": now, "exp": now + 60}
    grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    for signer, status in ((foreign, 400), (crypt.RSASigner.from_service_account_info(account), 200)):
        form = {"grant_type": grant_type, "assertion": jwt.encode(signer, claims).decode()}
        assert (await http.post("/google/token", data=form)).status_code == status


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "message"),
        ({"message": {"data": {"a": "b"}}}, "message"),
        ({"message": {"token": "a", "topic": "b"}}, "message"),
        ({"message": {"topic": "not a topic"}}, "message.topic"),
        ({"message": {"token": "a", "data": {"n": 1}}}, "message.data"),
        ({"message": {"token": "a", "data": {"n": "x" * 4096}}}, "message"),
    ],
)
async def test_a_malformed_message_does_not_speak_against_its_token(app, http, body, field):
    """The wrong form is named, and carries no FcmError by which a sender would drop the token."""
    token = await asyncio.to_thread(app.credential.get_access_token)
    response = await http.post(
        "/fcm/v1/projects/p/messages:send",
        json=body,
        headers={"Authorization": f"Bearer {token.access_token}"},
    )
    assert response.status_code == 400
    (detail,) = response.json()["error"]["details"]
    assert detail["@type"].endswith("BadRequest")
    assert detail["fieldViolations"][0]["field"] == field

"""What is particular to push: the message itself, access tokens, and what firebase-admin must not do."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from notify.channels.push import PushChannel
from notify.ports import OutcomeKind
from notify.settings import FcmAccount

TOKEN = {"access_token": "ya29.test", "expires_in": 3600, "token_type": "Bearer"}
SENT = (200, {"name": "projects/test/messages/1"})


@dataclass
class Google:
    """A server that answers as it is told: token endpoint and FCM in one.

    Attributes:
        answers: status, body and headers for one request to FCM after the other; the last one stays.
            None hangs up without a word.
        token: the same for the token endpoint.
        token_gate: holds the token endpoint back until it is set.
        gate: the same for FCM.
        token_asked: whether the token endpoint was reached.
    """

    answers: list = field(default_factory=lambda: [SENT])
    token: tuple = (200, TOKEN)
    token_gate: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    token_asked: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[str] = field(default_factory=list)
    authorizations: set[str] = field(default_factory=set)

    async def serve(self, reader, writer):
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")
                headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
                await reader.readexactly(int(headers.get("content-length", 0)))
                path = lines[0].split()[1]
                self.asked.append(path)
                self.authorizations.add(headers.get("authorization", ""))
                if (answer := await self.answer(path)) is None:
                    break
                writer.write(answer)
                await writer.drain()
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    async def answer(self, path):
        if path == "/token":
            self.token_asked.set()
            await self.token_gate.wait()
            given = self.token
        else:
            await self.gate.wait()
            given = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if given is None:
            return None
        status, body, *headers = given
        raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        lines = [f"HTTP/1.1 {status} x", f"content-length: {len(raw)}", *headers, "", ""]
        return "\r\n".join(lines).encode() + raw


@pytest.fixture
async def google():
    """A Google that answers at once."""
    google = Google()
    google.token_gate.set()
    google.gate.set()
    return google


@pytest.fixture
async def channel(google, credentials):
    """A channel to that Google."""
    server = await asyncio.start_server(google.serve, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    info = json.loads(credentials) | {"token_uri": f"{base}/token"}
    channel = PushChannel(FcmAccount(info=info, url=f"{base}/send"), timeout=timedelta(seconds=3))
    yield channel
    await channel.close()
    server.close()


async def test_the_message_says_what_the_app_needs(push):
    """Title and text for the screen, ids and link for the app, and how long and how soon for both systems."""
    outgoing = push.outgoing(urgent=False, expires_at=datetime.now(UTC) + timedelta(hours=2))
    (outcome,) = await push.channel.send([outgoing])
    (arrived,) = await push.outbox()
    message, notice = arrived["message"], str(outgoing.notification_id)
    assert outcome.provider_id == arrived["name"]
    assert message["token"] == outgoing.target
    assert message["notification"] == {"title": outgoing.title, "body": outgoing.text}
    assert message["data"] == {"notification_id": notice, "category": "status_change", "link": outgoing.link}
    assert message["android"]["priority"] == "normal"
    assert 7190 < float(message["android"]["ttl"].rstrip("s")) <= 7200
    assert message["android"]["notification"] == {"tag": notice}
    assert "collapse_key" not in message["android"]
    assert message["apns"]["headers"] == {
        "apns-push-type": "alert",
        "apns-priority": "5",
        "apns-expiration": str(int(outgoing.expires_at.timestamp())),
        "apns-collapse-id": notice,
    }


async def test_what_is_urgent_wakes_the_phone(push):
    """Both systems are told to deliver at once."""
    await push.channel.send([push.outgoing(urgent=True)])
    (arrived,) = await push.outbox()
    assert arrived["message"]["android"]["priority"] == "high"
    assert arrived["message"]["apns"]["headers"]["apns-priority"] == "10"


@pytest.mark.parametrize(("left", "ttl"), [(timedelta(days=90), "2419200s"), (timedelta(days=-1), "0s")])
async def test_a_message_lives_as_long_as_firebase_allows(push, left, ttl):
    """The time to live is never over four weeks and never below nothing."""
    await push.channel.send([push.outgoing(expires_at=datetime.now(UTC) + left)])
    (arrived,) = await push.outbox()
    assert arrived["message"]["android"]["ttl"] == ttl


async def test_a_phone_may_be_named_by_its_installation(push):
    """An installation ID is told from a registration token by its form."""
    await push.channel.send([push.outgoing(target="cAbcdefghijklmnopqrst_-"[:22])])
    (arrived,) = await push.outbox()
    assert arrived["message"]["fid"] == "cAbcdefghijklmnopqrst_-"[:22]
    assert "token" not in arrived["message"]


@pytest.mark.parametrize(("length", "kind"), [(1800, OutcomeKind.ACCEPTED), (2200, OutcomeKind.REJECTED)])
async def test_a_message_too_large_says_nothing_of_the_phone(push, length, kind):
    """More than 4,096 bytes are rejected before Firebase could blame the token for them."""
    (outcome,) = await push.channel.send([push.outgoing(text="ư" * length)])
    assert outcome.kind is kind
    assert outcome.code == (None if kind is OutcomeKind.ACCEPTED else "payload-size")
    assert len(await push.outbox()) == (kind is OutcomeKind.ACCEPTED)


async def test_throttling_says_for_how_long(push):
    """The time that Firebase asks for is passed on."""
    await push.script({"kind": "status", "code": 429, "retry_after": 7})
    (outcome,) = await push.channel.send([push.outgoing()])
    assert (outcome.kind, outcome.retry_after) == (OutcomeKind.THROTTLED, timedelta(seconds=7))


async def test_the_limit_of_a_call_holds_whatever_the_library_waits_for(google, channel, outgoing):
    """Time runs out for the call as a whole, not for each of its steps."""
    await channel.send([outgoing()])
    google.gate.clear()
    channel.timeout = timedelta(seconds=0.2)
    (outcome,) = await channel.send([outgoing()])
    google.gate.set()
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, "timeout")


async def test_a_call_too_short_to_open_the_client_is_not_in_vain(channel, outgoing):
    """What a call began before its time was over serves the next one."""
    channel.timeout = timedelta(milliseconds=1)
    (outcome,) = await channel.send([outgoing()])
    assert (outcome.kind, outcome.code) == (OutcomeKind.RETRYABLE, "timeout")
    channel.timeout = timedelta(seconds=30)
    assert (await channel.send([outgoing()]))[0].kind is OutcomeKind.ACCEPTED


@pytest.mark.parametrize("status", [500, 503])
async def test_repeating_is_left_to_the_dispatcher(google, channel, outgoing, status):
    """One send is one request, and takes no seconds of waiting inside the library."""
    google.answers = [(status, {})]
    (outcome,) = await channel.send([outgoing()])
    assert outcome.kind is OutcomeKind.RETRYABLE
    assert google.asked == ["/token", "/send"]


async def test_a_token_that_is_refused_is_fetched_anew_by_the_next_call(google, channel, outgoing):
    """An answer 401 is not asked for again and again, and the next call begins with a new token."""
    google.answers = [(401, {"error": {"status": "UNAUTHENTICATED"}}), SENT]
    assert (await channel.send([outgoing()]))[0].kind is OutcomeKind.MISCONFIGURED
    assert (await channel.send([outgoing()]))[0].kind is OutcomeKind.ACCEPTED
    assert google.asked == ["/token", "/send", "/token", "/send"]
    assert google.authorizations == {"", "bearer ya29.test"}


async def test_a_token_is_fetched_once_for_all(google, channel, outgoing):
    """Calls side by side share one access token."""
    await asyncio.gather(*(channel.send([outgoing(), outgoing()]) for _ in range(3)))
    assert google.asked.count("/token") == 1
    assert google.asked.count("/send") == 6


async def test_the_loop_runs_while_a_token_is_fetched(google, channel, outgoing):
    """A slow token endpoint holds up the push and nothing else in the process."""
    google.token_gate.clear()
    sending = asyncio.create_task(channel.send([outgoing()]))
    # The server of this test runs in the same loop: it would stand still with it.
    await asyncio.wait_for(google.token_asked.wait(), timeout=3)
    google.token_gate.set()
    assert (await sending)[0].kind is OutcomeKind.ACCEPTED


@pytest.mark.parametrize(
    ("token", "means"),
    [
        ((400, {"error": "invalid_grant"}), (OutcomeKind.MISCONFIGURED, "invalid_grant")),
        ((200, {}), (OutcomeKind.MISCONFIGURED, "RefreshError")),
        ((200, "<html>"), (OutcomeKind.RETRYABLE, "token-endpoint")),
        (None, (OutcomeKind.RETRYABLE, "token-endpoint")),
    ],
)
async def test_without_a_token_nothing_is_sent(google, channel, outgoing, token, means):
    """An account that is refused stops the channel; an endpoint that is away does not."""
    google.token = token
    outcomes = await channel.send([outgoing(), outgoing()])
    assert [(outcome.kind, outcome.code) for outcome in outcomes] == [means] * 2
    assert "/send" not in google.asked


STRANGE = [
    ((200, "<html>"), OutcomeKind.UNKNOWN),
    ((200, {}), OutcomeKind.UNKNOWN),
    ((200, []), OutcomeKind.UNKNOWN),
    ((400, {"error": "no dictionary"}), OutcomeKind.UNKNOWN),
    ((400, {"error": {"details": [7]}}), OutcomeKind.UNKNOWN),
    ((400, "wrong"), OutcomeKind.REJECTED),
    ((418, {}), OutcomeKind.REJECTED),
    ((502, "<html>Bad gateway</html>"), OutcomeKind.UNKNOWN),
    ((503, "\x00"), OutcomeKind.RETRYABLE),
    ((599, {}), OutcomeKind.UNKNOWN),
    (None, OutcomeKind.UNKNOWN),
]


async def test_an_answer_that_nobody_understands_spoils_itself_alone(google, channel, outgoing):
    """Whatever comes back, it is an outcome, and the other messages of the batch keep theirs."""
    for answer, kind in STRANGE:
        google.answers = [answer, SENT]
        outcomes = await channel.send([outgoing(), outgoing(), outgoing()])
        found = sorted(outcome.kind for outcome in outcomes)
        assert found == sorted([OutcomeKind.ACCEPTED, OutcomeKind.ACCEPTED, kind]), answer

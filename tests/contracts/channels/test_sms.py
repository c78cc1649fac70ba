"""What is particular to text messages: the request, what the SDK must not do, and the reports that come back."""

import asyncio
import functools
import json
import logging
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from notify.accounts.twilio import TwilioAccount
from notify.channels.sms import SmsChannel
from notify.channels.sms.receipts import TwilioReceiptReader
from notify.ports import ForgedReceiptError, OutcomeKind, ReceiptState
from notify.text import Alphabet, count_segments, fit

CREATED = (201, {"sid": "SM1", "status": "accepted", "num_segments": "0"})
SENT, DELIVERED, FAILED = ReceiptState.SENT, ReceiptState.DELIVERED, ReceiptState.FAILED
CALLBACK = "https://api.tindan.example/v1/receipts/twilio"
NOTICE = "Hồ sơ 000.00.00.H26-261121-0001 “cần bổ sung”… Xem: https://app.tindan.example/d/8f3kq2 {~}"


@dataclass
class Server:
    """A server on loopback that answers as it is told, and keeps what it was sent.

    Attributes:
        answers: status, body and headers for one request after the other; the last one stays. None hangs up
            without a word.
        gate: holds the answers back until it is set.
        seen: method and path, headers by lower-case name, and body of each request.
        arrived: set by each request, for those who wait for more.
    """

    answers: list = field(default_factory=lambda: [CREATED])
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    seen: list = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    base: str = ""

    async def serve(self, reader, writer):
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                request, *lines = head.decode().split("\r\n")
                headers = {
                    name.lower(): value for name, value in (line.split(": ", 1) for line in lines if line)
                }
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                async with self.arrived:
                    self.seen.append((request, headers, body))
                    self.arrived.notify_all()
                await self.gate.wait()
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                if answer is None:
                    break
                writer.write(written(*answer))
                await writer.drain()
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    async def receive(self, number):
        """Return so many requests, as soon as they are there."""
        async with asyncio.timeout(10), self.arrived:
            await self.arrived.wait_for(lambda: len(self.seen) >= number)
        return self.seen[:number]


def written(status, body, *headers):
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} x", f"content-length: {len(raw)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + raw


@pytest.fixture
async def server():
    """A server that answers at once."""
    given = Server()
    given.gate.set()
    listening = await asyncio.start_server(given.serve, "127.0.0.1", 0)
    given.base = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield given
    listening.close()


@pytest.fixture
async def channel(server):
    """A channel to that server, in place of Twilio."""
    account = TwilioAccount(
        account_sid="AC1",
        auth_token="secret",
        messaging_service_sid=None,
        sender="+15005550006",
        url=server.base,
        status_callback=CALLBACK,
    )
    channel = SmsChannel(account, timeout=timedelta(seconds=3))
    yield channel
    await channel.close()


@pytest.fixture
def outgoing(outgoing):
    """Make messages to a phone."""
    return functools.partial(outgoing, target="+84912345678")


@pytest.mark.parametrize("alphabet", Alphabet)
async def test_the_message_says_what_was_written(sms, alphabet):
    """Text, number, service and reports are as we gave them, and Twilio counts the segments that we count."""
    text = fit(NOTICE, alphabet)
    outgoing = sms.outgoing(text=text, expires_at=datetime.now(UTC) + timedelta(minutes=5))
    (outcome,) = await sms.channel.send([outgoing])
    (arrived,) = await sms.outbox()
    assert outcome.provider_id == arrived["sid"]
    assert arrived["to"] == outgoing.target
    assert arrived["text"] == text
    assert arrived["segments"] == count_segments(text)
    assert arrived["messaging_service_sid"] == sms.channel._account.messaging_service_sid
    callback = f"http://127.0.0.1:8080/v1/receipts/twilio?delivery={outgoing.delivery_id}"
    assert arrived["status_callback"] == callback
    assert 290 <= arrived["validity_period"] <= 300


@pytest.mark.parametrize(
    ("left", "seconds"),
    [(timedelta(days=3), 36_000), (timedelta(milliseconds=5), 1), (timedelta(days=-1), 1)],
)
async def test_a_message_lives_as_long_as_twilio_allows(sms, left, seconds):
    """Ten hours at the most, and a second at the least."""
    await sms.channel.send([sms.outgoing(expires_at=datetime.now(UTC) + left)])
    (arrived,) = await sms.outbox()
    assert arrived["validity_period"] == seconds


@pytest.mark.parametrize(
    ("number", "means"),
    [
        ("+15005550001", (OutcomeKind.UNREACHABLE, "21211")),
        ("+15005550002", (OutcomeKind.UNREACHABLE, "21612")),
        ("+15005550003", (OutcomeKind.UNREACHABLE, "21408")),
        ("+15005550004", (OutcomeKind.UNREACHABLE, "21610")),
        ("+15005550009", (OutcomeKind.UNREACHABLE, "21614")),
        ("0912 345 678", (OutcomeKind.UNREACHABLE, "21211")),
    ],
)
async def test_the_numbers_that_twilio_keeps_for_tests(sms, number, means):
    """Each of them fails in its own way."""
    (outcome,) = await sms.channel.send([sms.outgoing(target=number)])
    assert (outcome.kind, outcome.code) == means


async def test_throttling_says_for_how_long(sms):
    """The SDK's errors leave out the time that Twilio asks for; it is passed on all the same."""
    await sms.script({"kind": "status", "code": 429, "retry_after": 7})
    (outcome,) = await sms.channel.send([sms.outgoing()])
    assert (outcome.kind, outcome.retry_after) == (OutcomeKind.THROTTLED, timedelta(seconds=7))


async def test_a_wrong_token_stops_the_channel(sms):
    """An account that Twilio does not know is our mistake, not the message's."""
    channel = SmsChannel(replace(sms.channel._account, auth_token="wrong"))
    (outcome,) = await channel.send([sms.outgoing()])
    await channel.close()
    assert (outcome.kind, outcome.code) == (OutcomeKind.MISCONFIGURED, "20003")


async def test_a_message_longer_than_twilio_takes_is_rejected(sms):
    """1,600 characters are the most."""
    outcomes = await sms.channel.send([sms.outgoing(text="a" * length) for length in (1600, 1601)])
    assert [(one.kind, one.code) for one in outcomes] == [
        (OutcomeKind.ACCEPTED, None),
        (OutcomeKind.REJECTED, "21617"),
    ]


async def test_one_send_is_one_request(server, channel, outgoing):
    """The request is what Twilio documents, and the SDK neither repeats it nor follows elsewhere."""
    server.answers = [(500, {}), (307, {}, f"location: {server.base}/elsewhere"), CREATED]
    kinds = [(await channel.send([outgoing(text="Chào")]))[0].kind for _ in range(3)]
    assert kinds == [OutcomeKind.RETRYABLE, OutcomeKind.REJECTED, OutcomeKind.ACCEPTED]
    assert len(server.seen) == 3
    for request, headers, body in server.seen:
        assert request == "POST /2010-04-01/Accounts/AC1/Messages.json HTTP/1.1"
        assert headers["authorization"] == "Basic QUMxOnNlY3JldA=="
        assert headers["content-type"] == "application/x-www-form-urlencoded"
        assert b"To=%2B84912345678" in body
        assert b"From=%2B15005550006" in body
        assert b"MessagingServiceSid" not in body
        assert b"SmartEncoded=false" in body


async def test_the_limit_of_a_call_holds(server, channel, outgoing):
    """Time runs out for the call as a whole, and what was sent by then may have been taken."""
    await channel.send([outgoing()])
    server.gate.clear()
    channel.timeout = timedelta(seconds=0.2)
    (outcome,) = await channel.send([outgoing()])
    server.gate.set()
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, "timeout")


async def test_the_limit_of_a_request_holds(server, outgoing, channel):
    """The time that the client was made with is kept, which the SDK's own client does not do."""
    hasty = SmsChannel(channel._account, timeout=timedelta(seconds=0.6))
    await hasty._open()
    hasty.timeout = timedelta(seconds=30)
    server.gate.clear()
    (outcome,) = await hasty.send([outgoing()])
    server.gate.set()
    await hasty.close()
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, "ReadTimeout")


async def test_a_call_too_short_to_open_the_client_is_not_in_vain(channel, outgoing):
    """What a call began before its time was over serves the next one."""
    channel.timeout = timedelta(microseconds=1)
    (outcome,) = await channel.send([outgoing()])
    assert (outcome.kind, outcome.code) == (OutcomeKind.RETRYABLE, "timeout")
    channel.timeout = timedelta(seconds=30)
    assert (await channel.send([outgoing()]))[0].kind is OutcomeKind.ACCEPTED


async def test_no_log_names_anybody(channel, outgoing, caplog):
    """Neither the number nor the text is written down, even when everything is."""
    caplog.set_level(logging.DEBUG)
    await channel.send([outgoing(text="Chao ong Nguyen")])
    assert "Messages.json" in caplog.text
    assert "84912345678" not in caplog.text
    assert "Nguyen" not in caplog.text


STRANGE = [
    ((200, "<html>"), OutcomeKind.UNKNOWN),
    ((201, ""), OutcomeKind.UNKNOWN),
    ((201, {}), OutcomeKind.UNKNOWN),
    ((201, []), OutcomeKind.UNKNOWN),
    ((201, "7"), OutcomeKind.UNKNOWN),
    ((201, {"sid": 7}), OutcomeKind.UNKNOWN),
    ((201, {"sid": "SM1", "date_created": 7}), OutcomeKind.UNKNOWN),
    ((201, {"sid": "SM1", "date_created": "Sat, 21 Nov 2026 99:31:30 +0000"}), OutcomeKind.UNKNOWN),
    ((400, {"error": "no number"}), OutcomeKind.REJECTED),
    ((400, {"code": 21610, "title": "x", "type": "y", "status": 400}), OutcomeKind.UNREACHABLE),
    ((400, "wrong"), OutcomeKind.REJECTED),
    ((418, {}), OutcomeKind.REJECTED),
    ((502, "<html>Bad gateway</html>"), OutcomeKind.UNKNOWN),
    ((503, "\x00"), OutcomeKind.RETRYABLE),
    ((599, {}), OutcomeKind.UNKNOWN),
    (None, OutcomeKind.UNKNOWN),
]


async def test_an_answer_that_nobody_understands_spoils_itself_alone(server, channel, outgoing):
    """Whatever comes back, it is an outcome, and the other messages of the batch keep theirs."""
    for answer, kind in STRANGE:
        server.answers = [answer, CREATED]
        outcomes = await channel.send([outgoing(), outgoing(), outgoing()])
        found = Counter(outcome.kind for outcome in outcomes)
        assert found == Counter([OutcomeKind.ACCEPTED, OutcomeKind.ACCEPTED, kind]), answer


@pytest.fixture
def receive(sms, http, server):
    """Send one message under a script of reports, and return its outcome with what those who listen read."""
    server.answers = [(204, "")]
    token = sms.channel._account.auth_token

    async def received(script, *, reports):
        await http.put("/sandbox/receipts/sms", json={"script": [script]})
        outgoing = sms.outgoing()
        (outcome,) = await sms.open(public_url=server.base).send([outgoing])
        reader, now = TwilioReceiptReader(token), datetime.now(UTC)
        receipts = []
        for request, headers, body in await server.receive(reports):
            method, target, _ = request.split()
            assert (method, target.partition("?")[0]) == ("POST", "/v1/receipts/twilio")
            receipts += reader.read(url=server.base + target, headers=headers, body=body, now=now)
        assert {receipt.provider_id for receipt in receipts} == {outcome.provider_id}
        assert {receipt.delivery_id for receipt in receipts} == {outgoing.delivery_id}
        return receipts

    return received


@pytest.mark.parametrize(
    ("script", "states"),
    [
        ({"kind": "usual"}, [SENT, SENT, DELIVERED]),
        ({"kind": "early"}, [SENT, SENT, DELIVERED]),
        ({"kind": "reordered"}, [DELIVERED, SENT, SENT]),
        ({"kind": "duplicate"}, [SENT, SENT, DELIVERED, DELIVERED]),
        ({"kind": "failed", "code": "30003"}, [SENT, SENT, FAILED]),
    ],
)
async def test_reports_are_of_the_message_that_was_sent(receive, script, states):
    """Reports bear the name that the send was given, and a repeat bears the same as the first."""
    receipts = await receive(script, reports=len(states))
    assert [receipt.state for receipt in receipts] == states
    assert len({receipt.event_id for receipt in receipts}) == 3


@pytest.mark.parametrize(("code", "unreachable"), [("30003", False), ("30005", True), ("30006", True)])
async def test_a_report_of_failure_says_whether_to_give_up(receive, code, unreachable):
    """A phone that is off may be on tomorrow; a number that nobody has stays so."""
    *_, last = await receive({"kind": "failed", "code": code}, reports=3)
    assert (last.state, last.code, last.unreachable) == (FAILED, code, unreachable)


async def test_a_forged_report_is_told_from_a_true_one(receive):
    """Who does not know the token can not say that a message arrived."""
    with pytest.raises(ForgedReceiptError):
        await receive({"kind": "forged"}, reports=3)

"""What is particular to Zalo: templates, tokens that go stale, and answers of every kind."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from notify.channels.zalo import ZaloChannel
from notify.ports import OutcomeKind
from tests.contracts.channels.conftest import zalo_account

ACCEPTED, RETRYABLE, REJECTED = OutcomeKind.ACCEPTED, OutcomeKind.RETRYABLE, OutcomeKind.REJECTED
UNKNOWN, UNREACHABLE = OutcomeKind.UNKNOWN, OutcomeKind.UNREACHABLE
SENT = {"error": 0, "message": "Success", "data": {"msg_id": "m1", "sent_time": "1"}}
SCHEMA = {
    "error": "0",
    "data": {"templateId": "1", "listParams": [{"name": "code", "require": True, "maxLength": "30"}]},
}
TEMPLATE, SEND = "/template/info/v2", "/message/template"


@dataclass
class Zalo:
    """A server that answers as it is told.

    Attributes:
        answers: by path, what to answer to one request after the other; the last one stays. A dictionary is
            sent as JSON, a number is a status of HTTP; None hangs up, and an event is waited for first.
        stale: access tokens that are taken no more.
        asked: the paths of all requests.
        bodies: what was sent.
        shown: the access tokens that came.
    """

    answers: dict[str, list]
    stale: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    bodies: list[dict] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    async def serve(self, reader, writer):
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                lines = head.split("\r\n")
                headers = {
                    name.lower(): value
                    for name, _, value in (line.partition(": ") for line in lines[1:] if line)
                }
                raw = await reader.readexactly(int(headers.get("content-length", 0)))
                if (answer := await self.answer(lines[0].split()[1], headers, raw)) is None:
                    break
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionResetError):
            pass
        finally:
            writer.close()

    async def answer(self, path, headers, raw):
        path = path.partition("?")[0]
        self.asked.append(path)
        self.shown.append(headers["access_token"])
        if headers["access_token"] in self.stale:
            return reply(200, {"error": -124, "message": "Access token invalid"})
        if raw:
            self.bodies.append(json.loads(raw))
        answers = self.answers[path]
        told = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(told, asyncio.Event):
            await told.wait()
            return None
        if told is None:
            return None
        return reply(told, "<html>") if isinstance(told, int) else reply(200, told)


def reply(status, body):
    raw = json.dumps(body).encode() if isinstance(body, dict) else body.encode()
    return f"HTTP/1.1 {status} x\r\ncontent-length: {len(raw)}\r\n\r\n".encode() + raw


@dataclass
class Clock:
    """A clock that is set by hand."""

    now: datetime = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock():
    """A clock that stands still."""
    return Clock()


@pytest.fixture
async def server():
    """A Zalo that knows one template and takes every message."""
    return Zalo(answers={TEMPLATE: [SCHEMA], SEND: [SENT]})


@pytest.fixture
async def channel(server, clock, accounts, tokens):
    """A channel to that server, whose tokens are the stand-in's."""
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    account = zalo_account(accounts["zalo"], port=listening.sockets[0].getsockname()[1])
    channel = ZaloChannel(account, tokens, timeout=timedelta(seconds=3), clock=clock)
    yield channel
    await channel.close()
    listening.close()


def to_phone(outgoing, **changes):
    return outgoing(
        **{"target": "+84981234567", "facts": {"code": "H26-261121-0001", "status": "s"}} | changes
    )


def seen(outcomes):
    return [(outcome.kind, outcome.code) for outcome in outcomes]


async def test_the_message_is_worded_by_its_template(zalo):
    """Facts and link go into the gaps, the number loses its plus, and the delivery names the message."""
    outgoing = zalo.outgoing(
        facts={"code": "H26-1", "status": "Đã có kết quả", "agency": "Sở Tư pháp", "secret": "x"}
    )
    (outcome,) = await zalo.channel.send([outgoing])
    (arrived,) = await zalo.outbox()
    message = arrived
    assert arrived["to"] == outgoing.target.removeprefix("+")
    assert message["msg_id"] == outcome.provider_id
    assert message["tracking_id"] == str(outgoing.delivery_id)
    assert message["template_data"] == {
        "code": "H26-1",
        "status": "Đã có kết quả",
        "agency": "Sở Tư pháp",
        "link": outgoing.link,
    }


async def test_a_long_name_is_cut_and_a_long_link_is_not(zalo):
    """The stand-in takes what was cut; what may not be cut is rejected before it is asked."""
    facts = zalo.outgoing().facts
    outcomes = await zalo.channel.send(
        [
            zalo.outgoing(facts={**facts, "procedure": "Cấp bản sao trích lục hộ tịch " * 10}),
            zalo.outgoing(link="https://app.tindan.example/" + "x" * 200),
        ]
    )
    assert seen(outcomes) == [(ACCEPTED, None), (REJECTED, "too-long-link")]
    (arrived,) = await zalo.outbox()
    procedure = arrived["template_data"]["procedure"]
    assert 170 < len(procedure) <= 200
    assert procedure.endswith(" trích…")


async def test_a_notice_that_fits_no_template_is_not_sent(zalo):
    """A category without one goes on to the next channel; one that lacks a fact can not go at all."""
    outcomes = await zalo.channel.send(
        [zalo.outgoing(category="unheard-of"), zalo.outgoing(facts={"code": "H26-1"})]
    )
    assert seen(outcomes) == [(UNREACHABLE, "no-template"), (REJECTED, "lacks-status")]
    assert await zalo.outbox() == []


@pytest.mark.parametrize(
    "target", ["", "0981234567", "84981234567", "+4915112345678", "+8424383838381", "+84９81234567"]
)
async def test_a_number_that_has_no_zalo_is_not_asked_for(server, channel, outgoing, target):
    """Only mobile numbers of Vietnam, in their international form, go out."""
    outcomes = await channel.send([to_phone(outgoing, target=target)])
    assert seen(outcomes) == [(UNREACHABLE, "address")]
    assert server.asked == []


async def test_what_goes_out_is_what_zalo_documents(server, channel, outgoing, tokens):
    """The body of a request, to the letter, with the token in a header of its own."""
    message = to_phone(outgoing)
    await channel.send([message])
    assert server.bodies == [
        {
            "phone": "84981234567",
            "template_id": "400001",
            "template_data": {"code": "H26-261121-0001"},
            "tracking_id": str(message.delivery_id),
            "sending_mode": "1",
        }
    ]
    assert set(server.shown) == {await tokens.access_token()}


async def test_a_stale_token_is_renewed_once_for_all(server, channel, outgoing, tokens):
    """Messages side by side, all refused for their token, share one renewal, and each is tried once more."""
    server.stale = {await tokens.access_token()}
    await channel.send([to_phone(outgoing)])
    fresh = await tokens.access_token()
    server.stale.add(fresh)
    server.asked.clear()
    outcomes = await channel.send([to_phone(outgoing) for _ in range(10)])
    assert seen(outcomes) == [(ACCEPTED, None)] * 10
    assert len(server.asked) == 20
    assert len(set(server.shown)) == 3


async def test_time_that_runs_out_over_a_renewal_leaves_nothing_in_doubt(
    server, channel, outgoing, tokens, http
):
    """The message was refused, so it is simply sent again; the renewal goes on without it."""
    await channel.send([to_phone(outgoing)])
    server.stale = {await tokens.access_token()}
    fault = {"script": [{"kind": "delay", "seconds": 0.5}]}
    assert (await http.put("/sandbox/faults/zalo-oauth", json=fault)).is_success
    channel.timeout = timedelta(seconds=0.2)
    assert seen(await channel.send([to_phone(outgoing)])) == [(RETRYABLE, "timeout")]
    channel.timeout = timedelta(seconds=5)
    assert seen(await channel.send([to_phone(outgoing)])) == [(ACCEPTED, None)]
    assert len(set(server.shown)) == 2


async def test_a_token_that_stays_stale_stops_the_channel(zalo, tokens):
    """It is renewed once and not over and over."""
    before = await tokens.access_token()
    await zalo.script({"kind": "refuse", "code": "-124", "times": 2})
    assert seen(await zalo.channel.send([zalo.outgoing()])) == [(OutcomeKind.MISCONFIGURED, "-124")]
    assert await tokens.access_token() != before
    assert seen(await zalo.channel.send([zalo.outgoing()])) == [(ACCEPTED, None)]


async def test_a_template_is_asked_about_once_an_hour(server, channel, outgoing, clock):
    """However many messages wait for it."""
    await asyncio.gather(*(channel.send([to_phone(outgoing)] * 5) for _ in range(3)))
    clock.now += timedelta(minutes=59)
    await channel.send([to_phone(outgoing)])
    assert server.asked.count(TEMPLATE) == 1
    clock.now += timedelta(minutes=1)
    await channel.send([to_phone(outgoing)])
    assert server.asked.count(TEMPLATE) == 2


@pytest.mark.parametrize("answer", [None, 502, {"error": -100}])
async def test_what_was_known_of_a_template_serves_on(server, channel, outgoing, clock, answer):
    """When Zalo does not tell, messages go out by what it told before."""
    await channel.send([to_phone(outgoing)])
    clock.now += timedelta(hours=2)
    server.answers[TEMPLATE] = [answer]
    assert seen(await channel.send([to_phone(outgoing)])) == [(ACCEPTED, None)]


@pytest.mark.parametrize(
    ("answer", "means"),
    [
        (None, (RETRYABLE, "RemoteProtocolError")),
        (502, (RETRYABLE, "template")),
        (503, (RETRYABLE, "http-503")),
        ({"error": 0, "data": {"listParams": "none"}}, (RETRYABLE, "template")),
        ({"error": -117}, (REJECTED, "-117")),
        ({"error": -115}, (OutcomeKind.MISCONFIGURED, "-115")),
    ],
)
async def test_without_its_template_a_message_does_not_leave(server, channel, outgoing, answer, means):
    """Nothing is unknown about it, and the next call asks anew."""
    server.answers[TEMPLATE] = [answer, SCHEMA]
    assert seen(await channel.send([to_phone(outgoing), to_phone(outgoing)])) == [means] * 2
    assert server.asked == [TEMPLATE]
    assert seen(await channel.send([to_phone(outgoing)])) == [(ACCEPTED, None)]


@pytest.mark.parametrize(("path", "kind"), [(TEMPLATE, RETRYABLE), (SEND, UNKNOWN)])
async def test_time_that_runs_out_is_told_by_how_far_one_came(server, channel, outgoing, path, kind):
    """Before the message left there is nothing to doubt."""
    gate = asyncio.Event()
    server.answers[path] = [gate]
    channel.timeout = timedelta(seconds=0.3)
    outcomes = await channel.send([to_phone(outgoing)])
    gate.set()
    assert seen(outcomes) == [(kind, "timeout")]


async def test_messages_that_waited_for_a_connection_never_left(server, channel, outgoing):
    """When Zalo hangs, those on the wire are unknown, and those behind them are simply sent again."""
    gate = asyncio.Event()
    server.answers[SEND] = [gate]
    channel.timeout = timedelta(seconds=0.5)
    outcomes = await channel.send([to_phone(outgoing) for _ in range(channel.batch_size)])
    gate.set()
    kinds = [kind for kind, _ in seen(outcomes)]
    assert kinds.count(UNKNOWN) == server.asked.count(SEND) > 0
    assert kinds.count(RETRYABLE) == channel.batch_size - kinds.count(UNKNOWN) > 0


async def test_an_answer_that_nobody_understands_spoils_itself_alone(server, channel, outgoing):
    """Whatever comes back, the other messages of the batch keep their outcomes."""
    strange = {"data": {"msg_id": "m2"}}
    for answer, kind in (
        (strange, UNKNOWN),
        (200, UNKNOWN),
        (None, UNKNOWN),
        ({"error": "-118"}, UNREACHABLE),
    ):
        server.answers[SEND] = [answer, SENT]
        outcomes = await channel.send([to_phone(outgoing) for _ in range(3)])
        assert sorted(kind for kind, _ in seen(outcomes)) == sorted([ACCEPTED, ACCEPTED, kind]), answer

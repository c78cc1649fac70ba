"""One pair of tokens for all workers, against a token endpoint whose refresh tokens are good for one use."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from structlog.testing import capture_logs

from notify.accounts.zalo import ZaloAccount
from notify.channels.zalo.oauth import TokenExchange
from notify.provider_tokens import StoredTokens, TokenRefusedError, TokenUnavailableError
from storage.cipher import Cipher
from storage.unit_of_work import UnitOfWork

START = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
SECRET = "app-secret"
HANG_UP = object()


@dataclass
class Clock:
    """A clock that is set by hand."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Zalo:
    """A token endpoint.

    Attributes:
        answers: what to answer in place of the usual, one after the other: bytes of a whole response, a
            number of Zalo's, or to hang up once the tokens are changed.
        asked: the refresh tokens that were shown.
        gate: holds answers back until it is set.
        reached: whether somebody waits at the gate.
    """

    good: set[str] = field(default_factory=lambda: {"first"})
    answers: list = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    number: int = 0

    async def serve(self, reader, writer):
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
            form = parse_qs((await reader.readexactly(int(headers["content-length"]))).decode())
            self.reached.set()
            await self.gate.wait()
            answer = self.answer(head.split()[1], headers, {name: one for name, (one,) in form.items()})
            if answer is not HANG_UP:
                writer.write(answer)
                await writer.drain()
        finally:
            writer.close()

    def answer(self, path, headers, form):
        self.asked.append(form["refresh_token"])
        told = self.answers.pop(0) if self.answers else None
        if isinstance(told, bytes):
            return told
        if isinstance(told, int):
            return reply({"error": told, "error_name": "told to"})
        assert (path, form["grant_type"], form["app_id"]) == (
            "/v4/oa/access_token",
            "refresh_token",
            "app-1",
        )
        if headers["secret_key"] != SECRET:
            return reply({"error": -14004, "error_name": "Invalid secret key"})
        if form["refresh_token"] not in self.good:
            return reply({"error": "-14014", "error_name": "Invalid refresh token"})
        self.good.remove(form["refresh_token"])
        self.number += 1
        self.good.add(f"refresh-{self.number}")
        tokens = {"access_token": f"access-{self.number}", "refresh_token": f"refresh-{self.number}"}
        return told or reply(tokens | {"expires_in": "90000"})


def reply(body, status=200):
    raw = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} x\r\ncontent-length: {len(raw)}\r\ncontent-type: text/plain\r\n\r\n"
    return head.encode() + raw


@pytest.fixture
def zalo():
    """A token endpoint that answers at once and knows the token `first`."""
    zalo = Zalo()
    zalo.gate.set()
    return zalo


@pytest.fixture
def clock():
    """A clock that stands still."""
    return Clock()


@pytest.fixture
async def worker(zalo, clock, unit_of_work):
    """Start workers: each has its own way to the same database and the same endpoint."""
    server = await asyncio.start_server(zalo.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    keepers = []

    def start(first="first", secret=SECRET, open_unit: Callable[[], UnitOfWork] = unit_of_work, patience=5.0):
        account = ZaloAccount(
            app_id="app-1",
            secret_key=secret,
            oa_secret="o",
            refresh_token=first,
            templates={},
            sending_mode="1",
            api_url="http://127.0.0.1:1",
            oauth_url=f"http://127.0.0.1:{port}",
        )
        exchange = TokenExchange(account, patience=patience).exchange
        keepers.append(StoredTokens("zalo", exchange, open_unit, first=first, clock=clock))
        return keepers[-1]

    yield start
    zalo.gate.set()
    for keeper in keepers:
        await keeper.close()
    server.close()


async def test_the_chain_begins_with_the_token_of_the_settings(worker, zalo):
    """The first worker spends it; the next one finds what it got, and asks nobody."""
    assert await worker().access_token() == "access-1"
    assert await worker().access_token() == "access-1"
    assert zalo.asked == ["first"]


async def test_of_many_workers_one_asks(worker, zalo):
    """Whether the table is empty or the token stale, eight workers make one exchange and share its tokens."""
    workers = [worker() for _ in range(8)]
    assert await asyncio.gather(*(one.access_token() for one in workers)) == ["access-1"] * 8
    again = (one.renew("access-1") for one in workers for _ in range(3))
    assert await asyncio.gather(*again) == ["access-2"] * 24
    assert zalo.asked == ["first", "refresh-1"]


async def test_a_pair_is_used_once_it_is_committed_and_not_lost_before(worker, zalo, unit_of_work):
    """What Zalo gave while the database went away is shown to nobody until the next try has kept it."""
    keeper = worker()
    zalo.gate.clear()
    asking = asyncio.create_task(keeper.access_token())
    await asyncio.wait_for(zalo.reached.wait(), timeout=5)
    async with unit_of_work() as uow:  # the connection on which the pair would be committed breaks
        await (await uow.driver()).execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
    zalo.gate.set()
    with pytest.raises(TokenUnavailableError):
        await asking
    assert await keeper.access_token() == "access-1"
    assert await worker().access_token() == "access-1"
    assert zalo.asked == ["first"]


async def test_a_token_of_25_hours_is_renewed_after_20(worker, zalo, clock):
    """Not a minute earlier, and by a worker that has it in memory as by one that has not."""
    keeper = worker()
    assert await keeper.access_token() == "access-1"
    clock.now = START + timedelta(hours=19, minutes=59)
    assert await keeper.access_token() == "access-1"
    assert await worker().access_token() == "access-1"
    clock.now = START + timedelta(hours=20)
    assert await keeper.access_token() == "access-2"
    assert zalo.asked == ["first", "refresh-1"]


async def test_a_token_serves_on_while_it_can_not_be_renewed(worker, zalo, clock):
    """For its last five hours nobody notices that the endpoint is away, and it is asked once a minute."""
    assert await worker().access_token() == "access-1"
    for keeper in (worker(), worker()):
        zalo.answers = [reply({}, status=502)] * 9
        clock.now = START + timedelta(hours=20)
        assert await keeper.access_token() == "access-1"
        clock.now += timedelta(seconds=59)
        assert await keeper.access_token() == "access-1"
        assert len(zalo.answers) == 8
        clock.now += timedelta(seconds=1)
        assert await keeper.access_token() == "access-1"
        assert len(zalo.answers) == 7
        clock.now = START + timedelta(hours=25)
        with pytest.raises(TokenUnavailableError, match="http-502"):
            await keeper.access_token()


async def test_a_token_that_zalo_takes_no_more_is_not_served_on(worker, zalo):
    """A renewal that fails leaves nothing to show, however long the stale token would have lived."""
    keeper = worker()
    await keeper.access_token()
    zalo.answers = [reply({}, status=502)]
    with pytest.raises(TokenUnavailableError):
        await keeper.renew("access-1")
    assert await keeper.renew("access-1") == "access-2"


async def test_a_broken_chain_is_an_alarm_and_asked_about_once(worker, zalo, clock):
    """Tokens known as spent are not shown again, and each failure is logged for operators."""
    keeper = worker()
    await keeper.access_token()
    zalo.good.clear()
    with capture_logs() as logs:
        for _ in range(3):
            with pytest.raises(TokenRefusedError):
                await keeper.renew("access-1")
    assert zalo.asked == ["first", "refresh-1", "first"]
    alarms = [entry for entry in logs if entry["log_level"] == "error"]
    assert [entry["event"] for entry in alarms] == ["provider_token_lost"] * 3
    assert alarms[0]["code"] == "-14014"
    assert "refresh-1" not in str(logs)


async def test_a_chain_that_breaks_is_known_before_its_token_ends(worker, zalo, clock):
    """After 20 hours the alarm is raised, and what is left of the token still serves."""
    keeper = worker()
    await keeper.access_token()
    zalo.good.clear()
    clock.now = START + timedelta(hours=21)
    with capture_logs() as logs:
        assert await keeper.access_token() == "access-1"
    assert "provider_token_lost" in [entry["event"] for entry in logs]


async def test_a_new_token_in_the_settings_mends_a_broken_chain(worker, zalo):
    """A worker that starts with it begins a chain, which the others find without being started anew."""
    keeper = worker()
    await keeper.access_token()
    zalo.good = {"second"}
    with pytest.raises(TokenRefusedError):
        await keeper.renew("access-1")
    assert await worker(first="second").renew("access-1") == "access-2"
    assert await keeper.renew("access-1") == "access-2"


async def test_without_any_token_the_channel_is_not_set_up(worker, zalo):
    """No row and no setting: an alarm, and nothing to ask with."""
    with capture_logs() as logs, pytest.raises(TokenRefusedError, match="no-token"):
        await worker(first=None).access_token()
    assert [entry["event"] for entry in logs] == ["provider_token_lost"]
    assert zalo.asked == []


async def test_an_answer_that_is_lost_may_cost_the_chain(worker, zalo):
    """When Zalo changed the tokens and we never heard, the next try is refused, and said aloud."""
    keeper = worker()
    zalo.answers = [HANG_UP]
    with pytest.raises(TokenUnavailableError):
        await keeper.access_token()
    with capture_logs() as logs, pytest.raises(TokenRefusedError):
        await keeper.access_token()
    assert [entry["event"] for entry in logs] == ["provider_token_lost"]


async def test_a_wrong_secret_spends_nothing(worker, zalo):
    """When the app is refused the token stays good for one that shows the right secret."""
    with pytest.raises(TokenRefusedError, match="-14004"):
        await worker(secret="wrong").access_token()
    assert await worker().access_token() == "access-1"


async def test_a_refusal_for_the_moment_is_tried_again(worker, zalo):
    """Only a token that is refused as spent is given up."""
    keeper = worker()
    zalo.answers = [-14004]
    with pytest.raises(TokenRefusedError):
        await keeper.access_token()
    assert await keeper.access_token() == "access-1"


@pytest.mark.parametrize(
    "answer",
    [
        reply([]),
        reply({"access_token": "a"}),
        reply({"access_token": "a", "refresh_token": "r", "expires_in": "soon"}),
        b"HTTP/1.1 200 x\r\ncontent-length: 6\r\n\r\n<html>",
        b"no http at all\r\n\r\n",
    ],
)
async def test_an_answer_that_is_none_is_not_a_refusal(worker, zalo, answer):
    """Whatever stands between us and Zalo says nothing about the token."""
    keeper = worker()
    zalo.answers = [answer]
    with pytest.raises(TokenUnavailableError):
        await keeper.access_token()
    assert await keeper.access_token() == "access-1"


async def test_an_endpoint_that_hangs_is_left_in_time(worker, zalo):
    """The lock is not held for longer than an exchange may take."""
    zalo.gate.clear()
    with pytest.raises(TokenUnavailableError, match="Timeout"):
        await worker(patience=0.2).access_token()


async def test_a_caller_whose_time_is_over_does_not_break_a_renewal_off(worker, zalo):
    """The pair is got and kept without it, and closing waits for that."""
    keeper = worker()
    zalo.gate.clear()
    asking = asyncio.create_task(keeper.access_token())
    await asyncio.wait_for(zalo.reached.wait(), timeout=5)
    asking.cancel()
    await asyncio.wait([asking])
    assert asking.cancelled()
    closing = asyncio.create_task(keeper.close())
    done, _ = await asyncio.wait([closing], timeout=0.1)
    assert not done
    zalo.gate.set()
    await closing
    assert await worker().access_token() == "access-1"
    assert zalo.asked == ["first"]


async def test_tokens_under_another_master_key_are_not_taken_for_none(worker, zalo, engine):
    """They are not overwritten: an operator put the wrong key in."""
    await worker().access_token()
    stranger = Cipher(master_key=b"x" * 32, index_key=b"y" * 32)
    with pytest.raises(TokenRefusedError, match="undecipherable"):
        await worker(open_unit=lambda: UnitOfWork(engine, stranger)).access_token()
    assert zalo.asked == ["first"]

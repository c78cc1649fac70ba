"""Every channel before the same stand-in of all providers."""

import asyncio
import contextlib
import functools
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zlib import crc32

import httpx
import pytest

from infra.sandbox import launch
from notify.accounts.twilio import TwilioSettings
from notify.accounts.zalo import ZaloAccount, ZaloSettings
from notify.channels.email import EmailChannel
from notify.channels.push import PushChannel, TopicChannel
from notify.channels.sms import SmsChannel
from notify.channels.zalo import ZaloChannel
from notify.channels.zalo.oauth import TokenExchange
from notify.ports import Channel, OutcomeKind, Outgoing
from notify.provider_tokens import StoredTokens, TokenKeeper
from notify.settings import NotifySettings
from storage.cipher import Cipher
from storage.engine import Engine
from storage.settings import Environment, StorageSettings
from storage.unit_of_work import UnitOfWork
from tests.conftest import new_database
from tests.contracts.channels.faults import CASES, FAULTS, Fault

Outbox = Callable[[], Awaitable[list[dict[str, Any]]]]
Script = Callable[..., Awaitable[None]]

PROVIDERS = {"topic": "push"}
"""By what name the stand-in knows a channel, where it is another one."""
PHONES = {"gone": "91", "slow": "92"}
"""How the numbers of people begin whose names begin so; those of others begin with 98."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A provider's fault, and what it means."""

    stage: "Stage"
    kind: OutcomeKind
    fault: Fault


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A channel under test with its provider.

    Attributes:
        channel: sends to the stand-in, within five seconds.
    hasty: the same, within one.
        open: makes another one, with other time limits, or towards a port where nobody listens.
    """

    name: str
    channel: Channel
    hasty: Channel
    open: Callable[..., Channel]
    outbox: Outbox
    script: Script

    def everybody(self, name: str) -> dict[str, str]:
        """Match all messages for people whose names begin so."""
        return {"to": f"*{name}*" if self.name in {"email", "push", "topic"} else f"*84{PHONES[name]}*"}

    def addresses(self, batch: Iterable[Outgoing]) -> list[str]:
        """Return whom the provider knows the messages to be for, in order of their addresses."""
        before = "/topics/" if self.name == "topic" else ""
        return sorted(before + one.target.removeprefix("+" if self.name == "zalo" else "") for one in batch)

    def outgoing(self, name: str = "one", **changes: Any) -> Outgoing:
        """Return a message for a person of that name."""
        return to_somebody(self.name, name, **changes)


def to_somebody(channel: str, name: str = "one", **changes: Any) -> Outgoing:
    """Return a message that the channel's provider would deliver."""
    if channel == "email":
        return outgoing_to(f"{name}@citizen.example", **changes)
    if channel in {"push", "topic"}:
        return outgoing_to(f"phone-{name}" if channel == "push" else f"broadcast-{name}-vi", **changes)
    return outgoing_to(number_of(name), **changes)


def number_of(name: str) -> str:
    """Return a mobile number (E.164) for a person of that name."""
    return f"+84{PHONES.get(name.partition('-')[0], '98')}{crc32(name.encode()) % 10**7:07d}"


def outgoing_to(to: str, **changes: Any) -> Outgoing:
    """Return a message."""
    given: dict[str, Any] = {
        "delivery_id": uuid4(),
        "attempt": 1,
        "target": to,
        "notification_id": uuid4(),
        "category": "status_change",
        "locale": "vi",
        "title": "Hồ sơ 000.00.00.H26-261121-0001: cần bổ sung giấy tờ",
        "text": "Đề nghị Quý công dân, tổ chức mở hồ sơ để xem giấy tờ cần bổ sung.",
        "html": "<p>Đề nghị Quý công dân, tổ chức mở hồ sơ.</p>",
        "link": "https://app.tindan.example/dossiers/000.00.00.H26-261121-0001",
        "opt_out_link": None,
        "urgent": True,
        "expires_at": datetime.now(UTC) + timedelta(days=3),
        "facts": {"code": "000.00.00.H26-261121-0001", "status": "Yêu cầu bổ sung giấy tờ"},
    }
    return Outgoing(**given | changes)


@pytest.fixture(scope="session")
def outgoing() -> Callable[..., Outgoing]:
    """Make messages, for tests that need no stand-in."""
    return functools.partial(outgoing_to, "one@citizen.example")


@pytest.fixture(scope="session")
def process() -> Iterator[launch.Running]:
    """One process that stands in for all providers."""
    with launch.running() as running:
        yield running


@pytest.fixture(scope="session")
async def http(process: launch.Running) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks to the stand-in's own interface."""
    async with httpx.AsyncClient(base_url=process.http, timeout=10) as client:
        yield client


@pytest.fixture(scope="session")
async def credentials(http: httpx.AsyncClient) -> str:
    """The service account that the stand-in knows, as JSON."""
    return (await http.get("/sandbox/service-account.json")).text


@pytest.fixture(scope="session")
async def accounts(http: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    """The accounts that the stand-in knows, by provider."""
    return dict((await http.get("/sandbox/accounts.json")).json())


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that is taken, and at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def email_channel(
    process: launch.Running, *, timeout: float, port: int | None = None, **changes: Any
) -> Channel:
    """Open the mail channel."""
    given = {
        "env": Environment.DEVELOPMENT,
        "smtp_host": process.smtp_host,
        "smtp_port": port or process.smtp_port,
        "smtp_security": "none",
        "mail_from": "Cổng Dịch vụ công <no-reply@tindan.example>",
    }
    account = NotifySettings(**given | changes).smtp_account()
    assert account
    return EmailChannel(account, timeout=timedelta(seconds=timeout))


def push_channel(
    credentials: str,
    base: str,
    *,
    timeout: float,
    port: int | None = None,
    kind: type[PushChannel] = PushChannel,
) -> Channel:
    """Open the push channel, or that to topics."""
    settings = NotifySettings(
        env=Environment.DEVELOPMENT,
        fcm_credentials=credentials,
        fcm_url=f"http://127.0.0.1:{port}" if port else f"{base}/fcm",
    )
    account = settings.fcm_account()
    assert account
    return kind(account, timeout=timedelta(seconds=timeout))


def sms_channel(
    twilio: dict[str, Any], *, timeout: float, port: int | None = None, **changes: Any
) -> Channel:
    """Open the channel of text messages."""
    given = {
        "account_sid": twilio["account_sid"],
        "auth_token": twilio["auth_token"],
        "messaging_service_sid": twilio["messaging_service_sid"],
        "url": f"http://127.0.0.1:{port}" if port else twilio["base_url"],
    }
    settings = NotifySettings(env=Environment.DEVELOPMENT, twilio=TwilioSettings(**given), **changes)
    account = settings.twilio_account()
    assert account
    return SmsChannel(account, timeout=timedelta(seconds=timeout))


def zalo_account(zalo: dict[str, Any], *, port: int | None = None, **changes: Any) -> ZaloAccount:
    """Return an account with the stand-in for Zalo."""
    given = zalo | ({"api_url": f"http://127.0.0.1:{port}"} if port else {}) | changes
    account = NotifySettings(env=Environment.DEVELOPMENT, zalo=ZaloSettings(**given)).zalo_account()
    assert account
    return account


@pytest.fixture(scope="session")
async def apart(server_url: str, settings: StorageSettings) -> AsyncIterator[Engine]:
    """A database that no other test empties: a token of Zalo's that is lost can not be had again."""
    with new_database(server_url) as address:
        engine = Engine(settings.model_copy(update={"database_url": address}))
        yield engine
        await engine.dispose()


@pytest.fixture(scope="session")
async def tokens(
    accounts: dict[str, dict[str, Any]], apart: Engine, cipher: Cipher
) -> AsyncIterator[TokenKeeper]:
    """What keeps Zalo's tokens, for all channels of the run, as one worker's does."""
    account = zalo_account(accounts["zalo"])
    keeper = StoredTokens(
        "zalo",
        TokenExchange(account).exchange,
        lambda: UnitOfWork(apart, cipher),
        first=account.refresh_token,
    )
    yield keeper
    await keeper.close()


def zalo_channel(zalo: dict[str, Any], tokens: TokenKeeper, *, timeout: float, **changes: Any) -> Channel:
    """Open the channel of notices in Zalo."""
    return ZaloChannel(zalo_account(zalo, **changes), tokens, timeout=timedelta(seconds=timeout))


@pytest.fixture(scope="session")
async def open_channel(
    process: launch.Running, credentials: str, accounts: dict[str, dict[str, Any]], tokens: TokenKeeper
) -> AsyncIterator[Callable[..., Channel]]:
    """Open channels by name; all of them are closed at the end."""
    async with contextlib.AsyncExitStack() as stack:
        ways: dict[str, Callable[..., Channel]] = {
            "email": functools.partial(email_channel, process),
            "push": functools.partial(push_channel, credentials, process.http),
            "topic": functools.partial(push_channel, credentials, process.http, kind=TopicChannel),
            "sms": functools.partial(sms_channel, accounts["twilio"]),
            "zalo": functools.partial(zalo_channel, accounts["zalo"], tokens),
        }

        def open_one(name: str, *, timeout: float = 5, **changes: Any) -> Channel:
            channel = ways[name](timeout=timeout, **changes)
            stack.push_async_callback(channel.close)
            return channel

        yield open_one


@pytest.fixture(scope="session")
def channels(open_channel: Callable[..., Channel]) -> dict[str, Channel]:
    """One channel of each kind for the run, as in a worker; opening one for Firebase takes its time."""
    return {name: open_channel(name) for name in FAULTS}


@pytest.fixture(scope="session")
async def hasty_channels(open_channel: Callable[..., Channel]) -> dict[str, Channel]:
    """The same with a short limit, ready to send."""
    hasty = {name: open_channel(name, timeout=1) for name in FAULTS}
    async with asyncio.timeout(30):
        for name, channel in hasty.items():
            while (await channel.send([to_somebody(name)]))[0].kind is not OutcomeKind.ACCEPTED:
                pass  # a first call may be over before the client is open, which the next one finds so
    return hasty


@pytest.fixture
async def staged(
    http: httpx.AsyncClient,
    open_channel: Callable[..., Channel],
    channels: dict[str, Channel],
    hasty_channels: dict[str, Channel],
) -> AsyncIterator[Callable[[str], Stage]]:
    """Set the stage for a channel, by name: nothing in the outbox, no faults."""

    async def read() -> list[dict[str, Any]]:
        answer = await http.get("/sandbox/outbox", params={"limit": 10_000})
        return list(answer.json()["items"])

    async def script(name: str, *faults: Fault, **rest: Any) -> None:
        answer = await http.put(
            f"/sandbox/faults/{PROVIDERS.get(name, name)}", content=json.dumps({"script": faults} | rest)
        )
        assert answer.status_code == httpx.codes.OK, answer.text

    def stage(name: str) -> Stage:
        return Stage(
            name=name,
            channel=channels[name],
            hasty=hasty_channels[name],
            open=functools.partial(open_channel, name),
            outbox=read,
            script=functools.partial(script, name),
        )

    for name in ("sms", "zalo"):
        await http.put(f"/sandbox/receipts/{name}", json={"script": [{"kind": "never", "times": -1}]})
    await http.delete("/sandbox/outbox")
    yield stage
    for name in FAULTS:
        await http.delete(f"/sandbox/faults/{PROVIDERS.get(name, name)}")


@pytest.fixture(params=list(FAULTS))
def stage(request: pytest.FixtureRequest, staged: Callable[[str], Stage]) -> Stage:
    """Each channel in turn."""
    return staged(request.param)


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]}-{case[1]}-{case[2].get('code', case[2]['kind'])}")
def case(request: pytest.FixtureRequest, staged: Callable[[str], Stage]) -> Case:
    """Each fault of each provider in turn."""
    name, kind, fault = request.param
    return Case(stage=staged(name), kind=kind, fault=fault)


@pytest.fixture
def email(staged: Callable[[str], Stage]) -> Stage:
    """The mail channel alone."""
    return staged("email")


@pytest.fixture
def push(staged: Callable[[str], Stage]) -> Stage:
    """The push channel alone."""
    return staged("push")


@pytest.fixture
def topic(staged: Callable[[str], Stage]) -> Stage:
    """The channel to topics alone."""
    return staged("topic")


@pytest.fixture
def sms(staged: Callable[[str], Stage]) -> Stage:
    """The channel of text messages alone."""
    return staged("sms")


@pytest.fixture
def zalo(staged: Callable[[str], Stage]) -> Stage:
    """The channel of notices in Zalo alone."""
    return staged("zalo")

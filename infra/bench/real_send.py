"""Mails and pushes to the sandbox, a process of its own, against the bare client libraries.

The messages of the limit are made beforehand. It has as many connections, and as many messages on the way at
once, as ours: two dispatchers over one channel, as a worker process has them.
"""

from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack
from typing import Any
from urllib.request import urlopen

from infra.bench.bare_clients import BareFirebase, BareMail
from infra.bench.figures import Figure, compare
from infra.bench.nothing import NothingChannel
from infra.bench.place import Bench, per_second
from infra.bench.waiting import Waiting
from infra.sandbox import launch
from notify.ports import Channel, Outcome, Outgoing
from notify.registry import build_channels, close_channels
from notify.settings import NotifySettings, SmtpSecurity
from storage.settings import Environment

TARGET = 0.8


class Recording(NothingChannel):
    """Keeps what it is given: the very messages that another channel is given, in their full length."""

    def __init__(self, channel: Channel) -> None:
        self.name, self.address, self.form = channel.name, channel.address, channel.form
        self.taken: list[Outgoing] = []

    async def send(self, batch: Any) -> list[Outcome]:
        self.taken += batch
        return await super().send(batch)


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure mails, then pushes."""
    with launch.running() as sandbox:
        settings = _settings(sandbox)
        yield _measure(bench, settings, "email", BareMail)
        yield _measure(bench, settings, "push", BareFirebase)


def _measure(
    bench: Bench, settings: NotifySettings, name: str, bare: type[BareMail] | type[BareFirebase]
) -> Figure:
    with ExitStack() as opened:
        place = opened.enter_context(bench.place())
        making = Waiting.on(place, settings, channel=name, size=bench.pick(300, 1000))
        waiting = opened.enter_context(bench.entered(making))
        channels = build_channels(settings)
        opened.callback(lambda: bench.runner.run(close_channels(channels)))
        channel = channels[name]
        setting_up: AbstractAsyncContextManager[BareMail | BareFirebase] = bare.of(
            settings, _messages(bench, waiting, channel)
        )
        limit = opened.enter_context(bench.entered(setting_up))
        return _compare(bench, waiting, channel, limit.send)


def _compare(
    bench: Bench, waiting: Waiting, channel: Channel, send: Callable[[], Coroutine[Any, Any, None]]
) -> Figure:
    def ours() -> float:
        waiting.put_back()
        rate = per_second(waiting.size, lambda: bench.runner.run(waiting.drain(channel)))
        waiting.require_finished()
        return rate

    return compare(
        f"real_send_{channel.name}",
        "messages/s",
        TARGET,
        ours=ours,
        limit=lambda: per_second(waiting.size, lambda: bench.runner.run(send())),
        rounds=bench.pick(3, 7),
    )


def _messages(bench: Bench, waiting: Waiting, channel: Channel) -> list[Outgoing]:
    recording = Recording(channel)
    waiting.put_back()
    bench.runner.run(waiting.drain(recording))
    if len(recording.taken) != waiting.size:
        raise AssertionError(f"{len(recording.taken)} of {waiting.size} messages were worded")
    return recording.taken


def _settings(sandbox: launch.Running) -> NotifySettings:
    with urlopen(f"{sandbox.http}/sandbox/service-account.json", timeout=10) as answer:
        account = answer.read().decode()
    return NotifySettings(
        env=Environment.DEVELOPMENT,
        app_link_base="https://app.example",
        public_url="https://api.example",
        smtp_host=sandbox.smtp_host,
        smtp_port=sandbox.smtp_port,
        smtp_security=SmtpSecurity.NONE,
        mail_from="TinDan <khong-tra-loi@tindan.example>",
        fcm_credentials=account,
        fcm_url=f"{sandbox.http}/fcm",
    )

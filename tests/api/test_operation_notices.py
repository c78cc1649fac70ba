"""The commands by which operators see what became of notices and channels, and mend it."""

import asyncio
import io
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.operation import notices_dead, options
from storage.channels import repository as channels
from storage.deliveries import repository as deliveries
from storage.deliveries.repository import Record
from storage.engine import Engine
from storage.ids import new_id
from storage.settings import StorageSettings
from storage.unit_of_work import Reading, UnitOfWork
from tests.storage.queue import EMAIL, Queue

NUMBER = "001190000001"
"""Of the party that `Queue` makes."""


class Said:
    """What a command answered: its exit code, its output, and what it said and logged beside it."""

    def __init__(self, result: Any) -> None:
        self.code = result.exit_code
        self.text = " ".join(result.stdout.split())
        self.aside = " ".join(result.stderr.split())
        self._answer = result.stdout

    @property
    def json(self) -> Any:
        """The answer, read as JSON."""
        return json.loads(self._answer)

    @property
    def logged(self) -> list[dict[str, Any]]:
        """What was logged."""
        decoder = json.JSONDecoder()
        return [decoder.raw_decode(self.aside[place:])[0] for place in self._events()]

    def _events(self) -> list[int]:
        return [place for place in range(len(self.aside)) if self.aside.startswith("{", place)]


Tindan = Callable[..., Awaitable[Said]]


@pytest.fixture
def tindan(engine: Engine, settings: StorageSettings, monkeypatch: pytest.MonkeyPatch) -> Tindan:
    """Run a command."""
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.require_database_url())
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setenv("LOGNAME", "operator-7")

    async def run(*arguments: str, given: str | None = None) -> Said:
        result = await asyncio.to_thread(CliRunner().invoke, app, arguments, input=given)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result)

    return run


@pytest.fixture
async def queue(unit_of_work: Callable[[], UnitOfWork]) -> Queue:
    """A party with a verified address and one notice."""
    return await Queue.open(unit_of_work)


async def wait(queue: Queue, count: int = 1) -> list[str]:
    """Let sends of the notice wait."""
    ids = await queue.add(count)
    await queue.run("UPDATE notification SET delivery_ids = delivery_ids || %s", ids)
    return [str(one) for one in ids]


async def die(queue: Queue, outcome: str = "rejected", code: str | None = "550", count: int = 1) -> list[str]:
    """Let sends of the notice come to such an end."""
    ids = await wait(queue, count)
    rows, _ = await queue.claim(count)
    async with queue.open_unit() as uow:
        records = [Record(id=row.id, attempt=row.attempt, outcome=outcome, code=code) for row in rows]
        await deliveries.record(uow, records)
        await uow.commit()
    return ids


async def test_a_notice_is_shown(tindan: Tindan, queue: Queue) -> None:
    """By its own id or that of a send, for people and for programs; the address is masked, the look logged."""
    (done,) = await die(queue, "rejected", "550")
    (held,) = await wait(queue)
    for given in (str(queue.notification_id), done):
        said = await tindan("notices", "show", given)
        assert said.code == 0
        for words in (
            "status_change", str(queue.notification_id), done, held, "Bị từ chối · rejected (550)",
            "Đang chờ · waiting", "n***@example.vn", "normal",
        ):  # fmt: skip
            assert words in said.text, words
        assert EMAIL not in said.text + said.aside
    said = await tindan("notices", "show", str(queue.notification_id), "--json")
    (notice,) = said.json["notices"]
    assert (notice["category"], said.json["before"]) == ("status_change", None)
    assert {(one["id"], one["state"], one["outcome"]) for one in notice["deliveries"]} == {
        (done, "finished", "rejected"),
        (held, "waiting", None),
    }
    assert EMAIL not in said.text
    (logged,) = said.logged
    assert (logged["event"], logged["operator"]) == ("history_read", "operator-7")
    assert logged["party_id"] == str(queue.party_id)
    assert logged["notification_ids"] == [str(queue.notification_id)]


async def test_a_party_is_found_by_its_number(tindan: Tindan, queue: Queue) -> None:
    """Given on the line or by standard input, with spaces or not; it is said and logged nowhere."""
    for given in (["--party", NUMBER], ["--party", "-"]):
        said = await tindan("notices", "show", *given, "--json", given="001 190 000 001\n")
        assert [notice["id"] for notice in said.json["notices"]] == [str(queue.notification_id)]
        assert NUMBER not in said.text + said.aside
        assert said.logged[0]["party_id"] == str(queue.party_id)


async def test_the_number_is_asked_for_unseen(tindan: Tindan, queue: Queue, monkeypatch: pytest.MonkeyPatch):
    """At a terminal it is prompted for, and what is typed is not shown."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    asked: dict[str, Any] = {}

    def prompt(_text: str, **options: Any) -> str:
        asked.update(options)
        return NUMBER

    monkeypatch.setattr(options.sys, "stdin", Terminal())
    monkeypatch.setattr(options.typer, "prompt", prompt)
    assert options.party_identity("-").number == NUMBER
    assert asked["hide_input"]


async def test_a_party_is_shown_in_pages(tindan: Tindan, queue: Queue) -> None:
    """The end of a page says how the next one is asked for; `--since` cuts what is older."""
    old = new_id()
    await queue.run(
        "INSERT INTO notification (id, party_id, agency_id, category, expires_at, step, created_at, received_at)"
        " SELECT %s, party_id, agency_id, 'result_ready', now(), 0, now() - interval '3 days', now() FROM notification",
        old,
    )
    show = ("notices", "show", "--party", NUMBER, "--limit", "1")
    first = await tindan(*show, "--json")
    assert [notice["id"] for notice in first.json["notices"]] == [first.json["before"]]
    assert f"Next page: --before {queue.notification_id}" in (await tindan(*show)).text
    second = await tindan(*show, "--json", "--before", first.json["before"])
    assert [notice["id"] for notice in second.json["notices"]] == [str(old)]
    words = (await tindan(*show, "--before", first.json["before"])).text
    assert "Đã nhận · Received" in words
    assert "in the app alone" in words
    recent = await tindan("notices", "show", "--party", NUMBER, "--since", "2d", "--json")
    assert [notice["id"] for notice in recent.json["notices"]] == [str(queue.notification_id)]


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ((), "give the id of a notice or delivery, or --party, and not both"),
        ((str(new_id()), "--party", NUMBER), "and not both"),
        (("12",), "'12' is not a valid UUID"),
        (("00000000-0000-0000-0000-000000000001",), "there is no notice and no delivery"),
        (("--party", "001190000002"), "nobody with this number is known here"),
        (("--party", "12345"), "it is neither a citizen number of 12 digits nor a tax code of 10 or 13"),
        (("--party", NUMBER, "--since", "yesterday"), "give a date (2026-11-21)"),
        (("--party", NUMBER, "--limit", "0"), "0 is not in the range 1<=x<=1000"),
    ],
)
async def test_what_can_not_be_shown(tindan: Tindan, queue: Queue, arguments: tuple[str, ...], fault: str):
    """What is wrong is said, a number never, and nothing is logged as read."""
    said = await tindan("notices", "show", *arguments)
    assert (said.code, said.text) == (2, "")
    assert fault in " ".join(said.aside.replace("│", " ").split())
    assert "history_read" not in said.aside
    assert "001190000002" not in said.aside


async def test_dead_letters_are_counted_and_listed(tindan: Tindan, queue: Queue) -> None:
    """By cause first, then one by one, as many as were asked for."""
    rejected = await die(queue, "rejected", "550", count=3)
    (expired,) = await die(queue, "expired", None)
    said = await tindan("notices", "dead", "--limit", "2")
    assert "Failed for good: 4" in said.text
    assert "Bị từ chối · rejected" in said.text
    assert expired in said.text
    assert sum(one in said.text for one in rejected) == 1
    answer = (await tindan("notices", "dead", "--json", "--outcome", "rejected", "--code", "550")).json
    assert [(one["channel"], one["outcome"], one["code"], one["count"]) for one in answer["counts"]] == [
        ("email", "rejected", "550", 3)
    ]
    assert {one["id"] for one in answer["dead_letters"]} == set(rejected)
    nothing = await tindan("notices", "dead", "--until", "1h")
    assert "Failed for good: 0" in nothing.text
    assert (await tindan("notices", "dead", "--since", "1h", "--until", "2h")).code == 2


async def test_words_of_others_are_shown_as_they_stand(tindan: Tindan, queue: Queue) -> None:
    """A provider's code, or a reason, that looks like markup is neither swallowed nor an error."""
    (dead,) = await die(queue, "rejected", "[/red] [bold]")
    assert (await tindan("notices", "dead")).text.count("[/red] [bold]") == 2
    assert "[/red] [bold]" in (await tindan("notices", "show", dead)).text
    await tindan("channels", "pause", "email", "--reason", "[/x] [red]lỗi")
    assert "[/x] [red]lỗi" in (await tindan("channels", "list")).text


async def test_a_replay_says_what_it_does(
    tindan: Tindan, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dry run changes nothing; then each is queued once, in slices; what is left out has its reason."""
    monkeypatch.setattr(notices_dead, "SLICE", 2)
    await die(queue, "rejected", "550", count=5)
    dry = await tindan("notices", "replay", "--code", "550", "--dry-run", "--json")
    assert dry.json == {"dry_run": True, "queued": 5, "left_out": {}}
    assert await queue.rows("SELECT FROM delivery") == []
    done = await tindan("notices", "replay", "--code", "550", "--limit", "3", "--yes", "--expires-in", "2")
    assert done.text == "3 Gửi lại · to be sent again"
    assert (done.logged[0]["event"], done.logged[0]["queued"]) == ("deliveries_replayed", 3)
    ((waiting, lives),) = await queue.rows("SELECT count(*), max(expires_at - now()) FROM delivery")
    assert waiting == 3
    assert timedelta(hours=1) < lives <= timedelta(hours=2)
    again = await tindan("notices", "replay", "--code", "550", "--yes", "--json")
    assert again.json == {"dry_run": False, "queued": 2, "left_out": {"replayed_before": 3}}
    last = await tindan("notices", "replay", "--code", "550", "--yes")
    assert "5 Đã gửi lại trước đó · was sent again before" in last.text
    assert "Nothing to send again" in last.text


async def test_a_replay_asks_first_and_needs_a_choice(tindan: Tindan, queue: Queue) -> None:
    """Without a filter it is refused; whoever says no has sent nothing."""
    await die(queue)
    refused = await tindan("notices", "replay", "--yes")
    assert refused.code == 2
    assert "choose by --since" in refused.aside
    no = await tindan("notices", "replay", "--channel", "email", given="n\n")
    assert (no.code, "1 Gửi lại · to be sent again" in no.text) == (1, True)
    assert await queue.rows("SELECT FROM delivery") == []
    yes = await tindan("notices", "replay", "--channel", "email", given="y\n")
    assert yes.code == 0
    assert await queue.rows("SELECT count(*) FROM delivery") == [(1,)]


async def test_channels_are_listed_with_what_waits(
    tindan: Tindan, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of routes, settings, pauses and deliveries; by lane, and how late the first is."""
    monkeypatch.setenv("TINDAN_CHANNELS", '["fax"]')
    await queue.add(3)
    await queue.add(1, lane=0)
    await queue.run("UPDATE delivery SET due_at = now() - interval '1 hour' WHERE lane = 0")
    await queue.add(1, due_in=600)
    await queue.run("UPDATE delivery SET channel = 'telex' WHERE due_at > now()")
    listed = {one["channel"]: one for one in (await tindan("channels", "list", "--json")).json}
    assert {"email", "push", "sms", "zalo", "fax", "telex"} <= listed.keys()
    assert listed["email"]["waiting"] == {"otp": 1, "normal": 3}
    assert 3600 <= listed["email"]["oldest_due"] < 3700
    assert (listed["telex"]["waiting"], listed["telex"]["oldest_due"]) == ({"normal": 1}, 0)
    assert (listed["push"]["waiting"], listed["push"]["paused"]) == ({}, None)
    words = (await tindan("channels", "list")).text
    assert "1:00:0" in words
    assert "telex" in words


async def test_a_channel_pauses_and_goes_on(
    tindan: Tindan, queue: Queue, reading: Callable[[], Reading]
) -> None:
    """Who paused it first, and why, stays; a second word changes nothing and says so."""
    said = await tindan("channels", "pause", "email", "--reason", "Máy chủ thư lỗi")
    assert (said.code, said.text) == (0, "email: Đã tạm dừng · is paused")
    assert (said.logged[0]["event"], said.logged[0]["channel"]) == ("channel_paused", "email")
    again = await tindan("channels", "pause", "email", "--reason", "khác", "--json")
    assert again.json == {"channel": "email", "paused": True, "changed": False}
    async with reading() as read:
        assert await channels.paused(read) == {"email"}
        (pause,) = await channels.pauses(read)
    assert (pause.author, pause.reason) == ("operator-7", "Máy chủ thư lỗi")
    assert timedelta(0) <= datetime.now(UTC) - pause.created_at < timedelta(minutes=1)
    assert "operator-7: Máy chủ thư lỗi" in (await tindan("channels", "list")).text
    assert (await tindan("channels", "resume", "email")).text == "email: Gửi tiếp · sends again"
    assert (await tindan("channels", "resume", "email", "--json")).json["changed"] is False
    async with reading() as read:
        assert await channels.paused(read) == set()


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("emial", "--reason", "x"), "there is no channel emial, but "),
        (("email", "--reason", " "), "say why it is paused"),
        (("email",), "Missing option '--reason'"),
    ],
)
async def test_a_pause_that_can_not_be(
    tindan: Tindan, reading: Callable[[], Reading], arguments: tuple[str, ...], fault: str
) -> None:
    """A slip in the name must not pass for a pause."""
    said = await tindan("channels", "pause", *arguments)
    assert said.code != 0
    assert fault in " ".join(said.aside.replace("│", " ").split())
    async with reading() as read:
        assert await channels.paused(read) == set()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-11-21", "2026-11-20T17:00:00+00:00"),
        ("2026-11-21T08:30", "2026-11-21T01:30:00+00:00"),
        ("2026-11-21T08:30:00Z", "2026-11-21T08:30:00+00:00"),
        ("2026-11-21T08:30+09:00", "2026-11-20T23:30:00+00:00"),
    ],
)
def test_times_are_those_of_vietnam(text: str, read: str) -> None:
    """Unless they name another zone."""
    assert options.moment(text) == datetime.fromisoformat(read)


def test_times_may_be_given_as_how_long_ago() -> None:
    """In minutes, hours or days."""
    for text, ago in (
        ("90m", timedelta(minutes=90)),
        ("12h", timedelta(hours=12)),
        ("7d", timedelta(days=7)),
    ):
        assert abs(datetime.now(UTC) - ago - options.moment(text)) < timedelta(minutes=1)

"""What a platform that is broken, or means harm, can do to the worker that asks it: over sockets."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from structlog.testing import capture_logs

from api.connectors.surveys import exchanging
from api.connectors.surveys.client import Client
from api.connectors.surveys.dialect import VnformDialect
from api.connectors.surveys.exchanging import FIRST_TROUBLE_SECONDS, REST_SECONDS, Exchange
from api.connectors.surveys.settings import VnformAccount
from api.connectors.surveys.vnform import Vnform
from api.services import Services
from storage.surveys import reading
from storage.surveys.kinds import Platform
from tests.api.callers import Agency
from tests.api.surveys import asking
from tests.api.surveys.browsing import kept

SOUND = {"id": "x1", "version": 1, "submittedAt": "2026-11-22T08:00:00+07:00", "answers": {"ease": 4}}


def page(*items: Any, after: str = "p", more: bool = False) -> dict[str, Any]:
    """Return a page of answers."""
    return {"items": items, "next": after, "more": more}


@dataclass(kw_only=True)
class Hostile:
    """A platform that answers as a test wants it to: by the method and the address that are asked."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    say: Callable[[str], Any] = lambda asked: page() if asked.startswith("GET") else {"formId": "f1"}

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request; with 500 where there is nothing to say."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        asked = " ".join(head.split(" ", 2)[:2])
        self.asked.append(asked)
        said = self.say(asked)
        status = b"500 Broken" if said is None else b"200 OK"
        body = json.dumps(said).encode()
        writer.write(b"HTTP/1.1 %b\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % (status, len(body)))
        writer.write(body)
        await writer.drain()
        writer.close()


@pytest.fixture
async def hostile() -> AsyncIterator[Hostile]:
    """The platform; it means no harm yet."""
    made = Hostile()
    server = await asyncio.start_server(made.answer, "127.0.0.1", 0)
    async with server:
        made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield made


@pytest.fixture
async def exchange(hostile: Hostile, services: Services) -> AsyncIterator[Exchange]:
    """A worker's exchange that waits for nothing between its tries."""

    async def pause(_seconds: float) -> None:
        return None

    account = VnformAccount(url=hostile.url, key="k", link_key=b"l" * 32, dialect=VnformDialect())
    platform = Vnform(account, Client(account.url, account.key, timeout=2, pause=pause))
    yield Exchange(services.unit_of_work, platform, name=Platform.VNFORM)
    await platform.close()


@pytest.fixture
async def code(services: Services, agency: Agency) -> str:
    """A survey that is answered there."""
    return await asking.make_survey(services, agency.id, "a", platform=Platform.VNFORM)


@pytest.mark.parametrize(
    "at", ["9999-12-31T23:59:59-12:00", "9999-12-31T23:00:00Z", "0001-01-01T00:00:00+14:00"]
)
async def test_a_time_at_the_end_of_the_calendar_holds_up_nothing(
    hostile: Hostile, exchange: Exchange, services: Services, code: str, at: str
) -> None:
    """An answer of such a time is left out; the others of its page are kept."""
    hostile.say = lambda asked: (
        page(SOUND | {"id": "x0", "submittedAt": at}, SOUND) if asked.startswith("GET") else {"formId": "f1"}
    )
    assert await exchange.once() == REST_SECONDS
    assert len(await kept(services, code)) == 1


@pytest.mark.parametrize("name", ["a\x00b", "\ud800", "", "x" * 201, 7, None, "a\nb"])
async def test_a_name_that_can_not_be_kept_is_refused(
    hostile: Hostile, exchange: Exchange, services: Services, code: str, name: Any
) -> None:
    """That form is not shown there; nothing else fails."""
    hostile.say = lambda _asked: {"formId": name}
    assert await exchange.once() == REST_SECONDS
    async with services.reading() as source:
        assert (await reading.find(source, code)).external_id is None


async def test_pages_in_a_circle_give_no_work_without_end(
    hostile: Hostile, exchange: Exchange, services: Services, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A round ends, and where nothing in it was new the worker rests before the next."""
    monkeypatch.setattr(exchanging, "MOST_PAGES", 4)
    turn = count()
    hostile.say = lambda asked: (
        page(SOUND, after="ab"[next(turn) % 2], more=True) if asked.startswith("GET") else {"formId": "f1"}
    )
    assert await exchange.round_off() == 0.0
    assert await exchange.once() == REST_SECONDS
    assert len([one for one in hostile.asked if one.startswith("GET")]) == 8
    assert len(await kept(services, code)) == 1


async def test_a_page_of_far_more_than_was_asked_for_is_refused(
    hostile: Hostile, exchange: Exchange, services: Services, code: str
) -> None:
    """One transaction would have to keep them all."""
    items = [SOUND | {"id": str(number)} for number in range(1_001)]
    hostile.say = lambda asked: page(*items) if asked.startswith("GET") else {"formId": "f1"}
    assert await exchange.once() == REST_SECONDS
    assert await kept(services, code) == []


async def test_a_name_of_the_platform_s_stands_in_no_log(
    hostile: Hostile, exchange: Exchange, services: Services, code: str
) -> None:
    """It may be made of whoever answered: what is left out is counted."""
    left_out = SOUND | {"id": "0912345678", "answers": {"ease": 99}}
    hostile.say = lambda asked: page(left_out) if asked.startswith("GET") else {"formId": "f1"}
    with capture_logs() as logs:
        await exchange.once()
    assert [one["refused"] for one in logs if one["event"] == "survey_answers_left_out"] == [1]
    assert "0912345678" not in str(logs)


async def test_trouble_with_one_survey_holds_up_no_other_for_ever(
    hostile: Hostile, exchange: Exchange, services: Services, agency: Agency, code: str
) -> None:
    """A platform may fail over one form alone: the next round begins behind that one."""
    for other in ("b", "c"):
        await asking.make_survey(services, agency.id, other, platform=Platform.VNFORM)
    hostile.say = lambda asked: (
        page() if asked.startswith("GET") else None if asked.endswith(f"/{code}") else {"formId": asked[-1]}
    )
    assert await exchange.round_off() == FIRST_TROUBLE_SECONDS
    assert await exchange.round_off() > FIRST_TROUBLE_SECONDS
    async with services.reading() as source:
        found = [(await reading.find(source, one)).external_id for one in (code, "b", "c")]
    assert found == [None, "b", "c"]

"""What the inbox does not show, and what it shows of notices that this release does not know."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from api.services import Services
from notify.announce import THE_SYSTEM, Notice, announce
from notify.categories import Category
from storage.ids import new_id
from tests.api.callers import Citizen, NewCode, PushEvent

PATH = "/v1/notifications"


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """A citizen's inbox, and a hand in the database."""

    client: httpx.AsyncClient
    services: Services
    citizen: Citizen

    async def read(self, *, language: str = "vi", **query: Any) -> dict[str, Any]:
        """Read a page."""
        headers = self.citizen.headers | {"accept-language": language}
        answer = await self.client.get(PATH, params=query, headers=headers)
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page

    async def mark(self, how: str, **body: Any) -> dict[str, Any]:
        """Mark notices."""
        answer = await self.client.post(f"{PATH}/{how}", json=body, headers=self.citizen.headers)
        marked: dict[str, Any] = answer.json()
        return marked

    async def send_code(self) -> None:
        """Have a one-time code sent."""
        notice = Notice(
            party_id=self.citizen.party_id,
            agency_id=THE_SYSTEM,
            category=Category.OTP,
            target_id=new_id(),
            params={"verification_id": str(new_id())},
        )
        async with self.services.unit_of_work() as uow:
            await announce(uow, [notice], datetime.now(UTC))
            await uow.commit()

    async def run(self, query: str) -> list[Any]:
        """Run a statement; return its rows."""
        async with self.services.unit_of_work() as uow:
            rows = await (await (await uow.driver()).execute(query.encode())).fetchall()
            await uow.commit()
            return rows


@pytest.fixture
def inbox(client: httpx.AsyncClient, services: Services, citizen: Citizen) -> Inbox:
    """The citizen's inbox."""
    return Inbox(client=client, services=services, citizen=citizen)


async def test_one_time_codes_are_not_in_the_inbox(
    inbox: Inbox, push_event: PushEvent, new_code: NewCode
) -> None:
    """Neither in the list nor in its pages, what changed, or the count; to the app nothing happened at all."""
    before = await inbox.read()
    await inbox.send_code()
    assert await inbox.read() == before
    await push_event(code := new_code(), 1)
    await inbox.send_code()
    page = await inbox.read(limit=1)
    assert [item["dossier_code"] for item in page["items"]] == [code]
    assert (page["unread_count"], page["next_cursor"]) == (1, None)
    delta = await inbox.read(since=before["sync_token"])
    assert [item["dossier_code"] for item in delta["items"]] == [code]


async def test_marks_do_not_stop_a_code_on_its_way(inbox: Inbox) -> None:
    """What was read needs no sending any more; nobody has read a code by reading the inbox."""
    await inbox.send_code()
    ((code_id,),) = await inbox.run("SELECT id::text FROM notification")
    nothing = {"marked": 0, "unread_count": 0}
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert await inbox.mark("read", all=True, before=soon) == nothing
    assert await inbox.mark("read", ids=[code_id]) == nothing
    assert await inbox.mark("received", ids=[code_id]) == nothing
    assert await inbox.run("SELECT read_at, received_at FROM notification") == [(None, None)]


NEWER = [
    pytest.param("category = 'gossip'", id="another category"),
    pytest.param("category = '../en/labels'", id="a category that is a path"),
    pytest.param("category = ''", id="no category"),
    pytest.param("params = '{}'", id="other parameters"),
    pytest.param("""params = params || '{"status": 11}'""", id="another status"),
    pytest.param("""params = params || '{"status": "new"}'""", id="a status of another kind"),
]


@pytest.mark.parametrize("change", NEWER)
async def test_what_a_newer_release_wrote_is_told_in_general(
    inbox: Inbox, push_event: PushEvent, new_code: NewCode, change: str
) -> None:
    """With its dossier and its link, and without harm to the notices beside it."""
    await push_event(first := new_code(), 4)
    await push_event(code := new_code(), 4)
    newest = "(SELECT id FROM notification ORDER BY created_at DESC LIMIT 1)"
    await inbox.run(f"UPDATE notification SET {change} WHERE id = {newest} RETURNING id")
    with capture_logs() as logs:
        unknown, known = (await inbox.read())["items"]
    assert (unknown["title"], unknown["body"]) == ("Thông báo mới", f"Có thông báo mới về hồ sơ {code}.")
    assert (unknown["status"], unknown["link"]) == (None, f"https://app.tindan.example/dossiers/{code}")
    assert (known["dossier_code"], known["title"]) == (first, f"Hồ sơ {first}: Đang xử lý")
    assert [entry["event"] for entry in logs if entry["log_level"] == "warning"] == ["not_worded"]
    assert (await inbox.read(language="en"))["items"][0]["title"] == "New notice"


async def test_a_notice_about_nothing_known_is_told_still(
    inbox: Inbox, push_event: PushEvent, new_code: NewCode
) -> None:
    """Where there is no dossier either, it is a new notice and no more."""
    await push_event(new_code(), 4)
    await inbox.run("UPDATE notification SET category = 'gossip', dossier_id = NULL RETURNING id")
    ((item,), english) = (await inbox.read())["items"], (await inbox.read(language="en"))["items"]
    assert (item["title"], item["body"], item["link"]) == ("Thông báo mới", "Bạn có một thông báo mới.", None)
    assert english[0]["body"] == "There is a new notice for you."

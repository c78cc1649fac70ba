"""A citizen reads and marks notices; an app keeps a copy that misses nothing."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.inbox.schemas import SyncMark
from api.services import Services
from notify.announce import Notice, announce
from notify.categories import Category
from tests.api.callers import Agency, Citizen, MakeCitizen, NewCode, PushEvent


@dataclass(frozen=True)
class Phone:
    """A citizen's app, as far as the inbox goes."""

    client: httpx.AsyncClient
    citizen: Citizen

    async def read(self, **query: Any) -> dict[str, Any]:
        """Read one page."""
        answer = await self.client.get("/v1/notifications", params=query, headers=self.citizen.headers)
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page

    async def read_all(self, **query: Any) -> list[dict[str, Any]]:
        """Follow the cursors to the end."""
        page = await self.read(**query)
        items = list(page["items"])
        while page["next_cursor"]:
            page = await self.read(cursor=page["next_cursor"], limit=query.get("limit", 20))
            items += page["items"]
        return items

    async def mark(self, how: str, **body: Any) -> dict[str, Any]:
        """Mark notices as `read` or `received`."""
        url = f"/v1/notifications/{how}"
        answer = await self.client.post(url, json=body, headers=self.citizen.headers)
        assert answer.status_code == 200, answer.text
        marked: dict[str, Any] = answer.json()
        return marked


@pytest.fixture
def phone(client: httpx.AsyncClient, citizen: Citizen) -> Phone:
    """The citizen's app."""
    return Phone(client, citizen)


TellLate = Callable[[str], AbstractAsyncContextManager[None]]


@pytest.fixture
def tell_late(services: Services, agency: Agency, citizen: Citizen) -> TellLate:
    """Write a notice about a dossier at once, and commit it only at the end of the block."""

    @asynccontextmanager
    async def telling(code: str) -> AsyncIterator[None]:
        async with services.unit_of_work() as uow:
            row: Any = await (
                await (await uow.driver()).execute("SELECT id FROM dossier WHERE code = %s", (code,))
            ).fetchone()
            notice = Notice(
                party_id=citizen.party_id,
                agency_id=agency.id,
                category=Category.STATUS_CHANGE,
                dossier_id=row[0],
                params={"status": 4, "occurred_at": "2026-11-21T09:00:00+07:00"},
            )
            await announce(uow, [notice], datetime.now(UTC))
            yield
            await uow.commit()

    return telling


def codes(items: list[dict[str, Any]]) -> list[str]:
    """Return the codes of the dossiers that notices speak of."""
    return [item["dossier_code"] for item in items]


async def test_a_notice_is_worded_and_links_to_its_dossier(
    push_event: PushEvent, phone: Phone, new_code: NewCode
) -> None:
    """An item says what happened to which dossier, in Vietnamese unless asked otherwise."""
    code = new_code()
    await push_event(code, 5, note="Cần giấy chứng sinh")
    page = await phone.read()
    (item,) = page["items"]
    assert item["category"] == "supplement_required"
    assert code in item["title"]
    assert code in item["body"]
    assert item["dossier_code"] == code
    assert item["link"] == f"https://app.tindan.example/dossiers/{code}"
    assert item["status"] == {"code": 5, "name": "Yêu cầu bổ sung giấy tờ"}
    assert (item["read_at"], page["unread_count"], page["reset"]) == (None, 1, False)
    assert "chứng sinh" not in str(page)


async def test_wording_follows_the_language(
    client: httpx.AsyncClient, citizen: Citizen, push_event: PushEvent, new_code: NewCode
) -> None:
    """English where it is preferred."""
    await push_event(new_code(), 4)
    headers = citizen.headers | {"accept-language": "en"}
    answer = await client.get("/v1/notifications", headers=headers)
    (item,) = answer.json()["items"]
    assert item["title"].endswith("In process")
    assert item["status"]["name"] == "In process"
    assert answer.headers["content-language"] == "en"


async def test_pages_hold_every_notice_once_newest_first(
    push_event: PushEvent, phone: Phone, new_code: NewCode
) -> None:
    """Following the cursors meets each notice exactly once."""
    told = [new_code() for _ in range(7)]
    for code in told:
        await push_event(code, 1)
    items = await phone.read_all(limit=3)
    assert codes(items) == told[::-1]


async def test_read_marks_count(push_event: PushEvent, phone: Phone, new_code: NewCode) -> None:
    """Marking twice marks once; the unread count goes down."""
    for _ in range(3):
        await push_event(new_code(), 1)
    first, second, third = [item["id"] for item in (await phone.read())["items"]]
    assert await phone.mark("read", ids=[first, second]) == {"marked": 2, "unread_count": 1}
    assert await phone.mark("read", ids=[first, second, str(uuid4())]) == {"marked": 0, "unread_count": 1}
    page = await phone.read()
    assert page["unread_count"] == 1
    assert [item["id"] for item in page["items"] if item["read_at"] is None] == [third]


async def test_all_read_up_to_a_time(push_event: PushEvent, phone: Phone, new_code: NewCode) -> None:
    """What came after the person looked stays unread."""
    await push_event(new_code(), 1)
    await push_event(new_code(), 1)
    seen = (await phone.read())["items"][0]["created_at"]
    await push_event(new_code(), 1)
    assert await phone.mark("read", all=True, before=seen) == {"marked": 2, "unread_count": 1}


async def received(services: Services) -> dict[str, datetime | None]:
    """Return what the database knows of receipt."""
    async with services.reading() as reading:
        driver = await reading.driver()
        rows: Any = await (await driver.execute("SELECT id::text, received_at FROM notification")).fetchall()
        return dict(rows)


async def test_receipt_is_kept_and_changes_nothing_to_see(
    services: Services,
    push_event: PushEvent,
    phone: Phone,
    new_code: NewCode,
) -> None:
    """The first confirmation counts, and the app need not fetch the notice again for it."""
    await push_event(new_code(), 1)
    page = await phone.read()
    (item,) = page["items"]
    assert await phone.mark("received", ids=[item["id"]]) == {"marked": 1, "unread_count": 1}
    at = (await received(services))[item["id"]]
    assert at is not None
    assert await phone.mark("received", ids=[item["id"]]) == {"marked": 0, "unread_count": 1}
    assert (await received(services))[item["id"]] == at
    assert (await phone.read(since=page["sync_token"]))["items"] == []


async def test_reading_confirms_receipt(
    services: Services,
    push_event: PushEvent,
    phone: Phone,
    new_code: NewCode,
) -> None:
    """Who has read a notice has received it."""
    await push_event(new_code(), 1)
    (item,) = (await phone.read())["items"]
    await phone.mark("read", ids=[item["id"]])
    assert (await received(services))[item["id"]] is not None


async def test_marks_of_strangers_do_nothing(
    services: Services,
    push_event: PushEvent,
    phone: Phone,
    make_citizen: MakeCitizen,
    new_code: NewCode,
) -> None:
    """A foreign id is passed over like an unknown one."""
    await push_event(new_code(), 1)
    (item,) = (await phone.read())["items"]
    stranger = Phone(phone.client, await make_citizen())
    nothing = {"marked": 0, "unread_count": 0}
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert await stranger.mark("read", ids=[item["id"]]) == nothing
    assert await stranger.mark("received", ids=[item["id"]]) == nothing
    assert await stranger.mark("read", all=True, before=soon) == nothing
    assert (await phone.read())["unread_count"] == 1
    assert await received(services) == {item["id"]: None}


@pytest.mark.parametrize(
    ("how", "body", "pointer", "code"),
    [
        ("read", {}, "", "ids-or-all"),
        ("read", {"ids": [], "all": True, "before": "2026-11-21T00:00:00Z"}, "", "ids-or-all"),
        ("read", {"all": True}, "", "ids-or-all"),
        ("read", {"before": "2026-11-21T00:00:00Z"}, "", "ids-or-all"),
        ("read", {"all": False, "before": "2026-11-21T00:00:00Z"}, "/all", "literal_error"),
        ("read", {"all": True, "before": "2026-11-21T00:00:00"}, "/before", "timezone_aware"),
        ("read", {"ids": ["x"]}, "/ids/0", "uuid_parsing"),
        ("read", {"ids": [str(UUID(int=n)) for n in range(501)]}, "/ids", "too_long"),
        ("received", {"ids": [], "more": 1}, "/more", "extra_forbidden"),
        ("received", {}, "/ids", "missing"),
    ],
)
async def test_a_bad_mark_is_named(phone: Phone, how: str, body: Any, pointer: str, code: str) -> None:
    """Each mistake is a problem that names the field."""
    url = f"/v1/notifications/{how}"
    answer = await phone.client.post(url, json=body, headers=phone.citizen.headers)
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]


async def test_a_delta_holds_what_is_new_and_what_changed(
    push_event: PushEvent, phone: Phone, new_code: NewCode
) -> None:
    """After a sync only the new notice and the one marked since come, and then nothing."""
    for _ in range(3):
        await push_event(new_code(), 1)
    page = await phone.read()
    assert (await phone.read(since=page["sync_token"]))["items"] == []
    oldest, fresh = page["items"][-1]["id"], new_code()
    await phone.mark("read", ids=[oldest])
    await push_event(fresh, 1)
    delta = await phone.read(since=page["sync_token"])
    assert delta["items"][0]["id"] == oldest
    assert codes(delta["items"])[1:] == [fresh]
    assert (await phone.read(since=delta["sync_token"]))["items"] == []


async def test_a_delta_never_misses_a_notice_committed_late(
    push_event: PushEvent, phone: Phone, tell_late: TellLate, new_code: NewCode
) -> None:
    """A transaction that began before a sync and commits after it is told by the next sync."""
    about, overtaking = new_code(), new_code()
    await push_event(about, 1)
    start = (await phone.read())["sync_token"]
    async with tell_late(about):
        await push_event(overtaking, 1)
        meanwhile = await phone.read(since=start)
        assert codes(meanwhile["items"]) == [overtaking]
    after = await phone.read(since=meanwhile["sync_token"])
    assert about in codes(after["items"])
    assert (await phone.read(since=after["sync_token"]))["items"] == []


async def test_a_delta_turned_page_by_page_misses_nothing_that_happens_meanwhile(
    push_event: PushEvent, phone: Phone, tell_late: TellLate, new_code: NewCode
) -> None:
    """Between two pages one notice commits late, one is new and one is read: the app ends up the same."""
    start = await phone.read()
    told = [new_code() for _ in range(5)]
    await push_event(told[0], 1)
    async with tell_late(told[0]):
        for code in told[1:]:
            await push_event(code, 1)
        page = await phone.read(since=start["sync_token"], limit=2)
        known = {item["id"]: item for item in page["items"]}
    await phone.mark("read", ids=[page["items"][0]["id"]])
    await push_event(new_code(), 1)
    while page["next_cursor"]:
        page = await phone.read(cursor=page["next_cursor"], limit=2)
        known |= {item["id"]: item for item in page["items"]}
    known |= {item["id"]: item for item in await phone.read_all(since=page["sync_token"])}
    assert known == {item["id"]: item for item in await phone.read_all()}
    assert len(known) == 7


@dataclass
class Copy:
    """An app's copy of the inbox."""

    phone: Phone
    token: str
    known: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def sync(self, chance: random.Random, between_pages: Callable[[], Awaitable[None]]) -> None:
        """Fetch what changed, in pages of any size."""
        query = {"since": self.token}
        while True:
            page = await self.phone.read(limit=chance.randint(1, 3), **query)
            self.known |= {item["id"]: item for item in page["items"]}
            self.token = page["sync_token"]
            if page["next_cursor"] is None:
                return
            query = {"cursor": page["next_cursor"]}
            await between_pages()


@pytest.mark.parametrize("seed", range(5))
async def test_a_copy_is_true_whatever_the_order_of_commits(
    push_event: PushEvent, phone: Phone, tell_late: TellLate, new_code: NewCode, seed: int
) -> None:
    """Transactions open and commit in any order, also between the pages of a sync: nothing is missed."""
    chance, about = random.Random(seed), new_code()
    copy = Copy(phone, (await phone.read())["sync_token"])
    await push_event(about, 1)
    under_way: list[AsyncExitStack] = []

    async def begin_one() -> None:
        under_way.append(AsyncExitStack())
        await under_way[-1].enter_async_context(tell_late(about))

    async def commit_one() -> None:
        if under_way:
            await under_way.pop(chance.randrange(len(under_way))).aclose()

    for _ in range(25):
        if len(under_way) < 4 and chance.random() < 0.5:
            await begin_one()
        elif chance.random() < 0.5:
            await commit_one()
        else:
            await copy.sync(chance, commit_one)
    while under_way:
        await commit_one()
    await copy.sync(chance, commit_one)
    assert copy.known == {item["id"]: item for item in await phone.read_all()}
    assert len(copy.known) > 3


async def test_rows_of_another_server_are_no_changes_here(
    services: Services, push_event: PushEvent, phone: Phone, new_code: NewCode
) -> None:
    """After a dump was loaded, numbers ahead of ours do not come again with every sync."""
    await push_event(new_code(), 1)
    async with services.unit_of_work() as uow:
        ahead = "UPDATE notification SET changed_xid = '1000000000000'"
        await (await uow.driver()).execute(ahead)
        await uow.commit()
    page = await phone.read()
    assert len(page["items"]) == 1
    fresh = new_code()
    await push_event(fresh, 1)
    assert codes((await phone.read(since=page["sync_token"]))["items"]) == [fresh]


async def test_a_whole_list_turned_page_by_page_syncs_from_its_first_page(
    push_event: PushEvent, phone: Phone, new_code: NewCode
) -> None:
    """What changes on a page already turned is told by the sync that follows the last page."""
    for _ in range(4):
        await push_event(new_code(), 1)
    page = await phone.read(limit=2)
    turned = page["items"][0]["id"]
    await phone.mark("read", ids=[turned])
    last = await phone.read(cursor=page["next_cursor"], limit=2)
    delta = await phone.read(since=last["sync_token"])
    assert [item["id"] for item in delta["items"]] == [turned]


@pytest.mark.parametrize("which", ["another server", "the future"])
async def test_a_token_that_means_nothing_here_begins_anew(
    push_event: PushEvent, phone: Phone, new_code: NewCode, which: str
) -> None:
    """After a restore into another server, or of an older state, the app is told to drop its copy."""
    codes_told = [new_code() for _ in range(3)]
    for code in codes_told:
        await push_event(code, 1)
    token = (await phone.read())["sync_token"]
    mark = SyncMark.decode(token, parameter="since")
    foreign = (
        mark.model_copy(update={"era": "1.1"})
        if which == "another server"
        else mark.model_copy(update={"xid": mark.xid + 2**40})
    )
    page = await phone.read(since=foreign.encode(), limit=2)
    assert page["reset"] is True
    assert codes(page["items"]) == codes_told[:0:-1]
    assert page["sync_token"] == token
    assert (await phone.read(since=page["sync_token"]))["reset"] is False


@pytest.mark.parametrize("parameter", ["since", "cursor"])
@pytest.mark.parametrize("value", ["x", "e30", SyncMark(era="1.1", xid=1).encode()[:-3], "ÿ"])
async def test_a_malformed_token_is_named(
    client: httpx.AsyncClient, citizen: Citizen, parameter: str, value: str
) -> None:
    """What was never handed out is refused."""
    answer = await client.get("/v1/notifications", params={parameter: value}, headers=citizen.headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/query/{parameter}"


async def test_an_unchanged_inbox_is_not_sent_again(
    client: httpx.AsyncClient,
    citizen: Citizen,
    make_citizen: MakeCitizen,
    push_event: PushEvent,
    new_code: NewCode,
) -> None:
    """What happens to others leaves the ETag as it was."""
    await push_event(new_code(), 1)
    tag = (await client.get("/v1/notifications", headers=citizen.headers)).headers["etag"]
    await push_event(new_code(), 1, citizen=await make_citizen())
    asked = citizen.headers | {"if-none-match": tag}
    assert (await client.get("/v1/notifications", headers=asked)).status_code == 304
    await push_event(new_code(), 1)
    assert (await client.get("/v1/notifications", headers=asked)).status_code == 200

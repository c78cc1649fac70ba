"""What is told to many stands in the inbox of each whom it is for, and in no other."""

import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.inbox.schemas import SyncMark
from api.services import Services
from storage.broadcasts.audience import Audience
from storage.ids import new_id
from storage.parties.kinds import PartyKind
from tests.api.callers import Agency, Citizen, MakeAgency, MakeCitizen, NewCode, PushEvent
from tests.api.test_inbox import Phone
from tests.storage.broadcasts.telling import Square, ids

PERSONS, ORGANISATIONS = Audience(kind=PartyKind.PERSON), Audience(kind=PartyKind.ORGANISATION)
TODAY = timedelta(hours=1)


@pytest.fixture
def square(services: Services) -> Square:
    """Where broadcasts are told."""
    return Square(open_unit=services.unit_of_work)


@pytest.fixture
def phone(client: httpx.AsyncClient, citizen: Citizen) -> Phone:
    """The citizen's app."""
    return Phone(client, citizen)


@pytest.fixture
def phone_of(client: httpx.AsyncClient, make_citizen: MakeCitizen) -> Callable[..., Awaitable[Phone]]:
    """Make somebody else with the app."""

    async def make(kind: PartyKind = PartyKind.PERSON) -> Phone:
        number = "0109998887" if kind is PartyKind.ORGANISATION else None
        return Phone(client, await make_citizen(number, kind=kind))

    return make


async def test_a_broadcast_is_an_item_like_others(phone: Phone, square: Square, agency: Agency) -> None:
    """With who speaks, in the reader's language, its own link, and no dossier."""
    broadcast = await square.tell(
        title="Nghỉ lễ", english="Closed", agency_id=agency.id, link="https://dichvucong.example/le"
    )
    page = await phone.read()
    (item,) = page["items"]
    assert (item["id"], item["category"], item["title"]) == (str(broadcast), "broadcast", "Nghỉ lễ")
    assert item["body"] == f"{agency.name}: Nội dung của Nghỉ lễ."
    assert item["link"] == "https://dichvucong.example/le"
    assert (item["dossier_code"], item["status"], item["read_at"]) == (None, None, None)
    assert datetime.fromisoformat(item["expires_at"]) > datetime.now(UTC)
    assert (page["unread_count"], page["removed"]) == (1, [])
    headers = phone.citizen.headers | {"accept-language": "en"}
    (english,) = (await phone.client.get("/v1/notifications", headers=headers)).json()["items"]
    assert (english["title"], english["body"]) == ("Closed", f"{agency.name}: Body of Closed.")


async def test_without_english_it_is_read_in_vietnamese(phone: Phone, square: Square, agency: Agency) -> None:
    """Whatever language is asked for."""
    await square.tell(title="Nghỉ lễ", agency_id=agency.id)
    headers = phone.citizen.headers | {"accept-language": "en"}
    (item,) = (await phone.client.get("/v1/notifications", headers=headers)).json()["items"]
    assert item["title"] == "Nghỉ lễ"


async def test_each_finds_what_is_for_them(
    phone: Phone,
    square: Square,
    phone_of: Callable[..., Awaitable[Phone]],
    make_agency: MakeAgency,
) -> None:
    """By kind of party, and by dossiers at an agency or below it; nothing else is there for them."""
    province = await make_agency("H27")
    ward, other = await make_agency("H27.1", parent=province), await make_agency("H27.2", parent=province)
    company = await phone_of(PartyKind.ORGANISATION)
    await square.dossier(phone.citizen.party_id, ward.id)
    told = {
        name: await square.tell(audience)
        for name, audience in {
            "all": Audience(),
            "persons": PERSONS,
            "organisations": ORGANISATIONS,
            "province": Audience(agency_id=province.id),
            "ward": Audience(agency_id=ward.id),
            "persons of the ward": Audience(agency_id=ward.id, kind=PartyKind.PERSON),
            "organisations of the ward": Audience(agency_id=ward.id, kind=PartyKind.ORGANISATION),
            "other": Audience(agency_id=other.id),
        }.items()
    }

    async def found(of: Phone) -> set[str]:
        here = set(ids(await of.read_all(limit=2)))
        return {name for name, broadcast in told.items() if broadcast in here}

    assert await found(phone) == {"all", "persons", "province", "ward", "persons of the ward"}
    assert await found(company) == {"all", "organisations"}
    assert await found(await phone_of()) == {"all", "persons"}
    assert (await phone.read())["unread_count"] == 5
    assert (await company.read())["unread_count"] == 2


async def test_a_foreign_broadcast_is_marked_like_a_missing_one(
    phone: Phone, square: Square, services: Services
) -> None:
    """Whoever is not in the audience learns nothing by its id, and leaves no mark."""
    foreign = await square.tell(ORGANISATIONS)
    waiting = await square.tell(published=False)
    withdrawn = await square.tell()
    await square.withdraw(withdrawn)
    nothing = {"marked": 0, "unread_count": 0}
    soon = (datetime.now(UTC) + TODAY).isoformat()
    for given in (foreign, waiting, withdrawn, uuid4()):
        for how in ("read", "received"):
            assert await phone.mark(how, ids=[str(given)]) == nothing
    assert await phone.mark("read", all=True, before=soon) == nothing
    assert await square.rows("SELECT 1 FROM broadcast_mark") == []


@pytest.mark.parametrize("seed", range(6))
async def test_pages_are_both_kinds_in_one_order(
    phone: Phone, square: Square, push_event: PushEvent, new_code: NewCode, seed: int
) -> None:
    """Whatever came in which order, also at one moment: pages of any size hold all of it once, newest first."""
    chance = random.Random(seed)
    total = chance.randint(3, 14)
    for _ in range(total):
        if chance.random() < 0.5:
            await push_event(new_code(), 1)
        else:
            await square.tell(chance.choice([Audience(), PERSONS]))
    await square.tell(ORGANISATIONS)
    if chance.random() < 0.5:
        # Ids alone then decide.
        await square.rows("UPDATE broadcast SET published_at = '2026-11-21'")
        await square.rows("UPDATE notification SET created_at = '2026-11-21'")
    items = await phone.read_all(limit=chance.randint(1, 4))
    keys = [(datetime.fromisoformat(item["created_at"]), UUID(item["id"])) for item in items]
    assert keys == sorted(set(keys), reverse=True)
    expected = await square.rows(
        "SELECT id FROM notification UNION ALL SELECT id FROM broadcast WHERE audience_kind <> 'organisation'"
    )
    assert set(ids(items)) == {one for (one,) in expected}
    assert len(items) == total


async def test_what_is_published_meanwhile_moves_no_page(phone: Phone, square: Square) -> None:
    """A cursor goes on where it ended."""
    told = [await square.tell() for _ in range(4)]
    page = await phone.read(limit=2)
    await square.tell()
    rest = await phone.read(cursor=page["next_cursor"], limit=5)
    assert [*ids(page["items"]), *ids(rest["items"])] == told[::-1]


async def test_marks_are_of_one_party(
    phone: Phone, square: Square, phone_of: Callable[..., Awaitable[Phone]]
) -> None:
    """Reading marks it once, for the reader alone; there is no row of anybody who has not."""
    broadcast = str(await square.tell())
    other = await phone_of()
    assert await square.rows("SELECT 1 FROM broadcast_mark") == []
    assert await phone.mark("received", ids=[broadcast]) == {"marked": 1, "unread_count": 1}
    assert await phone.mark("received", ids=[broadcast]) == {"marked": 0, "unread_count": 1}
    assert await phone.mark("read", ids=[broadcast]) == {"marked": 1, "unread_count": 0}
    assert await phone.mark("read", ids=[broadcast]) == {"marked": 0, "unread_count": 0}
    marks = await square.rows("SELECT party_id, received_at < read_at FROM broadcast_mark")
    assert marks == [(phone.citizen.party_id, True)]
    assert (await other.read())["unread_count"] == 1
    (item,) = (await other.read())["items"]
    assert item["read_at"] is None


async def test_both_kinds_are_marked_together(
    phone: Phone, square: Square, push_event: PushEvent, new_code: NewCode
) -> None:
    """By ids, and all up to a time: what came after that stays unread."""
    await push_event(new_code(), 1)
    first = await square.tell()
    seen = (await phone.read())["items"][0]["created_at"]
    late = await square.tell()
    assert await phone.mark("read", all=True, before=seen) == {"marked": 2, "unread_count": 1}
    assert await phone.mark("read", ids=[str(first), str(late)]) == {"marked": 1, "unread_count": 0}


async def test_an_expired_one_is_there_and_not_unread(phone: Phone, square: Square) -> None:
    """As a notice on the board whose day has passed; reading all does not mark it, opening it does."""
    broadcast = await square.tell(in_=-2 * TODAY, life=TODAY)
    page = await phone.read()
    assert ids(page["items"]) == [broadcast]
    assert page["unread_count"] == 0
    soon = (datetime.now(UTC) + TODAY).isoformat()
    assert (await phone.mark("read", all=True, before=soon))["marked"] == 0
    assert (await phone.mark("read", ids=[str(broadcast)]))["marked"] == 1


async def test_whoever_turned_pushes_off_finds_it_in_the_app(
    phone: Phone, square: Square, client: httpx.AsyncClient
) -> None:
    """The word on pushes is one on pushes."""
    items = [{"category": "broadcast", "channel": "push", "enabled": False}]
    answer = await client.put("/v1/me/preferences", json={"items": items}, headers=phone.citizen.headers)
    assert answer.status_code == 200
    broadcast = await square.tell()
    page = await phone.read()
    assert (ids(page["items"]), page["unread_count"]) == ([broadcast], 1)


async def test_a_delta_tells_what_is_published_read_and_withdrawn(phone: Phone, square: Square) -> None:
    """Each change once, by the sync after it, and then nothing."""
    start = await phone.read()
    waiting = await square.tell(published=False)
    assert (await phone.read(since=start["sync_token"]))["items"] == []
    broadcast = await square.tell()
    published = await phone.read(since=start["sync_token"])
    assert ids(published["items"]) == [broadcast]
    assert (await phone.read(since=published["sync_token"]))["items"] == []

    await phone.mark("received", ids=[str(broadcast)])
    assert (await phone.read(since=published["sync_token"]))["items"] == []
    await phone.mark("read", ids=[str(broadcast)])
    read = await phone.read(since=published["sync_token"])
    assert [item["read_at"] is None for item in read["items"]] == [False]
    assert (await phone.read(since=read["sync_token"]))["items"] == []
    whole = await phone.read_all(since=start["sync_token"], limit=1)
    assert ids(whole) == [broadcast], "published and read since, it stands where it was read"

    await square.withdraw(broadcast)
    await square.withdraw(waiting)
    gone = await phone.read(since=read["sync_token"])
    assert (gone["items"], gone["removed"], gone["reset"]) == ([], [str(broadcast)], False)
    assert (await phone.read(since=gone["sync_token"]))["removed"] == []
    page = await phone.read()
    assert (page["items"], page["removed"], page["unread_count"]) == ([], [], 0)


async def test_coming_into_an_audience_begins_the_copy_anew(
    phone: Phone, square: Square, push_event: PushEvent, new_code: NewCode, agency: Agency
) -> None:
    """What was told before to those with a dossier there changed nowhere: a delta alone would miss it."""
    told = await square.tell(Audience(agency_id=agency.id))
    to_all = await square.tell()
    start = await phone.read()
    assert ids(start["items"]) == [to_all]
    await push_event(new_code(), 1)
    page = await phone.read(since=start["sync_token"])
    assert page["reset"] is True
    assert {told, to_all} < set(ids(page["items"]))
    assert (await phone.read(since=page["sync_token"]))["reset"] is False


async def test_a_first_broadcast_to_an_audience_begins_nothing_anew(
    phone: Phone, square: Square, push_event: PushEvent, new_code: NewCode, agency: Agency
) -> None:
    """Nor does a dossier at an agency that has told nobody anything."""
    start = await phone.read()
    await push_event(new_code(), 1)
    joined = await phone.read(since=start["sync_token"])
    assert (joined["reset"], len(joined["items"])) == (False, 1)
    told = await square.tell(Audience(agency_id=agency.id))
    page = await phone.read(since=joined["sync_token"])
    assert (page["reset"], ids(page["items"])) == (False, [told])


async def test_a_token_from_before_there_were_broadcasts_goes_on(phone: Phone, square: Square) -> None:
    """An app that was updated in between keeps its copy."""
    mark = SyncMark.decode((await phone.read())["sync_token"], parameter="since")
    old = mark.model_dump(exclude={"circles"})
    broadcast = await square.tell()
    page = await phone.read(since=SyncMark.model_validate(old).encode())
    assert (page["reset"], ids(page["items"])) == (False, [broadcast])


class Copy:
    """An app's copy of the inbox, kept by the rules of the API."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.token: str | None = None
        self.known: dict[str, dict[str, Any]] = {}
        self.resets = 0

    async def sync(self, chance: random.Random, between: Callable[[], Awaitable[None]]) -> None:
        """Fetch what changed in pages of any size, while other things happen."""
        query: dict[str, Any] = {"since": self.token} if self.token else {}
        while True:
            page = await self.phone.read(limit=chance.randint(1, 3), **query)
            if page["reset"]:
                self.known, self.resets = {}, self.resets + 1
            self.known |= {item["id"]: item for item in page["items"]}
            for gone in page["removed"]:
                self.known.pop(gone, None)
            self.token = page["sync_token"]
            if page["next_cursor"] is None:
                return
            query = {"cursor": page["next_cursor"]}
            await between()


@pytest.mark.parametrize("seed", range(6))
async def test_a_copy_is_true_whatever_happens(
    phone: Phone,
    square: Square,
    make_agency: MakeAgency,
    seed: int,
) -> None:
    """Told, withdrawn, read, and audiences come into, also between the pages of a sync: the copy ends up right."""
    chance = random.Random(seed)
    agencies = [await make_agency(f"H3{number}") for number in range(3)]
    audiences = [Audience(), PERSONS, ORGANISATIONS]
    audiences += [Audience(agency_id=one.id) for one in agencies]
    told: list[UUID] = []
    copy = Copy(phone)

    async def something() -> None:
        what = chance.choice(["tell", "tell", "tell", "withdraw", "read", "join"])
        if what == "tell":
            told.append(await square.tell(chance.choice(audiences)))
        elif what == "withdraw" and told:
            await square.withdraw(chance.choice(told))
        elif what == "read" and copy.known:
            await phone.mark("read", ids=[chance.choice(list(copy.known))])
        elif what == "join":
            await square.dossier(phone.citizen.party_id, chance.choice(agencies).id)

    for _ in range(20):
        await something()
        if chance.random() < 0.4:
            await copy.sync(chance, something)

    async def nothing() -> None:
        """Leave it at that."""

    await copy.sync(chance, nothing)
    assert copy.known == {item["id"]: item for item in await phone.read_all()}


async def test_one_that_commits_late_is_not_missed(phone: Phone, square: Square, services: Services) -> None:
    """A transaction that published early and commits after a sync is told by the next sync."""
    start = await phone.read()
    late = await square.tell(published=False)
    async with services.unit_of_work() as uow:
        driver = await uow.driver()
        await driver.execute(
            "UPDATE broadcast SET published_at = now(), changed_xid = pg_current_xact_id() WHERE id = %s",
            (late,),
        )
        overtaking = await square.tell()
        meanwhile = await phone.read(since=start["sync_token"])
        assert ids(meanwhile["items"]) == [overtaking]
        await uow.commit()
    after = await phone.read(since=meanwhile["sync_token"])
    assert late in ids(after["items"])


async def test_a_page_costs_one_look_whatever_was_told(phone: Phone, square: Square) -> None:
    """Hundreds told to others leave the page as it is."""
    mine = await square.tell()
    async with square.open_unit() as uow:
        driver = await uow.driver()
        await driver.execute(
            "INSERT INTO broadcast (id, agency_id, words, audience_agency_id, audience_kind, author, publish_at,"
            " published_at, expires_at) SELECT gen_random_uuid(), %s, '{}', gen_random_uuid(), 'any', '', now(),"
            " now(), now() + interval '1 day' FROM generate_series(1, 500)",
            (new_id(),),
        )
        await uow.commit()
    page = await phone.read()
    assert (ids(page["items"]), page["unread_count"]) == ([mine], 1)

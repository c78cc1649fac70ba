"""The commands by which an operator tells many at once, and sees what became of it."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from notify.broadcasts import BroadcastPlanner
from storage.agencies.models import Agency
from storage.broadcasts.claiming import claim_topics
from storage.deliveries import repository as deliveries
from storage.deliveries.claiming import FIRST
from storage.deliveries.repository import Record
from storage.engine import Engine
from storage.parties.kinds import PartyKind
from storage.settings import StorageSettings
from storage.unit_of_work import UnitOfWork
from tests.api.test_operation_notices import Said, Tindan
from tests.storage.broadcasts.telling import Square

WORDS = {
    "vi": {"title": "Nghỉ lễ", "body": "Cơ quan nghỉ lễ ngày 02/9."},
    "en": {"title": "Closed", "body": "Closed on 2 September."},
}
BY_OPTIONS = ("--agency", "H26", "--title", "Nghỉ lễ", "--body", "Cơ quan nghỉ lễ.")


@pytest.fixture
def tindan(engine: Engine, settings: StorageSettings, monkeypatch: pytest.MonkeyPatch) -> Tindan:
    """Run a command."""
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.require_database_url())
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setenv("LOGNAME", "operator-7")

    async def run(*arguments: str, given: str | None = None) -> Said:
        result = await asyncio.to_thread(CliRunner().invoke, app, ("broadcasts", *arguments), input=given)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result)

    return run


@pytest.fixture
def square(unit_of_work: Callable[[], UnitOfWork]) -> Square:
    """Agencies and parties."""
    return Square(open_unit=unit_of_work)


@pytest.fixture
async def city(square: Square) -> Agency:
    """A city with a ward, where two persons and a company have dossiers; a third person has none."""
    city = await square.agency("H26")
    ward = await square.agency("H26.1", city)
    for kind in (PartyKind.PERSON, PartyKind.PERSON, PartyKind.ORGANISATION):
        await square.dossier(await square.party(kind), ward.id)
    await square.party()
    return city


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Any], str]:
    """Write a draft; return its path."""

    def write(content: Any) -> str:
        path = tmp_path / "draft.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return str(path)

    return write


@pytest.fixture
def in_draft(city: Agency, written: Callable[[Any], str]) -> Callable[[Any], str]:
    """Write a draft that is good but for these fields, or this text in its place; return its path."""
    good = {"agency": "H26", "words": WORDS, "audience": {"agency": "H26"}}
    return lambda given: written(given if isinstance(given, str) else good | given)


async def test_a_dry_run_says_whom_where_and_when(
    tindan: Tindan, square: Square, city: Agency, written: Callable[[Any], str]
) -> None:
    """How many parties, which topics, when phones ring, until when it stands; and nothing is kept."""
    draft = {
        "agency": "000.00.00.H26",
        "words": WORDS,
        "audience": {"agency": "H26", "kind": "person"},
        "link": "https://dichvucong.example/le",
        "publish_at": "2030-09-01T23:30:00",
        "expires_at": "2030-09-03",
    }
    said = await tindan("add", written(draft), "--dry-run", "--json")
    assert said.code == 0, said.aside
    assert said.json == {
        "dry_run": True,
        "id": None,
        "audience": {"agency": "H26", "kind": "person", "parties": 2},
        "topics": [f"broadcast-agency-{city.id}-person-{language}" for language in ("vi", "en")],
        "publish_at": "2030-09-01T16:30:00Z",
        "pushed_at": "2030-09-02T00:00:00Z",
        "expires_at": "2030-09-02T17:00:00Z",
        "words": WORDS,
        "link": "https://dichvucong.example/le",
    }
    assert await square.rows("SELECT 1 FROM broadcast") == []
    text = await tindan("add", written(draft), "--dry-run")
    assert "Đối tượng · Audience: H26, cá nhân · persons: 2" in text.text
    assert "Gửi đẩy lúc · Pushed: 02/09/2030 07:00:00" in text.text


async def test_what_is_added_is_published_by_a_planner(tindan: Tindan, square: Square, city: Agency) -> None:
    """By options alone, now, with the operator as its author; to an agency nobody asks for a second word."""
    said = await tindan("add", *BY_OPTIONS, "--audience", "H26.1", "--json")
    assert said.code == 0, said.aside
    assert [one["event"] for one in said.logged] == ["broadcast_added"]
    assert "Nghỉ lễ" not in str(said.logged)
    await BroadcastPlanner(square.open_unit, ("push",)).run_once()
    rows = await square.rows("SELECT id::text, author, agency_id, published_at IS NULL, words FROM broadcast")
    assert rows == [
        (
            said.json["id"],
            "operator-7",
            city.id,
            False,
            {"vi": {"title": "Nghỉ lễ", "body": "Cơ quan nghỉ lễ."}},
        )
    ]


async def test_options_stand_in_place_of_fields(
    tindan: Tindan, city: Agency, written: Callable[[Any], str]
) -> None:
    """One by one, also within words and audience."""
    file = written({"agency": "H26", "words": WORDS, "audience": {"agency": "H26", "kind": "person"}})
    said = await tindan("add", file, "--title-en", "Holiday", "--audience", "all", "--dry-run", "--json")
    assert said.json["words"] == {**WORDS, "en": {**WORDS["en"], "title": "Holiday"}}
    assert said.json["audience"] == {"agency": None, "kind": "person", "parties": 3}
    assert said.json["topics"] == ["broadcast-all-person-vi", "broadcast-all-person-en"]


async def test_everybody_is_told_only_on_a_second_word(tindan: Tindan, square: Square, city: Agency) -> None:
    """A yes, typed or given beforehand; whoever says no has told nobody anything."""
    asked = await tindan("add", *BY_OPTIONS, "--audience", "all", given="n\n")
    assert asked.code == 1
    assert "Gửi đến tất cả? · Tell all of them?" in asked.aside
    assert "Tất cả · Everybody: 4" in asked.text
    assert await square.rows("SELECT 1 FROM broadcast") == []
    assert (await tindan("add", *BY_OPTIONS, "--audience", "all", given="y\n")).code == 0
    assert (await tindan("add", *BY_OPTIONS, "--audience", "all", "--yes")).code == 0
    assert len(await square.rows("SELECT 1 FROM broadcast")) == 2


@pytest.mark.parametrize(
    ("draft", "fault"),
    [
        ("{", "draft.json: it is no JSON"),
        ("[]", "draft.json: a JSON object is expected"),
        ({"audience": None}, "audience: Input should be"),
        ({"audience": {}}, "audience.agency: Field required"),
        ({"audience": {"agency": "H26", "kind": "cat"}}, "audience.kind: Input should be 'person'"),
        ({"audience": {"agency": "H 26"}}, "audience.agency: it is no code of an agency"),
        ({"audience": {"agency": "H99"}}, "there is no agency H99"),
        ({"agency": "H99"}, "there is no agency H99"),
        ({"agency": None}, "agency: Input should be a valid string"),
        ({"words": {}}, "words: it is worded in vi"),
        ({"words": {"en": WORDS["en"]}}, "words: it is worded in vi"),
        ({"words": WORDS | {"fr": WORDS["en"]}}, "words: it is worded in vi"),
        ({"words": {"vi": {"title": "Nghỉ lễ"}}}, "words.vi.body: Field required"),
        (
            {"words": {"vi": {"title": "x" * 66, "body": "y"}}},
            "words.vi.title: String should have at most 65",
        ),
        ({"words": {"vi": {"title": " ", "body": "y"}}}, "words.vi.title: String should have at least 1"),
        (
            {"words": {"vi": {"title": "x", "body": "y" * 301}}},
            "words.vi.body: String should have at most 300",
        ),
        ({"words": {"vi": {"title": "x\x00", "body": "y"}}}, "words.vi.title: Text must hold no control"),
        ({"link": "http://dichvucong.example"}, "link: String should match pattern"),
        ({"link": "javascript:alert(1)"}, "link: String should match pattern"),
        ({"link": "https://a b"}, "link: String should match pattern"),
        ({"publish_at": "soon"}, "publish_at: Input should be a valid datetime"),
        ({"publish_at": "2030-01-02", "expires_at": "2030-01-01"}, "expires_at must come after publish_at"),
        ({"expires_at": "2020-01-01"}, "expires_at must come after publish_at and now"),
        ({"publish_at": "2030-01-01", "expires_at": "2031-06-01"}, "within a year"),
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
    ],
)
async def test_a_bad_draft_is_named_and_kept_nowhere(
    tindan: Tindan, square: Square, in_draft: Callable[[Any], str], draft: Any, fault: str
) -> None:
    """Field and reason are said, with code 2."""
    said = await tindan("add", in_draft(draft), "--yes")
    assert said.code == 2
    assert fault in said.aside.replace("│ ", "")
    assert await square.rows("SELECT 1 FROM broadcast") == []


async def test_all_of_them_are_listed_by_state(tindan: Tindan, square: Square, city: Agency) -> None:
    """The last made first, a page at a time."""
    later = await square.tell(agency_id=city.id, in_=timedelta(hours=1), published=False)
    over = await square.tell(agency_id=city.id, in_=timedelta(hours=-2), life=timedelta(hours=1))
    stands = await square.tell(agency_id=city.id)
    taken_back = await square.tell(agency_id=city.id)
    await square.withdraw(taken_back)
    said = await tindan("list", "--json")
    states = [(one["id"], one["state"]) for one in said.json["broadcasts"]]
    assert states == [
        (str(taken_back), "withdrawn"),
        (str(stands), "published"),
        (str(over), "expired"),
        (str(later), "scheduled"),
    ]
    page = await tindan("list", "--limit", "3", "--json")
    assert page.json["before"] == str(over)
    rest = await tindan("list", "--before", page.json["before"], "--json")
    assert [one["id"] for one in rest.json["broadcasts"]] == [str(later)]
    text = (await tindan("list")).text
    for word in ("Chờ đến giờ", "Đang đăng", "Hết hạn", "Đã thu hồi", str(stands), "Cơ quan H26: Nghỉ lễ"):
        assert word in text


async def test_reach_is_what_apps_have_told(tindan: Tindan, square: Square, city: Agency) -> None:
    """How many phones have it and how many have read it, by when; and what became of its sends."""
    broadcast = await square.tell(agency_id=city.id, english="Closed", published=False)
    await BroadcastPlanner(square.open_unit, ("push",)).run_once()
    async with square.open_unit() as uow:
        rows, _ = await claim_topics(
            uow, channel="topic", size=1, lease=timedelta(seconds=30), after=dict.fromkeys(range(4), FIRST)
        )
        record = Record(id=rows[0].id, attempt=1, outcome="accepted", provider_id="projects/p/messages/1")
        await deliveries.record(uow, [record])
        await uow.commit()
    parties = [party for (party,) in await square.rows("SELECT id FROM party")]
    for party, minutes, read in zip(parties, (5, 90, 60 * 30), (True, False, True), strict=False):
        await square.rows(
            "INSERT INTO broadcast_mark SELECT id, %s, CASE WHEN %s THEN published_at + %s END, published_at + %s"
            " FROM broadcast",
            party, read, timedelta(minutes=minutes), timedelta(minutes=minutes),
        )  # fmt: skip
    said = (await tindan("show", str(broadcast), "--json")).json
    assert (said["state"], said["parties"]) == ("published", 4)
    assert [(one["within"], one["received"], one["read"]) for one in said["reach"]] == [
        (3600.0, 1, 1),
        (86400.0, 2, 1),
        (604800.0, 3, 2),
        (None, 3, 2),
    ]
    assert sorted((one["state"], one["outcome"]) for one in said["deliveries"]) == [
        ("finished", "accepted"),
        ("waiting", None),
    ]
    text = (await tindan("show", str(broadcast))).text
    for word in ("broadcast-all-vi", "broadcast-all-en", "Đã nhận · accepted", "Tất cả · In all", "Closed"):
        assert word in text


async def test_what_waits_or_is_in_the_app_alone_is_shown_as_such(
    tindan: Tindan, square: Square, city: Agency
) -> None:
    """Without figures that mean nothing yet."""
    waits = await square.tell(agency_id=city.id, in_=timedelta(hours=1), published=False)
    assert "On phones" not in (await tindan("show", str(waits))).text
    alone = await square.tell(agency_id=city.id)
    assert "Chỉ có trong ứng dụng · In the app alone" in (await tindan("show", str(alone))).text


async def test_a_broadcast_is_withdrawn_once_and_with_a_reason(
    tindan: Tindan, square: Square, city: Agency
) -> None:
    """Who, when and why are shown; a second time changes nothing; what is not there is said."""
    broadcast = str(await square.tell(agency_id=city.id))
    assert (await tindan("withdraw", broadcast)).code == 2
    assert (await tindan("withdraw", broadcast, "--reason", "  ")).code == 2
    first = await tindan("withdraw", broadcast, "--reason", "Sai ngày", "--json")
    assert first.json == {"id": broadcast, "withdrawn": True, "changed": True}
    assert [one["event"] for one in first.logged] == ["broadcast_withdrawn"]
    again = await tindan("withdraw", broadcast, "--reason", "Khác")
    assert "was withdrawn before" in again.text
    assert "operator-7: Sai ngày" in (await tindan("show", broadcast)).text
    for command in (("show",), ("withdraw", "--reason", "x")):
        missing = await tindan(*command, "01a00000-0000-7000-8000-000000000000")
        assert missing.code == 2
        assert "there is no broadcast" in missing.aside

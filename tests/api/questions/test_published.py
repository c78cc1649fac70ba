"""Everybody finds and reads what is published, and is shown it before asking."""

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.limits import AddressPace
from api.questions import pace
from api.questions.public_schemas import AnswerMark
from api.services import Services
from storage.catalogue.book import CatalogueBook
from storage.catalogue.edition import Edition, Stamp
from storage.ids import new_id
from storage.procedures.record import Procedure
from storage.questions.book import AnswerBook
from storage.questions.resting import RestsOn
from storage.search.catalogue import Catalogue
from storage.search.lexicon import lexicon
from storage.settings import StorageSettings
from storage.units.gazetteer import Gazetteer
from storage.units.record import Units
from tests.api.callers import MakeAgency
from tests.api.conftest import PROCEDURE
from tests.api.questions.asking import ANSWER, PATH, QUESTION, Asker, Office, catalogue
from tests.api.telling import pointed

SIMILAR = f"{PATH}/similar"
CATALOGUE = (
    Procedure(code="1.001193", name="Đăng ký khai sinh", field="Hộ tịch", promulgating_agency="Bộ Tư pháp"),
    Procedure(code="1.000894", name="Đăng ký kết hôn", field="Hộ tịch", promulgating_agency="Bộ Tư pháp"),
    Procedure(code="1.003003", name="Cấp giấy phép lái xe", field="Đường bộ"),
)


@pytest.fixture
def with_catalogue(app: FastAPI, services: Services, settings: StorageSettings) -> Iterator[None]:
    """Have the application ask a small catalogue."""
    edition = Edition(
        stamp=Stamp(catalogue=1),
        catalogue=Catalogue(CATALOGUE, lexicon(), version=1),
        gazetteer=Gazetteer(Units()),
    )
    book = CatalogueBook(settings, services.reading, look_seconds=3600, edition=edition)
    app.state.services = dataclasses.replace(services, catalogue=book)
    yield
    app.state.services = services


async def find(client: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    """Look for answers without signing in."""
    answer = await client.get(PATH, params=query)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def asked(page: dict[str, Any]) -> list[str]:
    """Return the questions of a page."""
    return [one["question"] for one in page["items"]]


async def test_what_is_let_be_read_is_found_by_another(asker: Asker, office: Office):
    """Asked, answered, published: anybody finds it in other words, stale after a change, and never who asked."""
    question = await asker.ask(public=True)
    assert asked(await find(asker.client)) == []
    await office.answer(question["id"], version=1)
    assert asked(await find(asker.client)) == []
    published = await office.publish(question["id"])
    (found,) = (await find(asker.client, q="khai sinh lai o noi tam tru"))["items"]
    assert found == (await asker.client.get(f"{PATH}/{published}")).json()
    assert (found["question"], found["answer"], found["faq"]) == (QUESTION, ANSWER, False)
    assert found["agency"]["code"] == "H26.1"
    assert found["rests_on"] == {"code": PROCEDURE.code, "name": PROCEDURE.name, "version": 1}
    assert found.keys() == {
        *("id", "question", "answer", "field", "agency", "rests_on", "stale", "faq"),
        *("published_at", "updated_at"),
    }
    assert found["id"] != question["id"]
    await catalogue(office.services, PROCEDURE.model_copy(update={"name": "Khai sinh"}))
    await office.services.answers.renew()
    (found,) = (await find(asker.client, q="khai sinh lai o noi tam tru"))["items"]
    assert found["stale"]


async def test_what_is_private_is_found_by_nobody(asker: Asker, office: Office):
    """Not in the list, not by its own id, not as similar."""
    question = await asker.ask(public=False)
    await office.answer(question["id"])
    await office.services.answers.renew()
    assert (await find(asker.client))["items"] == []
    assert (await asker.client.get(f"{PATH}/{question['id']}")).status_code == 404


async def test_an_answer_turns_stale_when_its_procedure_changes(office: Office, client: httpx.AsyncClient):
    """By its address at once, in the list with the next look; it is still found."""
    rests_on = RestsOn(code=PROCEDURE.code, version=1)
    entry = await office.write("Khai sinh cần giấy gì?", rests_on=rests_on)
    assert not (await client.get(f"{PATH}/{entry}")).json()["stale"]
    await catalogue(office.services, PROCEDURE.model_copy(update={"name": "Khai sinh"}))
    told = (await client.get(f"{PATH}/{entry}")).json()
    assert (told["stale"], told["rests_on"]) == (
        True,
        {"code": PROCEDURE.code, "name": "Khai sinh", "version": 1},
    )
    await office.services.answers.renew()
    (found,) = (await find(client, q="giấy khai sinh"))["items"]
    assert found == told


async def test_filters_narrow_the_list(office: Office, client: httpx.AsyncClient, make_agency: MakeAgency):
    """By procedure, field, agency with those below it, and by what agencies wrote themselves."""
    await make_agency("H55")
    await office.write("Khai sinh?", rests_on=RestsOn(code=PROCEDURE.code, version=1))
    await office.write("Giấy phép?", field="Đường bộ")
    for query, found in (
        ({}, ["Giấy phép?", "Khai sinh?"]),
        ({"procedure": PROCEDURE.code}, ["Khai sinh?"]),
        ({"procedure": f"{PROCEDURE.code}.H26"}, ["Khai sinh?"]),
        ({"procedure": "1.000000"}, []),
        ({"field": "Đường bộ"}, ["Giấy phép?"]),
        ({"agency": "H26.1"}, ["Giấy phép?", "Khai sinh?"]),
        ({"agency": "H55"}, []),
        ({"faq": True, "field": "Đường bộ"}, ["Giấy phép?"]),
    ):
        assert asked(await find(client, **query)) == found, query


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ({"agency": "H99"}, ("/query/agency", "unknown-agency")),
        ({"agency": "??"}, ("/query/agency", "malformed-code")),
        ({"procedure": "khai sinh"}, ("/query/procedure", "malformed-code")),
        ({"q": "a" * 10_001}, ("/query/q", "string_too_long")),
        ({"q": "a\x00"}, ("/query/q", "control_character")),
        ({"field": ""}, ("/query/field", "string_too_short")),
        ({"cursor": "nonsense"}, ("/query/cursor", "invalid-cursor")),
        ({"limit": 1000}, ("/query/limit", "less_than_equal")),
    ],
)
async def test_what_can_not_be_looked_for_is_said(
    office: Office, client: httpx.AsyncClient, query: dict[str, Any], where: tuple[str, str]
):
    """In words, in both languages."""
    details = set()
    for language in ("vi", "en"):
        answer = await client.get(PATH, params=query, headers={"accept-language": language})
        assert answer.status_code == 422
        assert pointed(answer.json()) == [where]
        details.add(answer.json()["errors"][0]["detail"])
    assert len(details) == 2


async def test_pages_go_on_and_say_of_which_version_they_are(office: Office, client: httpx.AsyncClient):
    """Each entry once; when something is published meanwhile, the version is another."""
    for n in range(5):
        await office.write(f"Câu hỏi {n}")
    page = await find(client, limit=2)
    version, questions = page["version"], asked(page)
    assert (page["total"], page["total_is"]) == (5, "exact")
    while page["next_cursor"]:
        page = await find(client, limit=2, cursor=page["next_cursor"])
        assert page["version"] == version
        questions += asked(page)
    assert questions == [f"Câu hỏi {n}" for n in (4, 3, 2, 1, 0)]
    await office.write("Câu hỏi mới")
    assert (await find(client))["version"] != version
    far = AnswerMark(version=version, place=1_000_000).encode()
    assert (await find(client, cursor=far))["items"] == []


async def test_what_is_the_same_travels_once(office: Office, client: httpx.AsyncClient):
    """Until something is published, or taken down; caches between may keep the list for a while."""
    entry = await office.write("Khai sinh?")
    for path, kept in ((PATH, "public, max-age=60"), (f"{PATH}/{entry}", "public, no-cache")):
        first = await client.get(path)
        assert first.headers["cache-control"] == kept
        assert first.headers["vary"] == "accept-language"
        known = {"if-none-match": first.headers["etag"]}
        again = await client.get(path, headers=known)
        assert (again.status_code, again.content) == (304, b"")
    tag = (await client.get(PATH)).headers["etag"]
    await office.write("Kết hôn?")
    assert (await client.get(PATH, headers={"if-none-match": tag})).status_code == 200


async def test_markup_stays_text(office: Office, client: httpx.AsyncClient):
    """Nothing that was published is read as HTML: it is JSON, and says so."""
    script = "<script>alert(1)</script> khai sinh"
    entry = await office.write(script, script)
    for path in (PATH, f"{PATH}/{entry}", f"{PATH}?q=%3Cscript%3Ealert(1)"):
        answer = await client.get(path)
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert script in answer.text


async def test_what_is_not_there_is_missing(office: Office, client: httpx.AsyncClient):
    """An id of nothing, and what is no id."""
    assert (await client.get(f"{PATH}/{new_id()}")).status_code == 404
    assert (await client.get(f"{PATH}/similar")).status_code == 422


async def similar(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    """Ask what there is already."""
    answer = await client.post(SIMILAR, json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.usefixtures("with_catalogue")
async def test_what_is_alike_is_shown_before_asking(office: Office, client: httpx.AsyncClient):
    """Answers and procedures, named with who answers for them; of anything else nothing."""
    await office.write("Khai sinh cho con ở nơi tạm trú được không?")
    await office.write("Đổi giấy phép lái xe hết bao nhiêu tiền?")
    told = await similar(client, text="con em muốn khai sinh o noi tam tru có duoc khong a")
    assert [one["question"] for one in told["questions"]] == ["Khai sinh cho con ở nơi tạm trú được không?"]
    assert told["procedures"][0] == {
        "code": "1.001193",
        "name": "Đăng ký khai sinh",
        "agency": "Bộ Tư pháp",
    }
    for nothing in ("???", "xin chào", "zzzz qqqq", "<script>"):
        assert await similar(client, text=nothing) == {"questions": [], "procedures": []}


@pytest.mark.usefixtures("with_catalogue")
async def test_what_is_chosen_goes_before_what_is_alike(office: Office, client: httpx.AsyncClient):
    """With a procedure, those that rest on it come first, in whichever form its code is."""
    said, other = "Đổi tên con trong giấy khai sinh?", "Đổi tên con nuôi trong giấy khai sinh?"
    await office.write(other, rests_on=RestsOn(code=PROCEDURE.code, version=1))
    await office.write(said)
    assert (await similar(client, text=said))["questions"][0]["question"] == said
    for code in (PROCEDURE.code, f"{PROCEDURE.code}.000.00.00.H26"):
        told = await similar(client, text=said, procedure_code=code)
        assert told["questions"][0]["rests_on"]["code"] == PROCEDURE.code


@pytest.mark.usefixtures("with_catalogue")
async def test_what_is_typed_before_asking_is_checked_and_kept_nowhere(
    office: Office, client: httpx.AsyncClient, capfd: pytest.CaptureFixture[str]
):
    """Not in a log, either; the longest is taken, more is refused."""
    secret = "Trần Thị Bình bí mật"
    assert (await client.post(SIMILAR, json={"text": (secret * 200)[:4000]})).status_code == 200
    for body in ({"text": secret * 201}, {"text": ""}, {}, {"text": secret, "public": True}, [secret]):
        answer = await client.post(SIMILAR, json=body)
        assert answer.status_code == 422
        assert "Bình" not in answer.text
    assert "Bình" not in "".join(capfd.readouterr())


async def test_who_asks_too_early_is_told_to_come_again(
    app: FastAPI,
    office: Office,
    client: httpx.AsyncClient,
    settings: StorageSettings,
    monkeypatch: pytest.MonkeyPatch,
):
    """A process that has not read what is published yet has no answer, and no wrong one."""
    monkeypatch.setattr("api.questions.public_router.PATIENCE_SECONDS", 0.01)
    book = AnswerBook(settings, office.services.reading, look_seconds=3600)
    app.state.services = dataclasses.replace(office.services, answers=book)
    try:
        answer = await client.get(PATH)
    finally:
        app.state.services = office.services
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.usefixtures("with_catalogue")
async def test_an_address_may_look_so_often(
    office: Office, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    """Lists, answers and what is alike spend of one bucket; beyond it there is a refusal that says until when."""
    entry = await office.write("Khai sinh?")
    limit = dataclasses.replace(pace.ANSWERS, burst=20, every=timedelta(hours=1))
    monkeypatch.setattr(pace, "_pace", AddressPace(limit))
    statuses = []
    for _ in range(20):
        answers = (
            await client.get(PATH),
            await client.get(f"{PATH}/{entry}"),
            await client.post(SIMILAR, json={"text": "khai sinh"}),
        )
        statuses += [answer.status_code for answer in answers]
        for refused in (answer for answer in answers if answer.status_code == 429):
            assert int(refused.headers["retry-after"]) >= 1
    assert statuses.count(429) > 0
    assert statuses.count(200) >= 20


async def test_looking_goes_on_without_the_database(
    office: Office, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    """The list is in memory: whoever looks is answered while the database is away."""
    await office.write("Khai sinh?")

    def away(_: Services) -> None:
        raise OSError("away")

    monkeypatch.setattr(Services, "unit_of_work", away)
    monkeypatch.setattr(Services, "reading", away)
    assert asked(await find(client, q="khai sinh")) == ["Khai sinh?"]

"""A party files: to which agency, by when it is answered, and what is refused."""

import asyncio
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from api.services import Services
from storage.agencies import repository as agencies
from storage.agencies.repository import Term
from storage.dossiers.working_days import VIETNAM, WorkingCalendar
from storage.engine import Engine
from tests.api.acting import Pair
from tests.api.callers import Agency, MakeAgency, MakeCitizen, PushEvent
from tests.api.complaints.filing import PATH, WRITTEN, Filer
from tests.api.telling import pointed

CODE = "H26.1-261121-0001"
HOSTILE = (
    '<script>alert(1)</script><img src=x onerror="fetch(\'//evil\')"> {{7*7}} %s \u200bĐề\n\n& "q" \\u0000'
)


async def test_a_complaint_is_kept_as_it_was_written(filer: Filer, agency: Agency):
    """It is there at once, with a code, whose it is to handle, and by when it is to be answered."""
    told = await filer.file()
    assert re.fullmatch(r"PA-[0-9A-HJKMNP-TV-Z]{8}", told["code"])
    assert (told["kind"], told["topic"], told["text"]) == ("complaint", "delay", WRITTEN)
    assert told["agency"] == {"code": "H26.1", "name": agency.name}
    assert (told["state"], told["publication"], told["published_id"]) == ("received", "private", None)
    assert (told["closed_at"], told["declined"], told["dossier_code"]) == (None, None, None)
    assert not told["by_representative"]
    received, until = (datetime.fromisoformat(told[name]) for name in ("received_at", "process_by"))
    days = WorkingCalendar().working_days_between(received.astimezone(VIETNAM).date(), until.date())
    assert days == 15
    (entry,) = told["entries"]
    assert (entry["kind"], entry["agency"], entry["late"]) == ("received", agency.name, False)
    assert await filer.one(told["id"]) == told


async def test_whether_others_may_read_it_is_said_explicitly(filer: Filer):
    """Consent is by a word of its own: none is no consent, and what is no yes or no is refused."""
    assert (await filer.file(public=True))["publication"] == "wanted"
    for given in (None, "true", 1, "yes"):
        answer = await filer.send(public=given)
        assert answer.status_code == 422
        assert [where for where, _ in pointed(answer.json())] == ["/public"]


async def test_without_an_agency_it_is_said_where_to_find_one(filer: Filer):
    """The field is named, and the words lead to the list, in either language."""
    for language in ("vi", "en"):
        answer = await filer.send(agency_code=None, headers={"accept-language": language})
        assert answer.status_code == 422
        assert pointed(answer.json()) == [("/agency_code", "complaint-agency-needed")]
        assert "/v1/agencies" in answer.json()["errors"][0]["detail"]


async def test_a_dossier_leads_to_its_agency(filer: Filer, push_event: PushEvent, make_agency: MakeAgency):
    """The agency that is given is asked before that of the dossier, which is linked either way."""
    await push_event(CODE, 2)
    await make_agency("H27")
    for given, asked in (({"agency_code": None}, "H26.1"), ({"agency_code": "H27"}, "H27")):
        told = await filer.file(dossier_code=CODE, **given)
        assert (told["agency"]["code"], told["dossier_code"]) == (asked, CODE)


async def test_anothers_dossier_is_as_none(filer: Filer, push_event: PushEvent, make_citizen: MakeCitizen):
    """Nobody finds out by a complaint which dossiers there are."""
    await push_event(CODE, 2)
    stranger = Filer(client=filer.client, citizen=await make_citizen())
    answers = [await stranger.send(dossier_code=code) for code in (CODE, "H26.1-261121-0009")]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()


async def test_an_agency_that_has_ended_is_not_addressed(
    filer: Filer, services: Services, make_agency: MakeAgency, push_event: PushEvent
):
    """Neither by its code nor by a dossier that it had; with a successor, that one gets it."""
    gone, moved, _ = [await make_agency(code) for code in ("H27", "H28", "H29")]
    await push_event(CODE, 2)
    ended = date(2025, 6, 30)
    async with services.unit_of_work() as uow:
        terms = [Term(code="H27", valid_to=ended), Term(code="H28", valid_to=ended, successor="H29")]
        await agencies.set_terms(uow, terms)
        await (await uow.driver()).execute("UPDATE dossier SET agency_id = %s", (gone.id,))
        await uow.commit()
    answer = await filer.send(agency_code="H27")
    assert (answer.status_code, pointed(answer.json())) == (422, [("/agency_code", "agency-closed")])
    answer = await filer.send(agency_code=None, dossier_code=CODE)
    assert pointed(answer.json()) == [("/agency_code", "complaint-agency-needed")]
    assert (await filer.file(agency_code="H28"))["agency"]["code"] == moved.code


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"agency_code": "H99"}, "/agency_code"),
        ({"agency_code": "not a code"}, "/agency_code"),
        ({"dossier_code": "không phải"}, "/dossier_code"),
        ({"kind": "praise"}, "/kind"),
        ({"topic": "weather"}, "/topic"),
        ({"text": ""}, "/text"),
        ({"text": " \n "}, "/text"),
        ({"text": "x" * 4001}, "/text"),
        ({"text": "a\x00b"}, "/text"),
        ({"text": 7}, "/text"),
        ({"state": "answered"}, "/state"),
    ],
)
async def test_what_does_not_fit_is_refused_by_its_field(
    filer: Filer, engine: Engine, given: dict[str, Any], where: str
):
    """And nothing of it is kept."""
    body = {"kind": "complaint", "topic": "delay", "text": WRITTEN, "public": False, "agency_code": "H26.1"}
    answer = await filer.client.post(PATH, json=body | given, headers=filer.citizen.headers)
    assert answer.status_code == 422, answer.text
    assert [one for one, _ in pointed(answer.json())] == [where]
    async with engine.pool.connect() as connection:
        assert (await connection.exec_driver_sql("SELECT count(*) FROM complaint")).scalar_one() == 0


async def test_hostile_text_is_text(filer: Filer):
    """It comes back as it was written, as JSON, and nothing of it runs."""
    told = await filer.file(HOSTILE)
    assert "<script>" in told["text"]
    assert "{{7*7}}" in told["text"]


async def test_a_complaint_sent_again_is_filed_once(filer: Filer):
    """With one key one complaint, however often, and the same answer."""
    key = {"idempotency-key": "one"}
    answers = await asyncio.gather(*(filer.send(headers=key) for _ in range(5)))
    assert {one.status_code for one in answers} <= {201, 409}
    again = await filer.send(headers=key)
    assert again.status_code == 201
    assert len((await filer.page())["items"]) == 1
    assert {one.json()["code"] for one in [*answers, again] if one.status_code == 201} == {
        again.json()["code"]
    }
    assert (await filer.send("Khác", headers=key)).status_code == 422


async def test_a_flood_of_one_person_is_slowed_for_whomever(filer: Filer, pair: Pair):
    """Ten are taken, of whoever acts for two parties as well; the others are told when again."""
    acting = [await pair.acting() for _ in range(2)]
    answers = [await Filer(client=filer.client, citizen=acting[n % 2]).send() for n in range(12)]
    assert [one.status_code for one in answers] == [201] * 10 + [429] * 2
    assert int(answers[-1].headers["retry-after"]) <= 360
    assert answers[0].json()["by_representative"]
    assert (await filer.send()).status_code == 201


async def test_the_day_is_vietnams(filer: Filer):
    """Whatever the hour in London, it ends with a day there."""
    until = datetime.fromisoformat((await filer.file())["process_by"]).astimezone(VIETNAM)
    assert (until.hour, until.minute, until.second) == (23, 59, 59)
    assert until > datetime.now(UTC) + timedelta(days=15)

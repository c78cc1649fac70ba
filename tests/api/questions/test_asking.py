"""A party asks: which agency it is, by when an answer is promised, and what is refused."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from api.questions.service import due
from api.services import Services
from storage.agencies import repository as agencies
from storage.agencies.repository import Term
from storage.dossiers.working_days import VIETNAM, WorkingCalendar
from storage.engine import Engine
from tests.api.acting import Pair
from tests.api.callers import Agency, MakeAgency, MakeCitizen
from tests.api.conftest import PROCEDURE
from tests.api.questions.asking import PATH, QUESTION, Asker, Office
from tests.api.questions.conftest import AtDesk
from tests.api.telling import pointed

HOSTILE = (
    '<script>alert(1)</script><img src=x onerror="fetch(\'//evil\')"> {{7*7}} %s \u200bĐề\n\n& "q" \\u0000'
)


async def test_a_question_is_kept_as_it_was_asked(asker: Asker, agency: Agency):
    """It is there at once, waiting, with whom it was put to and by when an answer is promised."""
    told = await asker.ask(procedure_code=PROCEDURE.code)
    assert told["text"] == QUESTION
    assert told["agency"] == {"code": "H26.1", "name": agency.name}
    assert told["procedure"] == {"code": PROCEDURE.code, "name": PROCEDURE.name}
    assert (told["state"], told["publication"], told["published_id"]) == ("asked", "private", None)
    assert (told["closed_at"], told["declined"], told["answers"]) == (None, None, [])
    assert not told["by_representative"]
    asked, until = (datetime.fromisoformat(told[name]) for name in ("asked_at", "due_at"))
    days = WorkingCalendar().working_days_between(asked.astimezone(VIETNAM).date(), until.date())
    assert days == 5
    assert await asker.one(told["id"]) == told


@pytest.mark.parametrize(
    ("asked", "days", "until"),
    [
        (datetime(2026, 11, 13, 23, 30, tzinfo=VIETNAM), 5, date(2026, 11, 20)),
        (datetime(2026, 11, 14, 0, 30, tzinfo=VIETNAM), 5, date(2026, 11, 20)),
        (datetime(2026, 11, 17, 0, 30, tzinfo=VIETNAM), 1, date(2026, 11, 18)),
        (datetime(2026, 4, 29, 8, 0, tzinfo=VIETNAM), 1, date(2026, 5, 4)),
    ],
)
def test_an_answer_is_promised_by_the_end_of_a_working_day(asked: datetime, days: int, until: date):
    """The day of asking in Vietnam is not counted, nor weekends and holidays."""
    promised = due(WorkingCalendar(), asked.astimezone(UTC), days)
    assert promised == datetime.combine(until, time(23, 59, 59), VIETNAM)


async def test_whether_others_may_read_it_is_said_explicitly(asker: Asker):
    """Consent is by a word of its own: none is no consent, and what is no yes or no is refused."""
    assert (await asker.ask(public=True))["publication"] == "wanted"
    for given in (None, "true", 1, "yes"):
        answer = await asker.send(public=given)
        assert answer.status_code == 422
        assert [where for where, _ in pointed(answer.json())] == ["/public"]


async def test_the_agency_is_the_one_given_before_all_others(
    asker: Asker, make_agency: MakeAgency, at_desk: AtDesk
):
    """Then the one that the long code names, then the front desk; in whichever form codes are written."""
    for code in ("H27", "H28", "H29"):
        await make_agency(code)
    at_desk("000.00.00.H29")
    long = f"{PROCEDURE.code}.000.00.00.H28"
    for given, asked in (
        ({"agency_code": "000.00.00.H27", "procedure_code": long}, "H27"),
        ({"agency_code": None, "procedure_code": long}, "H28"),
        ({"agency_code": None, "procedure_code": f"{PROCEDURE.code}.H28"}, "H28"),
        ({"agency_code": None, "procedure_code": f"{PROCEDURE.code}.H99"}, "H29"),
        ({"agency_code": None, "procedure_code": PROCEDURE.code}, "H29"),
        ({"agency_code": None}, "H29"),
    ):
        told = await asker.ask(**given)
        assert told["agency"]["code"] == asked
        assert (told["procedure"] or {}).get("code") == (
            PROCEDURE.code if "procedure_code" in given else None
        )


@pytest.mark.parametrize("desk", [None, "H99"])
async def test_without_a_front_desk_an_agency_is_needed(asker: Asker, at_desk: AtDesk, desk: str | None):
    """A front desk that nobody knows is none; and it is said what to choose, in both languages."""
    at_desk(desk)
    for language, word in (("vi", "Hãy chọn"), ("en", "Choose")):
        answer = await asker.send(agency_code=None, headers={"accept-language": language})
        assert answer.status_code == 422
        assert pointed(answer.json()) == [("/agency_code", "agency-needed")]
        assert word in answer.json()["errors"][0]["detail"]


async def test_an_agency_for_which_nobody_speaks_is_not_asked(
    asker: Asker, services: Services, make_agency: MakeAgency
):
    """One that has ended is asked as long as a successor answers for it, and else refused."""
    yesterday = (datetime.now(VIETNAM) - timedelta(days=1)).date()
    for code in ("H27", "H28", "H29"):
        await make_agency(code)
    terms = [
        Term(code="H27", valid_to=yesterday),
        Term(code="H28", valid_to=yesterday, successor="H29"),
    ]
    async with services.unit_of_work() as uow:
        await agencies.set_terms(uow, terms)
        await uow.commit()
    assert (await asker.ask(agency_code="H28"))["agency"]["code"] == "H28"
    answer = await asker.send(agency_code="H27")
    assert pointed(answer.json()) == [("/agency_code", "agency-closed")]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"text": " \n "}, ("/text", "string_too_short")),
        ({"text": "a\x00b"}, ("/text", "control_character")),
        ({"text": "a" * 4001}, ("/text", "string_too_long")),
        ({"text": 5}, ("/text", "string_type")),
        ({"agency_code": "H99"}, ("/agency_code", "unknown-agency")),
        ({"agency_code": "H26.1'; DROP TABLE question"}, ("/agency_code", "malformed-code")),
        ({"procedure_code": "9.999999"}, ("/procedure_code", "unknown-procedure")),
        ({"procedure_code": "khai sinh"}, ("/procedure_code", "malformed-code")),
        ({"state": "answered"}, ("/state", "extra_forbidden")),
    ],
)
async def test_what_is_no_question_is_refused(asker: Asker, body: dict[str, Any], where: tuple[str, str]):
    """It is said where it is wrong, and nothing is kept."""
    given = {"text": QUESTION, "public": False, "agency_code": "H26.1"} | body
    answer = await asker.client.post(PATH, json=given, headers=asker.citizen.headers)
    assert answer.status_code == 422
    assert pointed(answer.json()) == [where]
    assert (await asker.page())["items"] == []


async def test_the_longest_question_is_taken_and_the_huge_is_not(asker: Asker):
    """4,000 characters of any kind come back as they went; a body of megabytes is not read to its end."""
    text = "Đ🙂" * 2000
    assert (await asker.ask(text))["text"] == text
    answer = await asker.send("a" * (5 << 20))
    assert answer.status_code == 413


async def test_markup_stays_text(asker: Asker, office: Office):
    """HTML and script are letters to us, come back as they went, and in JSON that no browser would render."""
    told = await asker.ask(HOSTILE)
    await office.answer(told["id"], HOSTILE)
    answer = await asker.read(told["id"])
    assert answer.json()["text"] == answer.json()["answers"][0]["text"] == HOSTILE
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_nothing_asked_lies_open_in_the_database(asker: Asker, office: Office, engine: Engine):
    """Question and answer are kept under the asker's key alone, whether others may read them or not."""
    told = await asker.ask("Mẹ tôi tên Trần Thị Bình", public=True)
    await office.answer(told["id"], "Thưa bà Bình")
    async with engine.pool.connect() as connection:
        rows = [
            row
            for table in ("question", "question_answer")
            for row in (await connection.exec_driver_sql(f"SELECT t::text FROM {table} t")).scalars()
        ]
    assert len(rows) == 2
    assert not any("Bình".encode().hex() in row or "Bình" in row for row in rows)


async def test_a_question_sent_again_is_asked_once(asker: Asker):
    """With one key one question, however often, and the same answer."""
    key = {"idempotency-key": "one"}
    answers = await asyncio.gather(*(asker.send(headers=key) for _ in range(5)))
    assert {one.status_code for one in answers} <= {201, 409}
    again = await asker.send(headers=key)
    assert again.status_code == 201
    assert len((await asker.page())["items"]) == 1
    assert {one.json()["id"] for one in [*answers, again] if one.status_code == 201} == {again.json()["id"]}
    other = await asker.send("Một câu khác", headers=key)
    assert other.status_code == 422


async def test_a_flood_of_one_person_is_slowed_and_loses_nothing(asker: Asker, make_citizen: MakeCitizen):
    """Of a hundred at once ten are taken and are all there; the others are told when again."""
    answers = await asyncio.gather(*(asker.send(str(n)) for n in range(100)))
    taken = [one for one in answers if one.status_code == 201]
    slowed = [one for one in answers if one.status_code == 429]
    assert (len(taken), len(slowed)) == (10, 90)
    assert all(300 <= int(one.headers["retry-after"]) <= 360 for one in slowed)
    kept = {one["text"] for one in (await asker.page(limit=100))["items"]}
    assert kept == {one.json()["text"] for one in taken}
    assert (await Asker(client=asker.client, citizen=await make_citizen()).send()).status_code == 201


async def test_acting_for_others_gives_no_more_questions(asker: Asker, pair: Pair):
    """Who acts asks as itself, for whomever: the limit is the person's."""
    acting = [await pair.acting() for _ in range(2)]
    statuses = [
        (await Asker(client=asker.client, citizen=acting[n % 2]).send()).status_code for n in range(12)
    ]
    assert statuses == [201] * 10 + [429] * 2

"""What was answered, in numbers and one by one: nothing of few, and no end of many."""

from collections.abc import Callable
from typing import Any

import pytest

from storage.cipher import Cipher
from storage.engine import Engine
from storage.surveys import exporting, reading, summing
from storage.surveys.errors import TooFewAnswers
from storage.surveys.exporting import Row
from storage.surveys.kinds import FEWEST
from storage.surveys.reading import SurveyView
from storage.surveys.summing import Counts
from storage.unit_of_work import Reading, UnitOfWork
from tests.storage.plans import planned
from tests.storage.ratings.closing import make_agency
from tests.storage.surveys.surveying import CODE, FORM, answer, make_open, new_answer, publish

Open = Callable[[], UnitOfWork]
Look = Callable[[], Reading]
CONTEXT = {"agency_code": "H26.1", "procedure_code": "1.001193", "month": "2026-11"}


@pytest.fixture
def look(engine: Engine, cipher: Cipher) -> Look:
    """Open a reading."""
    return lambda: Reading(engine, cipher)


async def make_answers(uow: UnitOfWork, *given: dict[str, Any], **more: Any) -> None:
    """Answer the survey."""
    for one in given:
        assert await answer(uow, new_answer(one, **more))


async def summed(look: Look, survey: SurveyView, **more: Any) -> dict[str, Any]:
    """Return how many answered each question, and what; counted in many transactions."""
    found = await summing.summary(look, survey.id, survey.form, at_a_time=3, **more)
    assert found is not None
    return {one.question.name: (one.answered, one.choices) for one in found}


async def test_answers_are_summed_up_by_their_questions(unit_of_work: Open, look: Look) -> None:
    """Each choice, step, yes and no, also where nobody chose it; of texts how many there are."""
    async with unit_of_work() as uow:
        survey = await make_open(uow, await make_agency(uow))
        await make_answers(uow, *[{"ease": 4, "again": True, "liked": ["staff", "speed"], "wish": "a"}] * 3)
        await make_answers(uow, *[{"ease": 1, "again": False, "liked": ["staff"], "wish": "b"}] * 2)
        await make_answers(uow, *[{"ease": 1, "channel": "desk"}] * (FEWEST - 1))
        assert await summing.counts(uow, survey.id) == Counts(invited=0, answers=9)
        await uow.commit()
    assert await summed(look, survey) == {
        "ease": (9, {"1": 6, "2": 0, "3": 0, "4": 3, "5": 0}),
        "channel": (None, None),
        "liked": (5, {"speed": 3, "staff": 5}),
        "again": (5, {"true": 3, "false": 2}),
        "wish": (5, None),
    }


async def test_versions_are_summed_up_together_or_one_by_one(unit_of_work: Open, look: Look) -> None:
    """What only another version asked is left out."""
    async with unit_of_work() as uow:
        agency_id = await make_agency(uow)
        await make_open(uow, agency_id)
        await make_answers(uow, *[{"ease": 5, "again": True}] * 5)
        await publish(uow, agency_id, FORM | {"properties": {"ease": FORM["properties"]["ease"]}})
        survey = await reading.find(uow, CODE)
        await make_answers(uow, *[{"ease": 1}] * 6, version=2)
        await uow.commit()
    assert await summed(look, survey) == {"ease": (11, {"1": 6, "2": 0, "3": 0, "4": 0, "5": 5})}
    assert await summed(look, survey, version=2) == {"ease": (6, {"1": 6, "2": 0, "3": 0, "4": 0, "5": 0})}


async def exported(look: Look, survey: SurveyView, size: int = 2) -> list[Row]:
    """Return all answers, in slices of which none is larger."""
    rows: list[Row] = []
    async for some in exporting.slices(look, survey.id, size=size):
        assert len(some) <= size
        rows += some
    return rows


async def test_every_answer_is_exported_once(unit_of_work: Open, look: Look) -> None:
    """In the order of random numbers, with what it is about where enough others share that."""
    async with unit_of_work() as uow:
        survey = await make_open(uow, await make_agency(uow))
        await make_answers(uow, *[{"ease": 4}] * FEWEST, context=CONTEXT)
        await make_answers(uow, *[{"ease": 1}] * (FEWEST - 1), context=CONTEXT | {"month": "2026-10"})
        await make_answers(uow, {"ease": 2})
        await uow.commit()
    rows = await exported(look, survey)
    assert [row.id for row in rows] == sorted({row.id for row in rows})
    assert (
        sorted((row.answers["ease"], dict(row.context)) for row in rows if row.context)
        == [(4, CONTEXT)] * FEWEST
    )
    assert len(rows) == 2 * FEWEST


async def test_few_answers_are_not_handed_out(unit_of_work: Open) -> None:
    """Whoever gave one might be guessed; five may be."""
    async with unit_of_work() as uow:
        survey = await make_open(uow, await make_agency(uow))
        await make_answers(uow, *[{"ease": 4}] * (FEWEST - 1))
        with pytest.raises(TooFewAnswers):
            await exporting.require_enough(uow, survey.id)
        await make_answers(uow, {"ease": 4})
        assert await exporting.require_enough(uow, survey.id) == FEWEST


async def test_what_comes_meanwhile_harms_nothing(unit_of_work: Open, look: Look) -> None:
    """What was there is exported once, whatever is added between two slices."""
    async with unit_of_work() as uow:
        survey = await make_open(uow, await make_agency(uow))
        await make_answers(uow, *[{"ease": 4}] * 9)
        await uow.commit()
    found: list[Row] = []
    async for some in exporting.slices(look, survey.id, size=2):
        found += some
        async with unit_of_work() as uow:
            await make_answers(uow, {"ease": 1})
            await uow.commit()
        if len(found) > 100:
            break
    assert len({row.id for row in found}) == len(found)
    assert sum(row.answers["ease"] == 4 for row in found) == 9


@pytest.mark.usefixtures("new_files")
async def test_slices_are_read_by_their_index(unit_of_work: Open) -> None:
    """Of a survey among others, from any place on, without sorting."""
    async with unit_of_work() as uow:
        survey = await make_open(uow, await make_agency(uow))
        driver = await uow.driver()
        await driver.execute(
            "INSERT INTO survey_answer (survey_id, id, version, answers, context, source, answered_on) "
            "SELECT %s, gen_random_uuid(), 1, '{}', '{}', 'app', '2026-11-20' FROM generate_series(1, 5000)",
            (survey.id,),
        )
        await driver.execute("ANALYZE survey_answer")
        statement = exporting._SLICE.replace("survey_id = %s", "survey_id = $1").replace("id > %s", "id > $2")
        plan = await planned(
            driver,
            statement.replace("%s", "$3"),
            [str(survey.id), "80000000-0000-4000-8000-000000000000", 100],
        )
        assert "pk_survey_answer" in plan
        assert "Sort" not in plan

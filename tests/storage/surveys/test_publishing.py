"""A survey comes to be, changes, opens and closes."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from storage.errors import NotFoundError
from storage.surveys import publishing, reading
from storage.surveys.errors import SurveyFixed, SurveyTaken
from storage.surveys.kinds import Platform, SurveyStanding
from storage.surveys.publishing import Published
from storage.unit_of_work import UnitOfWork
from tests.storage.ratings.closing import make_agency
from tests.storage.surveys.surveying import CODE, FORM, NOW, make_open, of_dossiers, publish

Open = Callable[[], UnitOfWork]
CHANGED = FORM | {"title": "Khảo sát khác"}


async def test_a_changed_form_is_a_version_of_its_own(unit_of_work: Open) -> None:
    """The same form is not, whatever else of the survey changes; versions stay as they were."""
    async with unit_of_work() as uow:
        agency_id = await make_agency(uow)
        assert await publish(uow, agency_id) == Published(version=1, made=True, changed=True)
        audience = of_dossiers(agency_id)
        again = await publish(uow, agency_id, audience=audience)
        assert again == Published(version=1, made=False, changed=False)
        later = NOW + timedelta(hours=1)
        assert await publish(uow, agency_id, CHANGED, audience=audience, now=later) == Published(
            version=2, made=False, changed=True
        )
        survey = await reading.find(uow, CODE)
        assert (survey.version, survey.form.title.vi, survey.made_at) == (2, "Khảo sát khác", later)
        assert (survey.audience, survey.audience_code) == (audience, "H26.1")
        first = await reading.version_of(uow, survey.id, 1)
        assert (first.form.title.vi, first.replaced_at) == ("Khảo sát bộ phận một cửa", later)
        assert len(await reading.forms_of(uow, survey.id)) == 2
        with pytest.raises(NotFoundError):
            await reading.version_of(uow, survey.id, 3)


async def test_two_at_once_make_one_survey(unit_of_work: Open) -> None:
    """With one version for each form."""
    async with unit_of_work() as uow:
        agency_id = await make_agency(uow)
        await uow.commit()

    async def make(title: str) -> Published:
        async with unit_of_work() as uow:
            done = await publish(uow, agency_id, FORM | {"title": title})
            await uow.commit()
            return done

    done = await asyncio.gather(*(make(title) for title in ("A", "B", "C", "D")))
    assert sorted(one.version for one in done) == [1, 2, 3, 4]
    assert [one.made for one in done].count(True) == 1


async def test_when_a_survey_stands_open(unit_of_work: Open) -> None:
    """From its opening to its end, or until it is closed; and it may be opened once more."""
    hour = timedelta(hours=1)
    async with unit_of_work() as uow:
        agency_id = await make_agency(uow)
        await publish(uow, agency_id)

        async def standing(after: timedelta) -> SurveyStanding:
            return (await reading.find(uow, CODE)).standing(NOW + after)

        assert await standing(hour) is SurveyStanding.DRAFT
        await publishing.open_(uow, CODE, opens_at=NOW + hour, closes_at=NOW + 3 * hour)
        assert await standing(timedelta()) is SurveyStanding.NOT_YET
        assert [await standing(n * hour) for n in (1, 2)] == [SurveyStanding.OPEN] * 2
        assert await standing(3 * hour) is SurveyStanding.CLOSED
        await publishing.close(uow, CODE, now=NOW + 2 * hour)
        assert await standing(2 * hour) is SurveyStanding.CLOSED
        await publishing.open_(uow, CODE, opens_at=NOW + 4 * hour, closes_at=None)
        assert await standing(400 * hour) is SurveyStanding.OPEN
        await publishing.close(uow, CODE, now=NOW)
        assert await standing(5 * hour) is SurveyStanding.CLOSED
        with pytest.raises(ValueError, match="opens before"):
            await publishing.open_(uow, CODE, opens_at=NOW, closes_at=NOW)


async def test_whose_it_is_and_where_stays_once_it_was_opened(unit_of_work: Open) -> None:
    """Answers were given to that agency, at that place; a draft may change both."""
    async with unit_of_work() as uow:
        first, second = await make_agency(uow), await make_agency(uow, "H26.2")
        await publish(uow, first)
        await publish(uow, second, platform=Platform.VNFORM)
        await make_open(uow, first)
        for agency_id, platform in ((second, Platform.OWN), (first, Platform.VNFORM)):
            with pytest.raises(SurveyFixed):
                await publish(uow, agency_id, platform=platform)
        with pytest.raises(SurveyFixed):
            await publish(uow, first, audience=of_dossiers(first))
        await publishing.close(uow, CODE, now=NOW + timedelta(days=1))
        with pytest.raises(SurveyFixed):
            await publish(uow, second)


async def test_a_survey_is_changed_by_whoever_speaks_for_its_agency(unit_of_work: Open) -> None:
    """Told by each statement itself, as another agency may have made it since somebody looked; drafts too."""
    async with unit_of_work() as uow:
        first, second = await make_agency(uow), await make_agency(uow, "H26.2")
        await uow.commit()
    async with unit_of_work() as uow, unit_of_work() as other:
        await publish(uow, first, by=first)
        # It looks for the code, finds none, and waits for whoever makes one.
        late = asyncio.create_task(publish(other, second, CHANGED, by=second))
        await until_somebody_waits(uow)
        await uow.commit()
        with pytest.raises(SurveyTaken):
            await late
    async with unit_of_work() as uow:
        with pytest.raises(NotFoundError):
            await publishing.open_(uow, CODE, opens_at=NOW, closes_at=None, by=second)
        with pytest.raises(NotFoundError):
            await publishing.close(uow, CODE, now=NOW, by=second)
        survey = await reading.find(uow, CODE)
        assert (survey.agency_id, survey.version, survey.state) == (first, 1, "draft")
        await publishing.open_(uow, CODE, opens_at=NOW, closes_at=None, by=first)
        await publishing.close(uow, CODE, now=NOW, by=first)


async def until_somebody_waits(uow: UnitOfWork) -> None:
    """Return once a transaction waits for another one."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    deadline = asyncio.get_running_loop().time() + 10
    while await (await (await uow.driver()).execute(waiting)).fetchone() == (0,):
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.01)


async def test_what_is_not_there_neither_opens_nor_closes(unit_of_work: Open) -> None:
    """Nor is it found."""
    async with unit_of_work() as uow:
        with pytest.raises(NotFoundError):
            await publishing.open_(uow, "khong-co", opens_at=NOW, closes_at=None)
        with pytest.raises(NotFoundError):
            await publishing.close(uow, "khong-co", now=NOW)
        with pytest.raises(NotFoundError):
            await reading.find(uow, "khong-co")
        assert await reading.spoken_for_by(uow, uuid4(), limit=10) == []


async def test_each_agency_finds_its_own(unit_of_work: Open) -> None:
    """By its authority, in pages by code."""
    async with unit_of_work() as uow:
        first, second = await make_agency(uow), await make_agency(uow, "H26.2")
        for code in ("c", "a", "b"):
            await publish(uow, first, code=code)
        await publish(uow, second, code="d")
        page = await reading.spoken_for_by(uow, first, limit=2)
        assert [one.code for one in page] == ["a", "b"]
        assert [one.code for one in await reading.spoken_for_by(uow, first, after="b", limit=2)] == ["c"]
        assert [one.code for one in await reading.every(uow)] == ["a", "b", "c", "d"]
        with pytest.raises(NotFoundError):
            await reading.find_spoken_for(uow, second, "a")

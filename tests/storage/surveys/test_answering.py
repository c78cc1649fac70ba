"""An answer: once by an invitation, to the form that was shown, and with nothing of whose it is."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid1, uuid4

import pytest

from storage.errors import NotFoundError
from storage.surveys import answering, external, invitations, inviting, publishing, reading
from storage.surveys.checking import InvalidAnswers
from storage.surveys.errors import AnswerIdReused, SurveyAnswered, SurveyChanged, SurveyNotOpen
from storage.surveys.external import ExternalAnswer, Taken
from storage.surveys.invitations import Invitation
from storage.surveys.kinds import REPLACED_TAKEN_FOR, Platform, Source, SurveyStanding
from storage.unit_of_work import UnitOfWork
from tests.storage.ratings.closing import TODAY, make_agency, make_ended
from tests.storage.surveys.surveying import (
    ANSWERS,
    CODE,
    FORM,
    NOW,
    answer,
    kept,
    make_open,
    new_answer,
    of_dossiers,
    publish,
)

Open = Callable[[], UnitOfWork]
CHANGED = FORM | {"title": "Khảo sát khác", "required": ["ease", "channel"]}
CONTEXT = {"agency_code": "H26.1", "procedure_code": "1.001193", "month": "2026-11"}


async def make_invited(uow: UnitOfWork) -> Invitation:
    """Open a survey of an agency's dossiers, and invite the party of one."""
    agency_id = await make_agency(uow)
    ended = await make_ended(uow, agency_id)
    survey = await make_open(uow, agency_id, audience=of_dossiers(agency_id))
    (invited,) = await inviting.invite(uow, survey, now=NOW, limit=10)
    found = await invitations.by_ref(uow, survey.id, invited.ref)
    assert found == await invitations.of_party(uow, CODE, ended.party_id)
    assert found is not None
    return found


async def test_an_invitation_is_answered_once(unit_of_work: Open) -> None:
    """What it was about is kept with the answer, and by the invitation no more than that it was answered."""
    async with unit_of_work() as uow:
        invitation = await make_invited(uow)
        assert await answer(uow, new_answer(), invitation)
        assert await kept(uow, "version, answers, context, source, answered_on") == [
            (1, ANSWERS, CONTEXT, "app", TODAY)
        ]
        found = await invitations.of_party(uow, CODE, invitation.party_id)
        assert found == replace(invitation, answered_on=TODAY)
        with pytest.raises(SurveyAnswered):
            await answer(uow, new_answer(), invitation)
        with pytest.raises(NotFoundError):
            await answer(uow, new_answer())
        assert len(await kept(uow)) == 1


async def test_an_answer_that_is_sent_again_counts_once(unit_of_work: Open) -> None:
    """Also after the survey was closed, or changed long ago; another answer may not take its id."""
    async with unit_of_work() as uow:
        invitation, new = await make_invited(uow), new_answer()
        assert await answer(uow, new, invitation)
        late = NOW + timedelta(days=9)
        await publish(uow, await _agency_of(uow), CHANGED, audience=of_dossiers(await _agency_of(uow)))
        await publishing.close(uow, CODE, now=NOW + timedelta(days=1))
        for moment in (NOW, late):
            assert not await answer(uow, new, invitation, now=moment)
        with pytest.raises(AnswerIdReused):
            await answer(uow, replace(new, given={"ease": 1}), invitation)
        assert await kept(uow) == [(1, ANSWERS)]


async def _agency_of(uow: UnitOfWork) -> Any:
    return (await reading.find(uow, CODE)).agency_id


@pytest.mark.parametrize("same", [True, False])
async def test_an_invitation_answered_many_times_at_once(unit_of_work: Open, same: bool) -> None:
    """One is kept; if it is the same answer, the others are told so, else that it is too late."""
    async with unit_of_work() as uow:
        invitation = await make_invited(uow)
        await uow.commit()
    one = new_answer()

    async def send() -> str:
        async with unit_of_work() as uow:
            try:
                done = await answer(uow, one if same else new_answer(), invitation)
            except SurveyAnswered:
                return "answered"
            await uow.commit()
            return "new" if done else "repeat"

    assert sorted(await asyncio.gather(*(send() for _ in range(5)))) == sorted(
        ["new", *["repeat" if same else "answered"] * 4]
    )
    async with unit_of_work() as uow:
        assert len(await kept(uow)) == 1


async def test_everybody_answers_a_survey_for_everybody(unit_of_work: Open) -> None:
    """Any number of times; at once the same answer is one."""
    async with unit_of_work() as uow:
        await make_open(uow, await make_agency(uow))
        await uow.commit()
    new = new_answer(context={"month": "2026-11"})

    async def send() -> bool:
        async with unit_of_work() as uow:
            done = await answer(uow, new)
            await uow.commit()
            return done

    assert sorted(await asyncio.gather(*(send() for _ in range(4)))) == [False, False, False, True]
    async with unit_of_work() as uow:
        assert await answer(uow, new_answer())
        contexts = await kept(uow, "context")
        assert sorted(map(str, contexts)) == sorted(map(str, [({"month": "2026-11"},), ({},)]))


async def test_a_survey_that_changed_is_answered_as_it_was_for_a_day(unit_of_work: Open) -> None:
    """By the form that was shown; later nothing is kept, and the version in force is told."""
    async with unit_of_work() as uow:
        agency_id = await make_agency(uow)
        await make_open(uow, agency_id)
        changed = NOW + timedelta(hours=1)
        await publish(uow, agency_id, CHANGED, now=changed)
        last = changed + REPLACED_TAKEN_FOR - timedelta(seconds=1)
        assert await answer(uow, new_answer({"ease": 3}), now=last)
        with pytest.raises(InvalidAnswers):
            await answer(uow, new_answer({"ease": 3}, version=2), now=last)
        for version in (1, 3, 99):
            with pytest.raises(SurveyChanged) as refused:
                await answer(uow, new_answer({"ease": 3}, version=version), now=last + timedelta(seconds=1))
            assert refused.value.version == 2
        assert await kept(uow) == [(1, {"ease": 3})]


async def test_what_is_not_open_takes_no_answer(unit_of_work: Open) -> None:
    """And says why; of a draft nobody hears."""
    async with unit_of_work() as uow:
        agency_id = await make_agency(uow)
        await publish(uow, agency_id)
        with pytest.raises(NotFoundError):
            await answer(uow, new_answer())
        day = timedelta(days=1)
        await publishing.open_(uow, CODE, opens_at=NOW + day, closes_at=NOW + 2 * day)
        for moment, standing in ((NOW, SurveyStanding.NOT_YET), (NOW + 2 * day, SurveyStanding.CLOSED)):
            with pytest.raises(SurveyNotOpen) as refused:
                await answer(uow, new_answer(), now=moment)
            assert refused.value.standing is standing
        assert await kept(uow) == []


async def test_nothing_personal_is_ever_written(unit_of_work: Open) -> None:
    """Names and numbers are gone from the first row on, and nothing beside it names a party or a dossier."""
    said = "Tôi là Nguyễn Văn Bình, số điện thoại 0912 345 678: cán bộ hẹn ba lần"
    async with unit_of_work() as uow:
        invitation = await make_invited(uow)
        await answer(uow, new_answer({"ease": 1, "wish": said}), invitation)
        ((row,),) = await kept(uow, "to_jsonb(survey_answer)")
    assert "cán bộ hẹn ba lần" in row["answers"]["wish"]
    for personal in ("Bình", "0912", str(invitation.party_id), "261120", invitation.ref.hex()):
        assert personal not in str(row)


def test_the_id_of_an_answer_tells_nothing() -> None:
    """One that tells when and where it was drawn is refused."""
    with pytest.raises(ValueError, match="random"):
        replace(new_answer(), id=uuid1())


async def test_answers_of_a_platform_are_kept_once(unit_of_work: Open) -> None:
    """However often they are fetched, with what the link said; those that do not fit are named."""
    async with unit_of_work() as uow:
        agency_id = await make_agency(uow)
        await make_ended(uow, agency_id)
        survey = await make_open(uow, agency_id, audience=of_dossiers(agency_id), platform=Platform.VNFORM)
        (invited,) = await inviting.invite(uow, survey, now=NOW, limit=10)
        given = [
            ExternalAnswer(external_id="1", version=1, given=ANSWERS, answered_on=TODAY, ref=invited.ref),
            ExternalAnswer(external_id="2", version=1, given={"ease": 9}, answered_on=TODAY),
            ExternalAnswer(external_id="3", version=7, given=ANSWERS, answered_on=TODAY),
            ExternalAnswer(external_id="4", version=1, given=ANSWERS, answered_on=TODAY, ref=bytes(16)),
        ]
        taken = await external.take(uow, survey, Source.VNFORM, given, cursor="4")
        assert taken == Taken(kept=2, repeated=0, refused=("2", "3"))
        found = await reading.find(uow, CODE)
        again = await external.take(uow, found, Source.VNFORM, given, cursor="5")
        assert (again.kept, again.repeated) == (0, 2)
        assert sorted(await kept(uow, "external_id, context, source")) == [
            ("1", CONTEXT, "vnform"),
            ("4", {}, "vnform"),
        ]
        invitation = await invitations.by_ref(uow, survey.id, invited.ref)
        assert invitation is not None
        assert invitation.answered_on == TODAY
        assert (await reading.find(uow, CODE)).external_cursor == "5"


async def test_an_id_counts_for_its_survey_alone(unit_of_work: Open) -> None:
    """It may stand for an answer to another as well."""
    async with unit_of_work() as uow:
        agency_id = await make_agency(uow)
        new = replace(new_answer(), id=uuid4())
        for code in ("a", "b"):
            survey = await make_open(uow, agency_id, code=code)
            assert await answering.answer(uow, survey, new, None, now=NOW)
        assert len(await kept(uow)) == 2

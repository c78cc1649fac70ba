"""Who is invited: each party once, to one survey in thirty days, for the dossier that ended last."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from storage.surveys import invitations, inviting, publishing, reading
from storage.surveys.audience import Everybody
from storage.surveys.kinds import INVITED_EVERY
from storage.unit_of_work import UnitOfWork
from tests.storage.ratings.closing import make_agency, make_ended
from tests.storage.surveys.surveying import CODE, NOW, answer, make_open, new_answer, of_dossiers

Open = Callable[[], UnitOfWork]
DAY = timedelta(days=1)


async def test_parties_of_ended_dossiers_are_invited_once(unit_of_work: Open) -> None:
    """Those of the agency, of these procedures, that ended lately enough; in slices."""
    async with unit_of_work() as uow:
        agency_id, other = await make_agency(uow), await make_agency(uow, "H26.2")
        parties = [(await make_ended(uow, agency_id, serial)).party_id for serial in (1, 2, 3)]
        await make_ended(uow, agency_id, 4, ended_at=NOW - 31 * DAY)
        await make_ended(uow, agency_id, 5, ended_at=None)
        await make_ended(uow, agency_id, 6, ended_at=NOW + DAY)
        await make_ended(uow, other, 7)
        survey = await make_open(uow, agency_id, audience=of_dossiers(agency_id, procedures=("1.001193",)))
        slices = [await inviting.invite(uow, survey, now=NOW, limit=2) for _ in range(3)]
        assert [len(some) for some in slices] == [2, 1, 0]
        invited = [one for some in slices for one in some]
        assert sorted(one.party_id for one in invited) == sorted(parties)
        assert len({one.ref for one in invited}) == 3
        elsewhere = await make_open(
            uow, other, code="khac", audience=of_dossiers(other, procedures=("2.000635",))
        )
        assert await inviting.invite(uow, elsewhere, now=NOW, limit=9) == []


async def test_a_party_is_asked_for_the_dossier_that_ended_last(unit_of_work: Open) -> None:
    """However many it has; and what it was about is known of the invitation."""
    async with unit_of_work() as uow:
        agency_id = await make_agency(uow)
        first = await make_ended(uow, agency_id, 1, ended_at=NOW - 2 * DAY)
        last = await make_ended(uow, agency_id, 2, ended_at=NOW - DAY)
        await (await uow.driver()).execute(
            "UPDATE dossier SET party_id = %s WHERE id = %s", (first.party_id, last.dossier_id)
        )
        survey = await make_open(uow, agency_id, audience=of_dossiers(agency_id))
        (invited,) = await inviting.invite(uow, survey, now=NOW, limit=9)
        assert (invited.party_id, invited.dossier_id) == (first.party_id, last.dossier_id)


async def test_nobody_is_invited_twice_within_thirty_days(unit_of_work: Open) -> None:
    """To whichever survey; after that to another, and never again to the same."""
    async with unit_of_work() as uow:
        agency_id = await make_agency(uow)
        await make_ended(uow, agency_id)
        audience = of_dossiers(agency_id, days=90)
        first = await make_open(uow, agency_id, audience=audience)
        second = await make_open(uow, agency_id, code="khac", audience=audience)
        assert len(await inviting.invite(uow, first, now=NOW, limit=9)) == 1
        for later in (timedelta(), INVITED_EVERY - DAY):
            assert await inviting.invite(uow, second, now=NOW + later, limit=9) == []
        assert len(await inviting.invite(uow, second, now=NOW + INVITED_EVERY, limit=9)) == 1
        assert await inviting.invite(uow, first, now=NOW + 2 * INVITED_EVERY, limit=9) == []


async def test_agencies_below_are_meant_as_well(unit_of_work: Open) -> None:
    """A province asks for the dossiers of its communes."""
    async with unit_of_work() as uow:
        top, below = await make_agency(uow, "H26"), await make_agency(uow)
        await (await uow.driver()).execute(
            "UPDATE agency SET lineage = %s WHERE id = %s", ([top, below], below)
        )
        await make_ended(uow, below)
        survey = await make_open(uow, top, audience=of_dossiers(top))
        assert len(await inviting.invite(uow, survey, now=NOW, limit=9)) == 1


async def test_two_that_invite_at_once_invite_nobody_twice(unit_of_work: Open) -> None:
    """To two surveys of the same people: while one is at it, the other leaves them be."""
    async with unit_of_work() as uow:
        agency_id = await make_agency(uow)
        for serial in range(1, 6):
            await make_ended(uow, agency_id, serial)
        audience = of_dossiers(agency_id)
        surveys = [await make_open(uow, agency_id, code=code, audience=audience) for code in ("a", "b")]
        await uow.commit()

    first, second = surveys
    async with unit_of_work() as one, unit_of_work() as other:
        assert len(await inviting.invite(one, first, now=NOW, limit=9)) == 5
        assert await inviting.invite(other, second, now=NOW, limit=9) == []
        await one.commit()
    async with unit_of_work() as uow:
        assert await inviting.invite(uow, second, now=NOW, limit=9) == []


async def test_whom_a_survey_waits_for(unit_of_work: Open) -> None:
    """Of those that are open; nobody who has answered, and nobody for whom it is not."""
    async with unit_of_work() as uow:
        agency_id = await make_agency(uow)
        ended = await make_ended(uow, agency_id)
        survey = await make_open(uow, agency_id, audience=of_dossiers(agency_id))
        assert [one.code for one in await reading.inviting(uow, NOW)] == [CODE]
        assert await reading.waiting_for(uow, ended.party_id, NOW) == []
        await inviting.invite(uow, survey, now=NOW, limit=9)
        assert [one.code for one in await reading.waiting_for(uow, ended.party_id, NOW)] == [CODE]
        assert await reading.waiting_for(uow, ended.party_id, NOW - DAY) == []
        invitation = await invitations.of_party(uow, CODE, ended.party_id)
        await answer(uow, new_answer(), invitation)
        assert await reading.waiting_for(uow, ended.party_id, NOW) == []
        await publishing.close(uow, CODE, now=NOW + DAY)
        assert await reading.inviting(uow, NOW) == []


async def test_nobody_is_invited_to_what_everybody_may_answer(unit_of_work: Open) -> None:
    """It is found by its link."""
    async with unit_of_work() as uow:
        agency_id = await make_agency(uow)
        await make_ended(uow, agency_id)
        survey = await make_open(uow, agency_id, audience=Everybody())
        assert await reading.inviting(uow, NOW) == []
        assert await inviting.invite(uow, survey, now=NOW, limit=9) == []


def test_an_audience_is_bounded() -> None:
    """By days, and by how many procedures are named."""
    for days, procedures in ((0, ()), (91, ()), (30, ("1.001193",) * 101)):
        with pytest.raises(ValueError, match=r"at most|days ago"):
            of_dossiers(uuid4(), days=days, procedures=procedures)

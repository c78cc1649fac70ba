"""Words kept for answers: who is offered them, and who writes them."""

from datetime import UTC, datetime, timedelta

import pytest

from storage.agencies.models import Agency
from storage.answer_templates import repository
from storage.answer_templates.repository import Outcome, UnknownBlankError, Wording
from storage.ids import new_id
from storage.officers import repository as officers
from storage.officers.roles import Role

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
WORDS = Wording(name="Đã nhận", text="Đã nhận câu hỏi về {dossier_code}.")
OTHER = Wording(name="Đã nhận", text="Cảm ơn.")


@pytest.fixture
async def places(unit_of_work):
    """A province with a town and its ward, and a foreign town."""
    found, above = {}, {"province": None, "town": "province", "ward": "town", "foreign": None}
    async with unit_of_work() as uow:
        for name, parent in above.items():
            agency_id, top = new_id(), found.get(parent)
            lineage = [*(top.lineage if top else []), agency_id]
            row = Agency(id=agency_id, code=name, name=name, parent_id=top and top.id, lineage=lineage)
            uow.session.add(row)
            await uow.session.flush()
            found[name] = row
        await uow.commit()
    return found


@pytest.fixture
def officer(unit_of_work, places):
    """Make an officer with one role."""

    async def make(role: Role, place: str):
        async with unit_of_work() as uow:
            officer_id = await officers.invite(uow, email=f"{role}.{place}@example.vn", invited_by="test")
            await officers.grant(uow, officer_id, role, agency_id=places[place].id, granted_by="test")
            await uow.commit()
        return officer_id

    return make


@pytest.fixture
def keep(unit_of_work):
    """Write words for a place; return their id, if they were taken."""

    async def keep(officer_id, place: str, wording: Wording = WORDS, template_id=None):
        template_id = template_id or new_id()
        async with unit_of_work() as uow:
            taken = await repository.add(
                uow, officer_id, wording, template_id=template_id, agency_code=place, now=NOW
            )
            await uow.commit()
        return template_id if taken else None

    return keep


async def change(unit_of_work, officer_id, template_id, wording=OTHER, shown=NOW):
    async with unit_of_work() as uow:
        outcome = await repository.change(
            uow, officer_id, wording, template_id=template_id, shown=shown, now=LATER
        )
        await uow.commit()
    return outcome


async def retire(unit_of_work, officer_id, template_id):
    async with unit_of_work() as uow:
        outcome = await repository.retire(uow, officer_id, template_id, now=LATER)
        await uow.commit()
    return outcome


async def test_offered_below_and_nowhere_else(unit_of_work, reading, places, officer, keep):
    """An agency's officers are offered its own words first, then those from above; never those of others."""
    mine, chief = await officer(Role.OFFICER, "ward"), await officer(Role.SUPERVISOR, "province")
    foreign = await officer(Role.SUPERVISOR, "foreign")
    for who, place in ((chief, "province"), (chief, "ward"), (chief, "town"), (foreign, "foreign")):
        assert await keep(who, place)
    async with reading() as looking:

        async def found(who, place):
            return [one.agency_code for one in await repository.offered(looking, who, places[place].id)]

        assert await found(mine, "ward") == ["ward", "town", "province"]
        assert await found(chief, "town") == ["town", "province"]
        assert await found(mine, "town") == []
        assert await found(foreign, "ward") == []
        seen = [one.agency_code for one in await repository.seen(looking, mine)]
        assert seen == ["ward", "town", "province"]
        assert await repository.writable(looking, mine) == []
        assert len(await repository.writable(looking, chief)) == 3


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OFFICER, Role.MODERATOR])
async def test_only_those_in_charge_write(unit_of_work, reading, officer, keep, role):
    """Nobody else adds, changes, retires or opens words, even by their id."""
    chief, other = await officer(Role.SUPERVISOR, "town"), await officer(role, "town")
    template_id = await keep(chief, "town")
    assert await keep(other, "town") is None
    assert await keep(chief, "province") is None
    assert await change(unit_of_work, other, template_id) is Outcome.MISSING
    assert await retire(unit_of_work, other, template_id) is Outcome.MISSING
    async with reading() as looking:
        assert await repository.one(looking, other, template_id) is None
        kept = await repository.one(looking, chief, template_id)
        assert (kept.name, kept.text) == (WORDS.name, WORDS.text)


async def test_viewers_and_moderators_are_offered_nothing(reading, places, officer, keep):
    """They answer nobody."""
    await keep(await officer(Role.SUPERVISOR, "town"), "town")
    others = [await officer(role, "town") for role in (Role.VIEWER, Role.MODERATOR)]
    async with reading() as looking:
        for other in others:
            assert await repository.offered(looking, other, places["town"].id) == []
            assert await repository.seen(looking, other) == []


async def test_sent_twice_is_done_once(unit_of_work, reading, officer, keep):
    """Adding, changing and retiring again with the same content changes nothing more."""
    chief = await officer(Role.SUPERVISOR, "town")
    template_id = await keep(chief, "town")
    assert await keep(chief, "town", OTHER, template_id) == template_id
    async with reading() as looking:
        assert [one.text for one in await repository.writable(looking, chief)] == [WORDS.text]
    for _ in range(2):
        assert await change(unit_of_work, chief, template_id) is Outcome.DONE
    for _ in range(2):
        assert await retire(unit_of_work, chief, template_id) is Outcome.DONE
    async with reading() as looking:
        assert await repository.writable(looking, chief) == []
    assert await change(unit_of_work, chief, template_id, WORDS, LATER) is Outcome.MISSING


async def test_nobody_overwrites_unseen(unit_of_work, reading, officer, keep):
    """Who writes over what somebody else has written meanwhile is told, and theirs stays."""
    one, two = await officer(Role.SUPERVISOR, "town"), await officer(Role.SUPERVISOR, "province")
    template_id = await keep(one, "town")
    assert await change(unit_of_work, one, template_id) is Outcome.DONE
    mine = Wording(name="Của tôi", text="Khác.")
    assert await change(unit_of_work, two, template_id, mine) is Outcome.OVERTAKEN
    async with reading() as looking:
        (kept,) = await repository.writable(looking, one)
    assert (kept.text, kept.updated_at) == (OTHER.text, LATER)


def test_what_is_no_wording():
    """Empty, too long, or with a blank that nothing fills."""
    with pytest.raises(UnknownBlankError) as caught:
        Wording(name="A", text="{applicant} và {dossier_code}")
    assert caught.value.found == ("{applicant}",)
    for name, text in (("", "a"), ("a", ""), ("a" * 101, "a"), ("a", "a" * 4001)):
        with pytest.raises(ValueError, match="needed"):
            Wording(name=name, text=text)

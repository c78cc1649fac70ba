"""Questions are answered, declined, forwarded and confirmed once, by whoever was first and may."""

import asyncio
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from sqlmodel import col, select

from storage.errors import NotFoundError
from storage.ids import new_id
from storage.officers.desk import READERS, WORKERS, Desk
from storage.officers.roles import Role
from storage.questions import handling, queue
from storage.questions.errors import Change, Flaw, Overtaken, Unfounded
from storage.questions.handling import NewAnswer
from storage.questions.holding import hold
from storage.questions.kinds import DeclineReason, Publication, QuestionState
from storage.questions.models import QuestionAnswer
from storage.questions.opening import OpenedQuestion, opened
from storage.questions.queue import Pile
from storage.questions.resting import RestsOn
from tests.storage.questions import office
from tests.storage.questions.office import NOW, OpenUnit


@dataclass(frozen=True, kw_only=True)
class World:
    """One question to an agency, one of its officers, and the version of the catalogue."""

    open_unit: OpenUnit
    agency_id: UUID
    officer_id: UUID
    party_id: UUID
    question_id: UUID
    version: int

    @property
    def desk(self) -> Desk:
        """The officer's."""
        return Desk(officer_id=self.officer_id, roles=WORKERS)

    def new(self, text: str = "Cần tờ khai.", *, seen: UUID | None = None, version: int | None = None):
        """Draw up an answer."""
        rests_on = RestsOn(code=office.BIRTH.code, version=self.version if version is None else version)
        return NewAnswer(id=new_id(), text=text, rests_on=rests_on, seen=seen)

    async def answer(self, new: NewAnswer, *, desk: Desk | None = None) -> bool:
        """Answer in a transaction of its own."""
        desk = desk or self.desk
        async with self.open_unit() as uow:
            held = await hold(uow, desk, self.question_id)
            fresh = await handling.answer(uow, held, desk.officer_id, new, now=NOW)
            await uow.commit()
        return fresh

    async def opened(self) -> OpenedQuestion:
        """Open the question."""
        async with self.open_unit() as uow:
            return await opened(uow, replace(self.desk, roles=READERS), self.question_id)

    async def pile(self, pile: Pile) -> list[UUID]:
        """Return what stands in a pile."""
        async with self.open_unit() as uow:
            desk = replace(self.desk, roles=READERS)
            found = await queue.questions(uow, desk, pile, agency=None, after=None, limit=9)
        return [one.id for one in found]


@pytest.fixture
async def world(unit_of_work) -> World:
    """A private question about a procedure."""
    version = await office.catalogue(unit_of_work)
    agency_id = await office.agency(unit_of_work, "H26")
    party_id = await office.asker(unit_of_work)
    return World(
        open_unit=unit_of_work,
        agency_id=agency_id,
        officer_id=await office.officer(unit_of_work, "binh@example.vn", (Role.OFFICER, agency_id)),
        party_id=party_id,
        question_id=await office.question(
            unit_of_work, party_id, agency_id, procedure_code=office.BIRTH.code
        ),
        version=version,
    )


async def test_an_answer_closes_the_question(world: World) -> None:
    """The text is the asker's to read alone, the question is closed, and whoever follows changes sees it."""
    before = await office.row_of(world.open_unit, world.question_id)
    new = world.new("Cần tờ khai theo mẫu.")
    assert await world.answer(new)
    found, row = await world.opened(), await office.row_of(world.open_unit, world.question_id)
    assert (found.state, found.text) == (QuestionState.ANSWERED, office.ASKED)
    assert [(one.text, one.rests_on, one.officer_name) for one in found.answers] == [
        ("Cần tờ khai theo mẫu.", new.rests_on, "Lê Văn Bình")
    ]
    assert row.closed_at == NOW
    assert int(row.changed_xid) > int(before.changed_xid)
    async with world.open_unit() as uow:
        kept = await uow.session.get_one(QuestionAnswer, new.id)
    assert "tờ khai".encode() not in kept.text_sealed
    assert (await world.pile(Pile.WAITING), await world.pile(Pile.ALL)) == ([], [world.question_id])


async def test_the_same_form_answers_once(world: World) -> None:
    """Sent twice, also at once, it is one answer; the same form with other words has been answered."""
    new = world.new()
    fresh = await asyncio.gather(*(world.answer(new) for _ in range(4)))
    assert sorted(fresh) == [False, False, False, True]
    with pytest.raises(Overtaken) as refused:
        await world.answer(replace(new, text="Khác."))
    assert refused.value.change is Change.ANSWERED
    assert len((await world.opened()).answers) == 1


async def test_of_two_officers_the_second_is_told(world: World) -> None:
    """Two who answer at once: one is first, the other learns that there is an answer, and may add to it."""
    colleague = await office.officer(world.open_unit, "chi@example.vn", (Role.SUPERVISOR, world.agency_id))
    first, second = world.new("Một."), world.new("Hai.")
    outcomes = await asyncio.gather(
        world.answer(first),
        world.answer(second, desk=Desk(officer_id=colleague, roles=WORKERS)),
        return_exceptions=True,
    )
    (refused,) = (one for one in outcomes if one is not True)
    assert isinstance(refused, Overtaken)
    assert refused.change is Change.ANSWERED
    seen = (await world.opened()).answer
    assert await world.answer(world.new("Ba.", seen=seen.id))
    assert [one.text for one in (await world.opened()).answers][1:] == ["Ba."]


async def test_the_last_answer_counts_whatever_the_clocks_say(world: World) -> None:
    """Written by a machine that is behind, an answer still comes after the one that it follows."""
    first = world.new("Một.")
    await world.answer(first)
    await world.answer(world.new("Hai.", seen=first.id))
    found = await world.opened()
    assert [one.text for one in found.answers] == ["Một.", "Hai."]
    assert found.answers[0].written_at < found.answers[1].written_at
    assert found.closed_at == NOW


@pytest.mark.parametrize(("end", "change"), [("withdrawn", Change.WITHDRAWN), ("declined", Change.DECLINED)])
async def test_an_end_is_an_end(world: World, end: str, change: Change) -> None:
    """What was withdrawn or declined is neither answered, nor declined, nor forwarded; and it is said why."""
    if end == "withdrawn":
        await office.withdraw(world.open_unit, world.question_id)
    else:
        async with world.open_unit() as uow:
            held = await hold(uow, world.desk, world.question_id)
            assert await handling.decline(uow, held, DeclineReason.UNCLEAR, now=NOW)
            assert not await handling.decline(
                uow, await hold(uow, world.desk, held.id), DeclineReason.UNCLEAR, now=NOW
            )
            await uow.commit()
    async with world.open_unit() as uow:
        held = await hold(uow, world.desk, world.question_id)
        for attempt in (
            handling.answer(uow, held, world.officer_id, world.new(), now=NOW),
            handling.decline(uow, held, DeclineReason.ABUSIVE, now=NOW),
            handling.forward(uow, held, world.agency_id),
        ):
            with pytest.raises(Overtaken) as refused:
                await attempt
            assert refused.value.change is change
    assert (await world.opened()).answers == ()


async def test_an_answer_waits_for_a_withdrawal_under_way(world: World) -> None:
    """Whoever answers while the asker withdraws waits for that, and is told."""
    async with world.open_unit() as uow:
        driver = await uow.driver()
        await driver.execute(
            "UPDATE question SET state = 'withdrawn', closed_at = now() WHERE id = %s", (world.question_id,)
        )
        answering = asyncio.create_task(world.answer(world.new()))
        await office.somebody_waits(world.open_unit)
        await uow.commit()
    with pytest.raises(Overtaken) as refused:
        await answering
    assert refused.value.change is Change.WITHDRAWN


async def test_answered_questions_are_neither_declined_nor_forwarded(world: World) -> None:
    """There is an answer, and it stays."""
    await world.answer(world.new())
    async with world.open_unit() as uow:
        held = await hold(uow, world.desk, world.question_id)
        with pytest.raises(Overtaken):
            await handling.decline(uow, held, DeclineReason.NOT_OURS, now=NOW)
        with pytest.raises(Overtaken):
            await handling.forward(uow, held, world.agency_id)


async def test_forwarding_gives_it_away(world: World) -> None:
    """It waits at the other agency, by the day that was promised; who gave it away sees it no more."""
    other = await office.agency(world.open_unit, "H55")
    before = await office.row_of(world.open_unit, world.question_id)
    async with world.open_unit() as uow:
        await handling.forward(uow, await hold(uow, world.desk, world.question_id), other)
        await uow.commit()
    row = await office.row_of(world.open_unit, world.question_id)
    assert (row.agency_id, row.due_at, row.state) == (other, before.due_at, QuestionState.ASKED)
    assert int(row.changed_xid) > int(before.changed_xid)
    with pytest.raises(NotFoundError):
        await world.answer(world.new())
    assert await world.pile(Pile.ALL) == []


async def test_a_question_forwarded_within_reach_is_still_held(world: World) -> None:
    """Who waits for a forward to another agency of theirs gets the question there."""
    below = await office.agency(world.open_unit, "H26.1", parent=world.agency_id)
    async with world.open_unit() as uow:
        await handling.forward(uow, await hold(uow, world.desk, world.question_id), below)
        answering = asyncio.create_task(world.answer(world.new()))
        await office.somebody_waits(world.open_unit)
        await uow.commit()
    assert await answering


async def test_a_question_forwarded_out_of_reach_is_not_held(world: World) -> None:
    """Who waits while it goes to an agency that is none of theirs does nothing with it any more."""
    other = await office.agency(world.open_unit, "H55")
    async with world.open_unit() as uow:
        await handling.forward(uow, await hold(uow, world.desk, world.question_id), other)
        answering = asyncio.create_task(world.answer(world.new()))
        await office.somebody_waits(world.open_unit)
        await uow.commit()
    with pytest.raises(NotFoundError):
        await answering


async def test_answers_go_stale_when_what_they_rest_on_changes(world: World) -> None:
    """A newer version or none at all makes them so, another procedure's does not; an answer anew cures it."""
    new = world.new()
    await world.answer(new)
    assert await world.pile(Pile.STALE) == []
    version = await office.catalogue(world.open_unit, fee=" (mới)")
    assert await world.pile(Pile.STALE) == [world.question_id]
    assert (await world.opened()).answer.stale
    await world.answer(world.new("Cần hai tờ khai.", seen=new.id, version=version))
    assert await world.pile(Pile.STALE) == []
    await office.catalogue(world.open_unit, fee=" (mới)", without=office.MARRIAGE.code)
    assert await world.pile(Pile.STALE) == []
    await office.catalogue(world.open_unit, without=office.BIRTH.code)
    assert await world.pile(Pile.STALE) == [world.question_id]


async def test_confirming_rests_on_the_version_in_force(world: World) -> None:
    """The same words once more, by whoever confirms; sent twice, it is done once; a new version needs a look."""
    new = world.new()
    await world.answer(new)
    version = await office.catalogue(world.open_unit, fee=" (mới)")
    form = new_id()
    for _ in range(2):
        await _confirm(world, form, seen=new.id, version=version)
    found = await world.opened()
    assert [one.text for one in found.answers] == [new.text, new.text]
    assert found.answer.rests_on == RestsOn(code=office.BIRTH.code, version=version)
    assert not found.answer.stale
    with pytest.raises(Overtaken) as refused:
        await _confirm(world, new_id(), seen=new.id, version=version)
    assert refused.value.change is Change.ANSWERED
    await office.catalogue(world.open_unit, fee=" (mới nữa)")
    with pytest.raises(Overtaken) as refused:
        await _confirm(world, new_id(), seen=form, version=version)
    assert refused.value.change is Change.PROCEDURE
    await office.catalogue(world.open_unit, without=office.BIRTH.code)
    with pytest.raises(Unfounded) as gone:
        await _confirm(world, new_id(), seen=form, version=version)
    assert gone.value.flaw is Flaw.REMOVED


async def _confirm(world: World, form_id: UUID, *, seen: UUID, version: int) -> None:
    async with world.open_unit() as uow:
        held = await hold(uow, world.desk, world.question_id)
        await handling.confirm(uow, held, world.officer_id, form_id, seen=seen, version=version, now=NOW)
        await uow.commit()


async def test_only_what_rests_on_something_is_confirmed(world: World) -> None:
    """A question without an answer, or with one that rests on nothing, has nothing to confirm."""
    with pytest.raises(Overtaken) as refused:
        await _confirm(world, new_id(), seen=new_id(), version=world.version)
    assert refused.value.change is Change.UNANSWERED
    new = replace(world.new(), rests_on=None)
    await world.answer(new)
    with pytest.raises(Overtaken):
        await _confirm(world, new_id(), seen=new.id, version=world.version)


@pytest.mark.parametrize(
    ("rests_on", "flaw"),
    [
        (RestsOn(code="9.999999", version=1), Flaw.UNKNOWN),
        (RestsOn(code=office.BIRTH.code, version=99), Flaw.AHEAD),
        (RestsOn(code=office.BIRTH.code, version=-1), Flaw.AHEAD),
        (RestsOn(code="2.000003", version=1), Flaw.REMOVED),
    ],
)
async def test_an_answer_rests_on_what_there_is(world: World, rests_on: RestsOn, flaw: Flaw) -> None:
    """No version that never was, and no procedure that is unknown or gone; nothing is kept."""
    await office.catalogue(world.open_unit, without="2.000003")
    with pytest.raises(Unfounded) as refused:
        await world.answer(replace(world.new(), rests_on=rests_on))
    assert refused.value.flaw is flaw
    assert (await world.opened()).answers == ()


async def test_an_overtaken_version_is_stale_from_the_start(world: World) -> None:
    """What changed while an officer wrote is no reason to lose the answer, and every reason to look again."""
    await office.catalogue(world.open_unit, fee=" (mới)")
    assert await world.answer(world.new())
    assert await world.pile(Pile.STALE) == [world.question_id]


async def test_a_form_of_another_question_is_no_form(world: World) -> None:
    """Its id is taken: neither an answer nor a confirmation comes of it."""
    new = world.new()
    await world.answer(new)
    other = await office.question(world.open_unit, world.party_id, world.agency_id)
    elsewhere = replace(world, question_id=other)
    with pytest.raises(NotFoundError):
        await elsewhere.answer(new)
    with pytest.raises(NotFoundError):
        await _confirm(elsewhere, new.id, seen=new.id, version=1)
    async with world.open_unit() as uow:
        kept = await uow.session.exec(
            select(QuestionAnswer).where(col(QuestionAnswer.question_id) == elsewhere.question_id)
        )
        assert kept.all() == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Publication.PRIVATE, Publication.PRIVATE),
        (Publication.WANTED, Publication.PENDING),
        (Publication.PENDING, Publication.PENDING),
        (Publication.PUBLISHED, Publication.PENDING),
        (Publication.REFUSED, Publication.REFUSED),
        (Publication.TAKEN_DOWN, Publication.TAKEN_DOWN),
    ],
)
async def test_new_words_wait_for_a_moderator(world: World, before: Publication, after: Publication) -> None:
    """Where the asker wants it read, each answer does, until a moderator has said no."""
    async with world.open_unit() as uow:
        await (await uow.driver()).execute(
            "UPDATE question SET publication = %s WHERE id = %s", (before.value, world.question_id)
        )
        await uow.commit()
    await world.answer(world.new())
    assert (await world.opened()).publication is after

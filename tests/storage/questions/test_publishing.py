"""What everybody may read is what a moderator let through, scrubbed, and nothing else."""

import asyncio
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from storage.contact_points import repository as contact_points
from storage.contact_points.record import ContactRecord
from storage.errors import NotFoundError
from storage.ids import new_id
from storage.officers.desk import MODERATORS, WORKERS, Desk
from storage.officers.roles import Role
from storage.questions import handling, moderating, publishing
from storage.questions.errors import Change, Overtaken, Unfounded
from storage.questions.handling import NewAnswer
from storage.questions.holding import hold
from storage.questions.kinds import Publication, QuestionState
from storage.questions.models import Question
from storage.questions.moderating import Live
from storage.questions.publishing import Entry, Published
from storage.questions.resting import RestsOn
from tests.storage.questions import office
from tests.storage.questions.office import BIRTH, NOW, OpenUnit

NAME, PHONE = "Nguyễn Thị An", "0912345678"
QUESTION = f"Tôi là {NAME}, số {PHONE}. Cần giấy gì?"


@dataclass(frozen=True, kw_only=True)
class World:
    """A question that its asker wants to be read, answered; an officer who moderates as well."""

    open_unit: OpenUnit
    agency_id: UUID
    officer_id: UUID
    party_id: UUID
    question_id: UUID
    answer_id: UUID

    @property
    def desk(self) -> Desk:
        """The moderator's."""
        return Desk(officer_id=self.officer_id, roles=MODERATORS)

    def new(self, **fields) -> Published:
        """Draw up what is to be read."""
        given = {"id": new_id(), "question": QUESTION, "answer": f"Chào {NAME}.", "seen": self.answer_id}
        return Published(**given | fields)

    async def publish(self, new: Published) -> bool:
        """Publish in a transaction of its own."""
        async with self.open_unit() as uow:
            held = await hold(uow, self.desk, self.question_id)
            fresh = await publishing.publish(uow, held, new, by=str(self.officer_id), now=NOW)
            await uow.commit()
        return fresh

    async def answer(self, text: str, *, seen: UUID, version: int) -> UUID:
        """Answer anew."""
        new = NewAnswer(id=new_id(), text=text, rests_on=RestsOn(code=BIRTH.code, version=version), seen=seen)
        async with self.open_unit() as uow:
            held = await hold(uow, replace(self.desk, roles=WORKERS), self.question_id)
            await handling.answer(uow, held, self.officer_id, new, now=NOW)
            await uow.commit()
        return new.id

    async def live(self, *, words: str | None = None, stale: bool = False) -> list[Live]:
        """Return what is published."""
        async with self.open_unit() as uow:
            return [
                *await moderating.published(
                    uow, self.desk, words=words, only_stale=stale, after=None, limit=9
                )
            ]

    async def publication(self) -> Publication:
        """Return how the question stands."""
        return Publication((await office.row_of(self.open_unit, self.question_id)).publication)


@pytest.fixture
async def world(unit_of_work) -> World:
    """A question that waits for a moderator."""
    version = await office.catalogue(unit_of_work)
    agency_id = await office.agency(unit_of_work, "H26")
    party_id = await office.asker(unit_of_work, NAME)
    roles = ((Role.OFFICER, agency_id), (Role.MODERATOR, agency_id))
    made = World(
        open_unit=unit_of_work,
        agency_id=agency_id,
        officer_id=await office.officer(unit_of_work, "binh@example.vn", *roles),
        party_id=party_id,
        question_id=await office.question(unit_of_work, party_id, agency_id, text=QUESTION, public=True),
        answer_id=new_id(),
    )
    # The form names the answer; a fixture can only learn its id.
    return replace(made, answer_id=await made.answer("Cần tờ khai.", seen=None, version=version))


async def test_what_is_published_is_scrubbed_at_the_door(world: World) -> None:
    """Whatever a moderator leaves in: the asker's name and what looks personal stay outside."""
    assert await world.publication() is Publication.PENDING
    assert await world.publish(world.new())
    (found,) = await world.live()
    assert (found.rests_on, found.question_id) == (RestsOn(code=BIRTH.code, version=1), world.question_id)
    for text in (found.question, found.answer):
        assert NAME not in text
        assert PHONE not in text
    assert "Cần giấy gì?" in found.question
    assert await world.publication() is Publication.PUBLISHED


async def test_an_answer_may_say_where_to_call(world: World) -> None:
    """The telephone that the agency tells everybody stays, in any spelling; any other one goes."""
    record = ContactRecord.model_validate({"hotlines": [{"label": "Một cửa", "number": "0235 3821 234"}]})
    async with world.open_unit() as uow:
        await contact_points.put(uow, [(world.agency_id, record)], author="test")
        await uow.commit()
    said = "Gọi (0235) 3.821.234 để được hướng dẫn."
    assert await world.publish(world.new(answer=f"{said} Không gọi 0235 3821 235."))
    (found,) = await world.live()
    assert found.answer == f"{said} Không gọi [số điện thoại]."
    entry = Entry(id=new_id(), agency_id=world.agency_id, question="Gọi số nào?", answer=said)
    async with world.open_unit() as uow:
        assert await publishing.put(uow, entry, by="test", now=NOW)
        await uow.commit()
    assert said in [one.answer for one in await world.live()]


async def test_who_asked_for_another_goes_as_well(world: World) -> None:
    """A representative's name is taken out like that of the party, though no rule would find it."""
    mother = await office.asker(world.open_unit, "Ma Seo Páo", "001190000012")
    async with world.open_unit() as uow:
        row = await uow.session.get_one(Question, world.question_id)
        row.author_ref = str(mother)
        await uow.commit()
    assert await world.publish(world.new(question="ma seo páo hỏi: cần giấy gì?"))
    (found,) = await world.live()
    assert found.question == "[họ tên] hỏi: cần giấy gì?"


async def test_publishing_twice_is_publishing_once(world: World) -> None:
    """A form sent twice is one; of two moderators the second, who wrote other words, is told."""
    new = world.new()
    fresh = await asyncio.gather(*(world.publish(new) for _ in range(3)))
    assert sorted(fresh) == [False, False, True]
    with pytest.raises(Overtaken) as refused:
        await world.publish(world.new(answer="Khác."))
    assert refused.value.change is Change.DECIDED
    assert await world.publish(world.new(answer="Sửa lại.", decided=Publication.PUBLISHED))
    (found,) = await world.live()
    assert found.answer == "Sửa lại."


async def test_new_words_replace_the_old_ones_when_let_through(world: World) -> None:
    """What is published stays while a new answer waits, and is replaced in its place."""
    await world.publish(world.new())
    (before,) = await world.live()
    answer_id = await world.answer("Cần hai tờ khai.", seen=world.answer_id, version=1)
    assert (await world.publication(), await world.live()) == (Publication.PENDING, [before])
    with pytest.raises(Overtaken) as refused:
        await world.publish(world.new())
    assert refused.value.change is Change.ANSWERED
    await world.publish(world.new(answer="Cần hai tờ khai.", seen=answer_id))
    (after,) = await world.live()
    assert (after.id, after.published_at, after.answer) == (before.id, NOW, "Cần hai tờ khai.")


async def test_what_is_refused_is_read_by_nobody(world: World) -> None:
    """Neither the new words nor those before; refusing twice is refusing once."""
    await world.publish(world.new())
    answer_id = await world.answer("Cần hai tờ khai.", seen=world.answer_id, version=1)
    async with world.open_unit() as uow:
        held = await hold(uow, world.desk, world.question_id)
        assert await publishing.refuse(uow, held, seen=answer_id, now=NOW)
        held = await hold(uow, world.desk, world.question_id)
        assert not await publishing.refuse(uow, held, seen=answer_id, now=NOW)
        with pytest.raises(Overtaken):
            await publishing.publish(uow, held, world.new(seen=answer_id), by="x", now=NOW)
        await uow.commit()
    assert (await world.publication(), await world.live()) == (Publication.REFUSED, [])


@pytest.mark.parametrize("publication", [Publication.PRIVATE, Publication.WANTED, Publication.TAKEN_DOWN])
async def test_only_what_the_asker_wants_read_is_published(world: World, publication: Publication) -> None:
    """A private question is published by no form, however it is drawn up."""
    async with world.open_unit() as uow:
        await (await uow.driver()).execute("UPDATE question SET publication = %s", (publication.value,))
        await uow.commit()
    for decided in (Publication.PENDING, publication):
        with pytest.raises(Overtaken) as refused:
            await world.publish(world.new(decided=decided))
        assert refused.value.change is Change.DECIDED
    assert await world.live() == []


async def test_a_withdrawn_question_is_not_published(world: World) -> None:
    """However late the withdrawal comes."""
    await office.withdraw(world.open_unit, world.question_id)
    with pytest.raises(Overtaken) as refused:
        await world.publish(world.new())
    assert refused.value.change is Change.WITHDRAWN
    assert (await office.row_of(world.open_unit, world.question_id)).state == QuestionState.WITHDRAWN


async def test_what_is_taken_down_is_read_no_more(world: World) -> None:
    """It is gone from the list, its row tells who follows changes, and the question says so."""
    await world.publish(world.new())
    (before,) = await world.live()
    async with world.open_unit() as uow:
        question_id = await publishing.question_of(uow, world.desk, before.id)
        await publishing.take_down(uow, await hold(uow, world.desk, question_id), now=NOW)
        await uow.commit()
    async with world.open_unit() as uow:
        after = await moderating.one(uow, world.desk, before.id)
    assert (await world.live(), after.taken_down_at) == ([], NOW)
    assert await world.publication() is Publication.TAKEN_DOWN


async def test_a_confirmation_lifts_what_is_published(world: World) -> None:
    """It rests on the new version without a moderator, unless other words wait for one."""
    await world.publish(world.new())
    version = await office.catalogue(world.open_unit, fee=" (mới)")
    (stale,) = await world.live(stale=True)
    assert stale.stale
    confirmed = await _confirm(world, seen=world.answer_id, version=version)
    (fresh,) = await world.live()
    assert (fresh.stale, fresh.rests_on.version, fresh.answer) == (False, version, stale.answer)
    assert await world.publication() is Publication.PUBLISHED
    version = await office.catalogue(world.open_unit, fee=" (mới nữa)")
    other = await world.answer("Khác.", seen=confirmed, version=version - 1)
    await _confirm(world, seen=other, version=version)
    (kept,) = await world.live(stale=True)
    assert (kept.rests_on.version, kept.answer) == (version - 1, stale.answer)


async def _confirm(world: World, *, seen: UUID, version: int) -> UUID:
    form_id = new_id()
    async with world.open_unit() as uow:
        held = await hold(uow, replace(world.desk, roles=WORKERS), world.question_id)
        await handling.confirm(uow, held, world.officer_id, form_id, seen=seen, version=version, now=NOW)
        await uow.commit()
    return form_id


async def test_what_is_asked_often_is_put_in_by_its_id(world: World) -> None:
    """Put twice, it is there once; changed, it is changed; put again after it was taken down, it is back."""
    entry = Entry(
        id=new_id(),
        agency_id=world.agency_id,
        question="Mất giấy khai sinh thì sao?",
        answer="Xin trích lục.",
        rests_on=RestsOn(code=BIRTH.code, version=1),
    )
    assert [await _put(world, entry), await _put(world, entry)] == [True, False]
    assert await _put(world, replace(entry, answer=f"Gọi {PHONE}.", rests_on=None, field="Hộ tịch"))
    (found,) = await world.live()
    assert (found.question, found.field, found.rests_on) == (entry.question, "Hộ tịch", None)
    assert PHONE not in found.answer
    async with world.open_unit() as uow:
        await publishing.take_down_entry(uow, entry.id, now=NOW)
        await uow.commit()
    assert await world.live() == []
    assert await _put(world, entry)
    assert [one.answer for one in await world.live()] == [entry.answer]


async def _put(world: World, entry: Entry) -> bool:
    async with world.open_unit() as uow:
        changed = await publishing.put(uow, entry, by="test", now=NOW)
        await uow.commit()
    return changed


async def test_what_came_from_a_question_is_no_entry(world: World) -> None:
    """It is neither changed nor taken down as what an agency wrote by itself; and no entry rests on nothing."""
    await world.publish(world.new())
    (found,) = await world.live()
    entry = Entry(id=found.id, agency_id=world.agency_id, question="?", answer="!")
    with pytest.raises(NotFoundError):
        await _put(world, entry)
    async with world.open_unit() as uow:
        await publishing.take_down_entry(uow, found.id, now=NOW)
        await uow.commit()
    assert await world.live() == [found]
    with pytest.raises(Unfounded):
        await _put(world, replace(entry, id=new_id(), rests_on=RestsOn(code=BIRTH.code, version=9)))


async def test_the_list_is_searched_by_words_and_code(world: World) -> None:
    """Words as they stand, whatever they mean to the database, and the code of a procedure."""
    await world.publish(world.new(question="Lệ phí 100% hay 50_000?"))
    for words, there in (
        ("lệ phí", True),
        ("100%", True),
        ("50_0", True),
        ("50X0", False),
        ("0%5", False),
        ("\\", False),
        (BIRTH.code, True),
        ("1.00", False),
    ):
        assert bool(await world.live(words=words)) is there, words

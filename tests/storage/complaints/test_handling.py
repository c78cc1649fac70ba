"""What agencies do with complaints: once, by whom it is up to, as it was seen; and what is late stays late."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from storage.complaints.deadlines import end_of, terms
from storage.complaints.errors import NotNow, Overtaken
from storage.complaints.holding import hold
from storage.complaints.kinds import ComplaintState, ComplaintStep, DeclineGround
from storage.errors import NotFoundError
from storage.ids import new_id
from storage.questions.kinds import Publication
from tests.storage.complaints.bureau import ANSWER, CALENDAR, NOW, WRITTEN, Bureau, ago
from tests.storage.questions.office import somebody_waits

Step = Callable[[Bureau], Callable[..., Awaitable[bool]]]
STEPS: dict[str, Step] = {
    "accept": lambda bureau: bureau.accept,
    "decline": lambda bureau: bureau.decline,
    "ask_more": lambda bureau: bureau.ask_more,
    "forward": lambda bureau: bureau.forward,
    "answer": lambda bureau: bureau.answer,
}
ALLOWED = {
    ComplaintState.RECEIVED: {"accept", "decline", "ask_more", "forward"},
    ComplaintState.ACCEPTED: {"ask_more", "forward", "answer"},
    ComplaintState.ANSWERED: set(),
    ComplaintState.DECLINED: set(),
    ComplaintState.WITHDRAWN: set(),
}


async def in_state(bureau: Bureau, state: ComplaintState, *, resumes: ComplaintState | None = None):
    """Return a complaint that stands somewhere."""
    complaint_id = await bureau.file()
    if state is ComplaintState.DECLINED:
        await bureau.decline(complaint_id)
    elif state is ComplaintState.WITHDRAWN:
        await bureau.withdraw(complaint_id)
    elif state is not ComplaintState.RECEIVED and resumes is not ComplaintState.RECEIVED:
        await bureau.accept(complaint_id)
    if state is ComplaintState.ANSWERED:
        await bureau.answer(complaint_id)
    if state is ComplaintState.MORE_ASKED:
        await bureau.ask_more(complaint_id)
    assert (await bureau.held(complaint_id)).state is state
    return complaint_id


async def test_a_complaint_is_kept_as_it_was_written(bureau: Bureau):
    """It is open before an officer with its terms, its text, and the one thing that happened to it."""
    complaint_id = await bureau.file()
    found = await bureau.opened(complaint_id)
    assert (found.row.text, found.row.state) == (WRITTEN, ComplaintState.RECEIVED)
    assert found.row.terms == terms(NOW, CALENDAR)
    assert [one.kind for one in found.entries] == [ComplaintStep.RECEIVED]
    assert found.row.code.startswith("PA-")
    ((kept,),) = await bureau.sql("SELECT text_sealed FROM complaint")
    assert WRITTEN.encode() not in bytes(kept), "it stands there sealed"


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", ALLOWED)
async def test_each_step_is_for_its_states(bureau: Bureau, state: ComplaintState, step: str):
    """What may not be done as the complaint stands is refused, and changes nothing."""
    complaint_id = await in_state(bureau, state)
    before = await bureau.opened(complaint_id)
    if step in ALLOWED[state]:
        assert await STEPS[step](bureau)(complaint_id)
        return
    with pytest.raises(NotNow):
        await STEPS[step](bureau)(complaint_id)
    assert await bureau.opened(complaint_id) == before


@pytest.mark.parametrize(
    ("resumes", "allowed"),
    [(ComplaintState.RECEIVED, "decline"), (ComplaintState.ACCEPTED, "answer")],
)
async def test_who_waits_in_vain_may_come_to_an_end(bureau: Bureau, resumes: ComplaintState, allowed: str):
    """Where the citizen does not answer, a complaint is declined or answered as it was before; no more."""
    for step, work in STEPS.items():
        complaint_id = await in_state(bureau, ComplaintState.MORE_ASKED, resumes=resumes)
        if step == allowed:
            assert await work(bureau)(complaint_id)
            continue
        with pytest.raises(NotNow):
            await work(bureau)(complaint_id)


@pytest.mark.parametrize("step", ["accept", "decline", "ask_more", "answer"])
async def test_a_form_sent_twice_acts_once(bureau: Bureau, step: str):
    """The second time says that it was done before, also when something else has happened since."""
    state = ComplaintState.ACCEPTED if step == "answer" else ComplaintState.RECEIVED
    complaint_id, form_id = await in_state(bureau, state), new_id()
    seen = (await bureau.held(complaint_id)).last_id
    assert await STEPS[step](bureau)(complaint_id, form_id=form_id, seen=seen)
    if step == "ask_more":
        await bureau.supply(complaint_id)
    count = len((await bureau.opened(complaint_id)).entries)
    assert not await STEPS[step](bureau)(complaint_id, form_id=form_id, seen=seen)
    assert len((await bureau.opened(complaint_id)).entries) == count


async def test_a_form_with_other_content_is_not_the_same(bureau: Bureau):
    """What was answered once is not silently taken for another answer; nor is a form of another complaint."""
    complaint_id, form_id = await in_state(bureau, ComplaintState.ACCEPTED), new_id()
    await bureau.answer(complaint_id, form_id=form_id)
    with pytest.raises(Overtaken):
        await bureau.answer(complaint_id, "Khác.", form_id=form_id)
    with pytest.raises(Overtaken):
        await bureau.decline(complaint_id, form_id=form_id)
    other = await in_state(bureau, ComplaintState.ACCEPTED)
    with pytest.raises(NotFoundError):
        await bureau.answer(other, form_id=form_id)
    declined = await bureau.file()
    await bureau.decline(declined, form_id=(again := new_id()))
    with pytest.raises(Overtaken):
        await bureau.decline(declined, DeclineGround.ABUSIVE, form_id=again)


async def test_who_saw_it_otherwise_is_told_what_happened(bureau: Bureau):
    """An officer who wrote upon what is past changes nothing, and learns what came between."""
    complaint_id = await bureau.file()
    seen = (await bureau.held(complaint_id)).last_id
    await bureau.accept(complaint_id)
    with pytest.raises(Overtaken) as caught:
        await bureau.decline(complaint_id, seen=seen)
    assert caught.value.last is ComplaintStep.ACCEPTED
    await bureau.withdraw(complaint_id)
    with pytest.raises(Overtaken) as caught:
        await bureau.answer(complaint_id, seen=seen)
    assert caught.value.last is ComplaintStep.WITHDRAWN


async def test_of_two_at_once_one_is_first(bureau: Bureau):
    """Accepted and declined in the same moment, it is one of both, and the other is told."""
    complaint_id = await bureau.file()
    seen = (await bureau.held(complaint_id)).last_id
    done = await asyncio.gather(
        bureau.accept(complaint_id, seen=seen),
        bureau.decline(complaint_id, seen=seen),
        return_exceptions=True,
    )
    assert sorted(map(type, done), key=lambda kind: kind.__name__) == [Overtaken, bool]
    assert len((await bureau.opened(complaint_id)).entries) == 2


async def test_the_same_form_at_once_acts_once(bureau: Bureau):
    """A double click is one entry, and both are well."""
    complaint_id, form_id = await bureau.file(), new_id()
    seen = (await bureau.held(complaint_id)).last_id
    done = await asyncio.gather(*(bureau.accept(complaint_id, form_id=form_id, seen=seen) for _ in range(2)))
    assert sorted(done) == [False, True]


async def test_whoever_sends_it_on_while_another_waits_takes_it_from_them(bureau: Bureau):
    """An officer whose query waits for the row finds it gone to another agency, and not theirs."""
    complaint_id = await bureau.file()
    seen = (await bureau.held(complaint_id)).last_id
    async with bureau.open_unit() as uow:
        await hold(uow, bureau.worker(), complaint_id)
        late = asyncio.create_task(bureau.accept(complaint_id, seen=seen))
        await somebody_waits(bureau.open_unit)
        await (await uow.driver()).execute("UPDATE complaint SET agency_id = %s", (bureau.other_agency_id,))
        await uow.commit()
    with pytest.raises(NotFoundError):
        await late


async def test_it_is_another_agencys_once_it_is_sent_on(bureau: Bureau):
    """Who sent it on sees it no more; the other agency has it as received, with all that was before."""
    complaint_id = await bureau.file(at=ago(days=20))
    before = await bureau.held(complaint_id)
    await bureau.accept(complaint_id)
    await bureau.forward(complaint_id)
    with pytest.raises(NotFoundError):
        await bureau.opened(complaint_id)
    found = await bureau.opened(complaint_id, bureau.other_officer_id)
    assert found.row.state is ComplaintState.RECEIVED
    assert found.row.terms.process_by == before.terms.process_by, "the citizen waits no longer for it"
    assert found.row.terms.accept_by > before.terms.accept_by
    assert [one.kind for one in found.entries] == [
        ComplaintStep.RECEIVED,
        ComplaintStep.ACCEPTED,
        ComplaintStep.FORWARDED,
    ]
    assert (found.last.from_agency, found.last.to_agency) == ("Ủy ban nhân dân H26", "Ủy ban nhân dân H27")
    assert found.last.text == "Thuộc H27."


async def test_time_stands_still_while_the_citizen_is_awaited(bureau: Bureau):
    """Nothing is due then; afterwards it is where it was, later by the working days of the wait."""
    complaint_id = await bureau.file(at=ago(days=30))
    await bureau.accept(complaint_id, now=ago(days=29))
    before = await bureau.held(complaint_id)
    asked = ago(days=27)
    await bureau.ask_more(complaint_id, now=asked)
    waiting = await bureau.held(complaint_id)
    assert waiting.next_due_at is None
    answered = ago(days=13)
    await bureau.supply(complaint_id, now=answered)
    after = await bureau.held(complaint_id)
    assert after.state is ComplaintState.ACCEPTED
    assert after.terms == before.terms.moved(asked, answered, CALENDAR)
    assert after.terms.process_by > before.terms.process_by
    assert after.next_due_at == after.terms.process_by
    assert (await bureau.opened(complaint_id)).last.text == "Ngày 3."


async def test_what_is_done_late_is_kept_and_stays_late(bureau: Bureau):
    """Each step says by when it was due; the deadline stops nobody, and nobody can take the delay back."""
    complaint_id = await bureau.file(public=True, at=ago(days=60))
    await bureau.accept(complaint_id)
    await bureau.ask_more(complaint_id)
    await bureau.supply(complaint_id)
    await bureau.answer(complaint_id)
    found = await bureau.opened(complaint_id)
    assert [(one.kind, one.late) for one in found.entries] == [
        (ComplaintStep.RECEIVED, False),
        (ComplaintStep.ACCEPTED, True),
        (ComplaintStep.MORE_ASKED, True),
        (ComplaintStep.SUPPLIED, False),
        (ComplaintStep.ANSWERED, True),
    ]
    in_time = await bureau.file()
    await bureau.accept(in_time)
    assert not (await bureau.opened(in_time)).last.late


@pytest.mark.parametrize("public", [True, False])
async def test_an_answer_is_the_end_and_may_be_published(bureau: Bureau, *, public: bool):
    """It closes the complaint; a moderator has two working days, where whoever filed it agreed."""
    complaint_id = await bureau.answered(public=public)
    found = await bureau.opened(complaint_id)
    assert (found.answer, found.row.state) == (ANSWER, ComplaintState.ANSWERED)
    assert found.row.closed_at == found.last.at
    if public:
        assert found.row.publication is Publication.PENDING
        assert found.row.publish_by == end_of(found.last.at, 2, CALENDAR)
    else:
        assert (found.row.publication, found.row.publish_by) == (Publication.PRIVATE, None)


async def test_entries_stand_in_the_order_of_what_happened(bureau: Bureau):
    """Also where the clock of one machine is behind another's."""
    complaint_id = await bureau.file()
    await bureau.accept(complaint_id, now=NOW - timedelta(hours=1))
    await bureau.answer(complaint_id, now=NOW - timedelta(hours=2))
    found = await bureau.opened(complaint_id)
    assert [one.kind for one in found.entries] == [
        ComplaintStep.RECEIVED,
        ComplaintStep.ACCEPTED,
        ComplaintStep.ANSWERED,
    ]
    assert len({one.at for one in found.entries}) == 3

"""A party files, adds, takes back, and says who may read; nobody else's complaint is touched."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from storage.complaints import filing, own
from storage.complaints.codes import ALPHABET, LENGTH, PREFIX, new_code
from storage.complaints.errors import NotNow
from storage.complaints.filing import NewComplaint
from storage.complaints.kinds import ComplaintKind, ComplaintState, ComplaintStep, Topic
from storage.errors import NotFoundError
from storage.ids import new_id
from storage.moments import BEFORE_ALL_IDS
from storage.questions.kinds import Publication
from tests.storage.complaints.bureau import CALENDAR, NOW, WRITTEN, Bureau
from tests.storage.questions import office


async def consent(bureau: Bureau, complaint_id: UUID, *, public: bool, party_id: UUID | None = None) -> None:
    """Say whether others may read a complaint."""
    asked = (party_id or bureau.party_id, complaint_id)
    async with bureau.open_unit() as uow:
        if public:
            await filing.agree(uow, *asked, now=datetime.now(UTC), calendar=CALENDAR)
        else:
            await filing.disagree(uow, *asked, now=datetime.now(UTC))
        await uow.commit()


@pytest.mark.parametrize(("text", "at"), [("", NOW), (WRITTEN, NOW.replace(tzinfo=None))])
def test_what_is_no_complaint_is_none(text: str, at: datetime):
    """One says something, at a time that is known wherever it is read."""
    with pytest.raises(ValueError, match="a complaint"):
        NewComplaint(
            id=new_id(),
            code=new_code(),
            author_ref="",
            agency_id=new_id(),
            dossier_id=None,
            kind=ComplaintKind.COMPLAINT,
            topic=Topic.OTHER,
            text=text,
            public=False,
            received_at=at,
        )


def test_codes_can_be_read_out():
    """They have no letter that sounds or looks like another, and tell nothing by their order."""
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(code.startswith(PREFIX) and set(code[len(PREFIX) :]) <= set(ALPHABET) for code in codes)
    assert {len(code) for code in codes} == {len(PREFIX) + LENGTH}
    assert not set("ILOU") & set(ALPHABET)


async def test_a_dossier_is_found_for_its_party_alone(bureau: Bureau):
    """Another's dossier and none at all answer alike."""
    dossier_id = await bureau.dossier("H26-261121-0001", bureau.other_agency_id)
    stranger = await office.asker(bureau.open_unit, "Lê Thị Bé", "001190000022")
    async with bureau.open_unit() as uow:
        found = await filing.dossier(uow, bureau.party_id, "H26-261121-0001")
        assert (found.id, found.agency_id) == (dossier_id, bureau.other_agency_id)
        for party_id, code in ((stranger, "H26-261121-0001"), (bureau.party_id, "H26-261121-0002")):
            with pytest.raises(NotFoundError):
                await filing.dossier(uow, party_id, code)


@pytest.mark.parametrize("public", [True, False])
async def test_it_may_be_withdrawn_while_it_is_open(bureau: Bureau, *, public: bool):
    """Nobody has anything to do with it then, and nobody else reads it; a second time changes nothing."""
    for prepare in ("nothing", "accept", "ask_more"):
        complaint_id = await bureau.file(public=public)
        if prepare != "nothing":
            await getattr(bureau, prepare)(complaint_id)
        await bureau.withdraw(complaint_id)
        await bureau.withdraw(complaint_id)
        held = await bureau.held(complaint_id)
        assert (held.state, held.publication) == (ComplaintState.WITHDRAWN, Publication.PRIVATE)
        assert (held.next_due_at, held.awaited_since, held.resumes) == (None, None, None)
        kinds = [one.kind for one in (await bureau.opened(complaint_id)).entries]
        assert kinds.count(ComplaintStep.WITHDRAWN) == 1


@pytest.mark.parametrize("end", ["answer", "decline"])
async def test_what_came_to_an_end_stays(bureau: Bureau, end: str):
    """An answer or a refusal is not taken back by a withdrawal, and asks for nothing more."""
    complaint_id = await bureau.file()
    if end == "answer":
        await bureau.accept(complaint_id)
    await getattr(bureau, end)(complaint_id)
    with pytest.raises(NotNow):
        await bureau.withdraw(complaint_id)
    with pytest.raises(NotNow):
        await bureau.supply(complaint_id)


async def test_only_one_supplement_answers_a_request(bureau: Bureau):
    """Two that come at once are one, and the second is told that nobody asks any more."""
    complaint_id = await bureau.file()
    await bureau.ask_more(complaint_id)
    done = await asyncio.gather(
        bureau.supply(complaint_id), bureau.supply(complaint_id), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in done) == ["NoneType", "NotNow"]
    held = await bureau.held(complaint_id)
    assert held.state is ComplaintState.RECEIVED


async def test_nobody_touches_anothers(bureau: Bureau):
    """Each of them answers as if there was none, and changes nothing."""
    complaint_id = await bureau.file(public=True)
    await bureau.ask_more(complaint_id)
    before = await bureau.opened(complaint_id)
    stranger = await office.asker(bureau.open_unit, "Lê Thị Bé", "001190000022")
    now = datetime.now(UTC)
    for missing in (complaint_id, uuid4()):
        async with bureau.open_unit() as uow:
            for attempt in (
                own.one(uow, stranger, missing),
                filing.supply(uow, stranger, missing, "Tôi.", now=now, calendar=CALENDAR),
                filing.withdraw(uow, stranger, missing, now=now),
                filing.agree(uow, stranger, missing, now=now, calendar=CALENDAR),
                filing.disagree(uow, stranger, missing, now=now),
            ):
                with pytest.raises(NotFoundError):
                    await attempt
            assert await own.newest(uow, stranger, before=None, limit=9) == []
            await uow.commit()
    assert await bureau.opened(complaint_id) == before


async def test_consent_is_given_and_taken_back_while_it_is_open(bureau: Bureau):
    """It changes who may read it, and nothing that happened."""
    complaint_id = await bureau.file()
    for public, expected in (
        (True, Publication.WANTED),
        (True, Publication.WANTED),
        (False, Publication.PRIVATE),
        (False, Publication.PRIVATE),
    ):
        await consent(bureau, complaint_id, public=public)
        assert (await bureau.held(complaint_id)).publication is expected
    assert len((await bureau.opened(complaint_id)).entries) == 1


async def test_consent_after_the_answer_asks_a_moderator(bureau: Bureau):
    """Two working days begin with it; taken back, nobody has to decide any more."""
    complaint_id = await bureau.answered(public=False)
    await consent(bureau, complaint_id, public=True)
    held = await bureau.held(complaint_id)
    assert held.publication is Publication.PENDING
    assert held.publish_by
    assert held.next_due_at == held.publish_by
    await consent(bureau, complaint_id, public=False)
    held = await bureau.held(complaint_id)
    assert (held.publication, held.publish_by, held.next_due_at) == (Publication.PRIVATE, None, None)


async def test_what_nobody_will_answer_is_not_published(bureau: Bureau):
    """Consent to publish what was declined has no meaning."""
    complaint_id = await bureau.file()
    await bureau.decline(complaint_id)
    with pytest.raises(NotNow):
        await consent(bureau, complaint_id, public=True)


async def test_a_party_reads_its_own_newest_first_and_what_changed(bureau: Bureau):
    """Each change of a complaint is told once more, with all that it is then."""
    ids = [await bureau.file(f"Thứ {number}") for number in range(3)]
    async with bureau.open_unit() as uow:
        moment = await own.moment(uow, bureau.party_id)
        found = await own.newest(uow, bureau.party_id, before=None, limit=9)
    assert {one.id for one in found} == set(ids)
    assert found == sorted(found, key=lambda one: (one.received_at, one.id), reverse=True)
    await bureau.accept(ids[1])
    async with bureau.open_unit() as uow:
        later = await own.changed(uow, bureau.party_id, after=(moment.floor, BEFORE_ALL_IDS), limit=9)
    assert [(one.id, one.state) for one in later] == [(ids[1], ComplaintState.ACCEPTED)]
    await bureau.ask_more(ids[1])
    async with bureau.open_unit() as uow:
        one, entries = await own.one(uow, bureau.party_id, ids[1])
    assert one.process_by is None, "nothing is due while the party is asked"
    assert [entry.kind for entry in entries] == [
        ComplaintStep.RECEIVED,
        ComplaintStep.ACCEPTED,
        ComplaintStep.MORE_ASKED,
    ]
    assert entries[-1].text == "Nộp ngày nào?"

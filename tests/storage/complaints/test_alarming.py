"""Which agencies are late, and what stands published, for those whom it concerns."""

from collections.abc import Sequence

from storage.complaints.alarming import LateAgency, late_agencies
from storage.complaints.publishing import Published, take_back
from storage.complaints.standing import standing
from storage.officers.desk import MODERATORS, READERS, Desk
from storage.officers.roles import Role
from tests.storage.complaints.bureau import NOW, Bureau, ago
from tests.storage.questions import office

OURS = LateAgency(code="H26", name="Ủy ban nhân dân H26", overdue=1)


async def late(bureau: Bureau, desk: Desk | None = None, limit: int = 9) -> Sequence[LateAgency]:
    """Return the late agencies of a desk."""
    async with bureau.open_unit() as uow:
        return await late_agencies(uow, desk or bureau.reader(), limit=limit)


async def test_late_are_those_with_something_to_do(bureau: Bureau):
    """Neither what has time, nor what awaits its sender or has ended, makes an agency late."""
    await bureau.file(at=ago(days=60))
    await bureau.file()
    asked, withdrawn = await bureau.file(at=ago(days=60)), await bureau.file(at=ago(days=60))
    await bureau.ask_more(asked)
    await bureau.withdraw(withdrawn)
    await bureau.file(at=ago(days=60), agency_id=bureau.other_agency_id)
    assert await late(bureau) == [OURS]


async def test_those_below_are_told_apart_and_the_worst_stands_first(bureau: Bureau):
    """A province is told of its communes, as many as are asked for."""
    below = await office.agency(bureau.open_unit, "H26.1", parent=bureau.agency_id)
    for agency_id in (bureau.agency_id, below, below):
        await bureau.file(at=ago(days=60), agency_id=agency_id)
    worst = LateAgency(code="H26.1", name="Ủy ban nhân dân H26.1", overdue=2)
    assert await late(bureau) == [worst, OURS]
    assert await late(bureau, limit=1) == [worst]


async def test_who_may_not_read_is_told_of_nothing(bureau: Bureau):
    """Nor is anybody of a party that was erased."""
    await bureau.file(at=ago(days=60))
    moderator = (Role.MODERATOR, bureau.agency_id)
    officer_id = await office.officer(bureau.open_unit, "new@tindan.example", moderator)
    assert await late(bureau, Desk(officer_id=officer_id, roles=READERS)) == []
    assert await late(bureau) == [OURS]
    await bureau.sql("DELETE FROM party_key WHERE party_id = %s", bureau.party_id)
    assert await late(bureau) == []


async def test_what_stands_published_is_the_moderators(bureau: Bureau):
    """Page by page, the last first; what was taken down, and what is another's, stands there no more."""
    published = [await bureau.answered() for _ in range(3)]
    for number, complaint_id in enumerate(published):
        await bureau.publish(complaint_id, Published(text=f"Số {number}.", answer="Đã nhắc."))
    found = []
    async with bureau.open_unit() as uow:
        foreign = Desk(officer_id=bureau.other_officer_id, roles=MODERATORS)
        assert await standing(uow, foreign, after=None, limit=2) == []
        after = None
        while page := await standing(uow, bureau.moderator, after=after, limit=2):
            found += [(one.complaint_id, one.text) for one in page]
            after = page[-1].published_at, page[-1].id
        assert found == [(one, f"Số {number}.") for number, one in enumerate(published)][::-1]
        await take_back(uow, published[0], now=NOW)
        assert len(await standing(uow, bureau.moderator, after=None, limit=9)) == 2

"""What everybody may read of complaints: by consent, by a moderator, and without anything personal."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest

from storage.complaints import filing, moderating, published, publishing
from storage.complaints.errors import Decided, NotNow, Overtaken
from storage.complaints.holding import hold
from storage.complaints.kinds import ComplaintKind, ComplaintStep
from storage.complaints.published import Shown
from storage.complaints.publishing import Published
from storage.errors import NotFoundError
from storage.questions.kinds import Publication
from tests.storage.complaints.bureau import ANSWER, CALENDAR, WRITTEN, Bureau
from tests.storage.questions.office import somebody_waits

NEW = Published(text=WRITTEN, answer=ANSWER)


async def shown(bureau: Bureau, *, agency_id: UUID | None = None, kind: ComplaintKind | None = None):
    """Return what everybody may read."""
    async with bureau.open_unit() as uow:
        return await published.page(uow, agency_id=agency_id, kind=kind, after=None, limit=9)


async def moderate(bureau: Bureau, work, complaint_id: UUID) -> bool:
    """Refuse, or take down, in a transaction of its own."""
    async with bureau.open_unit() as uow:
        held = await hold(uow, bureau.moderator, complaint_id)
        done = await work(uow, held, officer_id=bureau.officer_id, now=datetime.now(UTC))
        await uow.commit()
    return done


async def consent(bureau: Bureau, complaint_id: UUID, *, public: bool) -> None:
    """Say whether others may read it."""
    now = datetime.now(UTC)
    async with bureau.open_unit() as uow:
        if public:
            await filing.agree(uow, bureau.party_id, complaint_id, now=now, calendar=CALENDAR)
        else:
            await filing.disagree(uow, bureau.party_id, complaint_id, now=now)
        await uow.commit()


async def pending(bureau: Bureau) -> list[UUID]:
    """Return what waits for a moderator."""
    async with bureau.open_unit() as uow:
        found = await moderating.pending(uow, bureau.moderator, after=None, limit=9)
        counts = await moderating.counts(uow, bureau.moderator)
    assert counts.waiting == len(found)
    return [one.id for one in found]


async def test_nothing_is_read_before_a_moderator_lets_it(bureau: Bureau):
    """It waits for one once it is answered, and is there for everybody then, as it was let."""
    complaint_id = await bureau.answered()
    assert await pending(bureau) == [complaint_id]
    assert await shown(bureau) == []
    assert await bureau.publish(complaint_id, NEW)
    assert await pending(bureau) == []
    (found,) = await shown(bureau)
    assert (found.text, found.answer, found.agency_code) == (WRITTEN, ANSWER, "H26")
    async with bureau.open_unit() as uow:
        assert await published.one(uow, found.id) == found
    assert not await bureau.publish(complaint_id, NEW), "a second click changes nothing"
    last = (await bureau.opened(complaint_id)).last
    assert (last.kind, last.officer_id, last.late) == (ComplaintStep.PUBLISHED, bureau.officer_id, False)


async def test_nothing_personal_is_published_whoever_lets_it(bureau: Bureau):
    """Name and number of whoever filed it are taken out, and what looks like a phone number."""
    complaint_id = await bureau.answered()
    text = "Tôi là Nguyễn Thị An, số 001190000011, gọi 0912345678."
    await bureau.publish(complaint_id, Published(text=text, answer="Xin cảm ơn bà Nguyễn Thị An."))
    (found,) = await shown(bureau)
    for secret in ("Thị An", "001190000011", "0912345678"):
        assert secret not in found.text + found.answer


@pytest.mark.parametrize("state", ["received", "declined", "private"])
async def test_what_may_not_be_read_is_not_published(bureau: Bureau, state: str):
    """Without an answer or without consent nothing is, whatever a moderator sends."""
    complaint_id = await (bureau.answered(public=False) if state == "private" else bureau.file(public=True))
    if state == "declined":
        await bureau.decline(complaint_id)
    with pytest.raises((NotNow, Overtaken)):
        await bureau.publish(complaint_id, NEW)
    assert await shown(bureau) == []


async def test_a_refusal_is_for_good(bureau: Bureau):
    """Nobody reads it, and consent given again changes nothing."""
    complaint_id = await bureau.answered()
    assert await moderate(bureau, publishing.refuse, complaint_id)
    assert not await moderate(bureau, publishing.refuse, complaint_id)
    with pytest.raises(Decided):
        await consent(bureau, complaint_id, public=True)
    with pytest.raises(Overtaken):
        await bureau.publish(complaint_id, NEW)
    await consent(bureau, complaint_id, public=False)
    assert (await bureau.held(complaint_id)).publication is Publication.REFUSED
    assert await shown(bureau) == []


async def test_what_a_moderator_takes_down_stays_down(bureau: Bureau):
    """It is gone from list and address at once, and does not come back by a consent."""
    complaint_id = await bureau.answered()
    await bureau.publish(complaint_id, NEW)
    (found,) = await shown(bureau)
    assert await moderate(bureau, publishing.take_down, complaint_id)
    assert not await moderate(bureau, publishing.take_down, complaint_id)
    await gone(bureau, found)
    with pytest.raises(Decided):
        await consent(bureau, complaint_id, public=True)


async def test_consent_taken_back_takes_it_down_at_once(bureau: Bureau):
    """Given again, a moderator looks again; what is let then stands under the same address."""
    complaint_id = await bureau.answered()
    await bureau.publish(complaint_id, NEW)
    (found,) = await shown(bureau)
    await consent(bureau, complaint_id, public=False)
    await gone(bureau, found)
    last = (await bureau.opened(complaint_id)).last
    assert (last.kind, last.officer_id) == (ComplaintStep.TAKEN_DOWN, None)
    with pytest.raises(Overtaken):
        await moderate(bureau, publishing.take_down, complaint_id)
    await consent(bureau, complaint_id, public=True)
    assert await pending(bureau) == [complaint_id]
    assert await shown(bureau) == []
    await bureau.publish(complaint_id, NEW)
    (again,) = await shown(bureau)
    assert again.id == found.id


async def test_consent_taken_back_while_a_moderator_waits(bureau: Bureau):
    """Whoever comes second finds it as it then is: let be read no more."""
    complaint_id = await bureau.answered()
    async with bureau.open_unit() as uow:
        await filing.disagree(uow, bureau.party_id, complaint_id, now=datetime.now(UTC))
        late = asyncio.create_task(bureau.publish(complaint_id, NEW))
        await somebody_waits(bureau.open_unit)
        await uow.commit()
    with pytest.raises(Overtaken):
        await late
    assert await shown(bureau) == []


async def test_consent_taken_back_while_it_is_let_be_read(bureau: Bureau):
    """It is there for no longer than until the consent's turn comes."""
    complaint_id = await bureau.answered()
    async with bureau.open_unit() as uow:
        held = await hold(uow, bureau.moderator, complaint_id)
        await publishing.publish(uow, held, NEW, officer_id=bureau.officer_id, now=datetime.now(UTC))
        late = asyncio.create_task(consent(bureau, complaint_id, public=False))
        await somebody_waits(bureau.open_unit)
        await uow.commit()
    await late
    assert await shown(bureau) == []
    assert (await bureau.held(complaint_id)).publication is Publication.PRIVATE


async def gone(bureau: Bureau, found: Shown) -> None:
    """Assert that nobody finds something any more."""
    assert await shown(bureau) == []
    async with bureau.open_unit() as uow:
        with pytest.raises(NotFoundError):
            await published.one(uow, found.id)


async def test_what_is_published_may_be_worded_anew(bureau: Bureau):
    """By who saw it published; who still thought that it waits is told."""
    complaint_id = await bureau.answered()
    await bureau.publish(complaint_id, NEW)
    (before,) = await shown(bureau)
    with pytest.raises(Overtaken):
        await bureau.publish(complaint_id, Published(text="Khác.", answer=ANSWER))
    again = Published(text="Khác.", answer=ANSWER, seen=Publication.PUBLISHED)
    assert await bureau.publish(complaint_id, again)
    (after,) = await shown(bureau)
    assert (after.id, after.text, after.published_at) == (before.id, "Khác.", before.published_at)
    assert after.updated_at > before.updated_at


async def test_it_is_found_by_agency_and_kind(bureau: Bureau):
    """Those of agencies below are found with it."""
    complaint_id = await bureau.answered()
    await bureau.publish(complaint_id, NEW)
    assert len(await shown(bureau, agency_id=bureau.agency_id)) == 1
    assert await shown(bureau, agency_id=bureau.other_agency_id) == []
    assert len(await shown(bureau, kind=ComplaintKind.COMPLAINT)) == 1
    assert await shown(bureau, kind=ComplaintKind.SUGGESTION) == []


async def test_pages_leave_nothing_out(bureau: Bureau):
    """Page after page, each stands there once, the last published first."""
    for _ in range(5):
        await bureau.publish(await bureau.answered(), NEW)
    seen: list[Shown] = []
    after = None
    async with bureau.open_unit() as uow:
        while found := await published.page(uow, agency_id=None, kind=None, after=after, limit=2):
            seen += found
            after = (found[-1].published_at, found[-1].id)
    assert len({one.id for one in seen}) == 5
    assert seen == sorted(seen, key=lambda one: one.published_at, reverse=True)

"""What officers have before them: theirs alone, whatever is due first, and how much there is."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from storage.complaints import moderating, opening, queue
from storage.complaints.holding import hold
from storage.complaints.kinds import Stage
from storage.complaints.queue import Counts, Pile
from storage.errors import NotFoundError
from storage.officers.desk import MODERATORS, READERS, WORKERS, Desk
from storage.officers.roles import Role
from tests.storage.complaints.bureau import Bureau, ago
from tests.storage.questions import office


async def pile(
    bureau: Bureau, which: Pile, desk: Desk | None = None, agency: str | None = None
) -> list[UUID]:
    """Return a pile, by pages of two."""
    found: list[UUID] = []
    after = None
    async with bureau.open_unit() as uow:
        while page := await queue.complaints(
            uow, desk or bureau.reader(), which, agency=agency, after=after, limit=2
        ):
            found += [one.id for one in page]
            after = page[-1].place(which)
    return found


async def counts(bureau: Bureau, desk: Desk | None = None) -> Counts:
    """Return how much there is; a day counts as soon."""
    async with bureau.open_unit() as uow:
        return await queue.counts(uow, desk or bureau.reader(), soon=datetime.now(UTC) + timedelta(days=1))


async def test_what_is_due_first_stands_first(bureau: Bureau):
    """The citizen awaited, and what has come to an end, wait for nobody; all of it stands in the whole."""
    old = await bureau.file(at=ago(days=60))
    new = await bureau.file()
    accepted = await bureau.file(at=ago(days=2))
    await bureau.accept(accepted)
    asked = await bureau.file(at=ago(days=50))
    await bureau.ask_more(asked)
    ended = await bureau.answered(public=False)
    assert await pile(bureau, Pile.WAITING) == [old, new, accepted]
    assert await pile(bureau, Pile.OVERDUE) == [old]
    assert (await pile(bureau, Pile.ALL))[-3:] == [accepted, asked, old]
    assert set((await pile(bureau, Pile.ALL))[:2]) == {ended, new}
    assert await counts(bureau) == Counts(waiting=3, overdue=1, soon=0)


async def test_what_is_due_within_the_day_is_soon(bureau: Bureau):
    """It is told apart from what is overdue, and from what has time."""
    complaint_id = await bureau.file()
    due = datetime.now(UTC) + timedelta(hours=3)
    await bureau.sql("UPDATE complaint SET accept_by = %s, next_due_at = %s", due, due)
    assert await counts(bureau) == Counts(waiting=1, overdue=0, soon=1)
    (found,) = await pile(bureau, Pile.WAITING)
    assert found == complaint_id


@pytest.mark.parametrize(
    ("roles", "ended", "reads", "works", "moderates"),
    [
        ((Role.VIEWER,), False, True, False, False),
        ((Role.OFFICER,), False, True, True, False),
        ((Role.SUPERVISOR,), False, True, True, False),
        ((Role.MODERATOR,), False, False, False, True),
        ((Role.OFFICER, Role.MODERATOR), True, False, False, False),
        ((), False, False, False, False),
    ],
)
async def test_roles_are_asked_in_the_queries(
    bureau: Bureau, roles: tuple[Role, ...], *, ended: bool, reads: bool, works: bool, moderates: bool
):
    """One that is missing or has ended opens nothing, counts nothing and does nothing."""
    complaint_id = await bureau.answered()
    waiting = await bureau.file()
    officer_id = await office.officer(
        bureau.open_unit, "new@tindan.example", *((role, bureau.agency_id) for role in roles), ended=ended
    )
    reader, worker, moderator = (
        Desk(officer_id=officer_id, roles=kind) for kind in (READERS, WORKERS, MODERATORS)
    )
    assert bool(await pile(bureau, Pile.ALL, reader)) == reads
    assert (await counts(bureau, reader)).waiting == int(reads)
    async with bureau.open_unit() as uow:
        assert bool(await queue.agencies(uow, reader, limit=9)) == reads
        assert await opening.reaches(uow, worker, waiting) == works
        assert bool(await moderating.pending(uow, moderator, after=None, limit=9)) == moderates
        assert (await moderating.counts(uow, moderator)).waiting == int(moderates)
        for allowed, attempt in (
            (reads, opening.opened(uow, reader, waiting)),
            (works, hold(uow, worker, waiting)),
            (moderates, hold(uow, moderator, complaint_id)),
        ):
            if allowed:
                await attempt
            else:
                with pytest.raises(NotFoundError):
                    await attempt


async def test_agencies_above_reach_those_below(bureau: Bureau):
    """A role in a province reaches its communes; a list is narrowed to one of them."""
    below = await office.agency(bureau.open_unit, "H26.1", parent=bureau.agency_id)
    own, theirs = await bureau.file(), await bureau.file(agency_id=below)
    assert set(await pile(bureau, Pile.ALL)) == {own, theirs}
    assert await pile(bureau, Pile.ALL, agency="H26.1") == [theirs]
    assert await pile(bureau, Pile.ALL, agency="H27") == []


async def test_an_erased_party_is_shown_to_nobody(bureau: Bureau):
    """Its key is gone: the list goes on without it."""
    await bureau.file()
    await bureau.sql("DELETE FROM party_key WHERE party_id = %s", bureau.party_id)
    assert await pile(bureau, Pile.ALL) == []
    assert (await counts(bureau)).waiting == 0


async def test_clocks_show_what_is_to_be_done(bureau: Bureau):
    """A row of a list says what is due, and by when, as the whole complaint does."""
    complaint_id = await bureau.file()
    found = (await bureau.opened(complaint_id)).row
    assert set(found.clocks) == {Stage.ACCEPT, Stage.PROCESS}
    assert found.next_due_at == found.terms.accept_by
    public = (await bureau.opened(await bureau.answered())).row
    assert set(public.clocks) == {Stage.PUBLISH}

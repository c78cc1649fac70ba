"""Who waits for an answer is found by the officers who may give it, the most urgent one first."""

from datetime import date
from uuid import UUID

import pytest

from storage.conversations import handling, queue, receipts, waiting
from storage.conversations.handling import Supply
from storage.conversations.kinds import Author
from storage.conversations.queue import Counts, Sieve, Waiting
from storage.officers import repository as officers
from storage.officers.desk import READERS
from storage.officers.roles import Role
from tests.storage.conversations.hall import START, Hall, day

ANYTHING = Sieve()


@pytest.fixture
async def hall(unit_of_work) -> Hall:
    """A province with two communes, and a neighbour."""
    made = Hall(open_unit=unit_of_work)
    await made.agency("H26")
    for commune in ("H26.1", "H26.2"):
        await made.agency(commune, above="H26")
    await made.agency("H55")
    return made


async def queued(hall: Hall, who: UUID, sieve: Sieve = ANYTHING, roles=READERS) -> list[Waiting]:
    """Return the whole queue, turned page by page."""
    found: list[Waiting] = []
    after = None
    async with hall.open_unit() as uow:
        while rows := await queue.page(uow, who, roles, sieve, after=after, limit=2):
            found += rows
            after = (rows[-1].urgent_at, rows[-1].dossier.id)
    return found


async def codes(hall: Hall, who: UUID, sieve: Sieve = ANYTHING) -> list[str]:
    """Return the codes of the dossiers in the queue."""
    return [one.dossier.code for one in await queued(hall, who, sieve)]


async def test_who_waits_is_in_the_queue_until_answered(hall: Hall):
    """From the first message without an answer; an answer, or none being needed, takes it out."""
    who = await hall.officer((Role.OFFICER, "H26.1"))
    await hall.dossier("A", "H26.1")
    assert await codes(hall, who) == []
    await hall.wrote("A", day(0))
    await hall.wrote("A", day(1))
    (one,) = await queued(hall, who)
    assert (one.messages, one.unread, one.dossier.waiting_since) == (2, True, START)
    async with hall.open_unit() as uow:
        assert await waiting.settle(uow, hall.ids["A"])
        assert not await waiting.settle(uow, hall.ids["A"])
        await uow.commit()
    assert await codes(hall, who) == []
    await hall.wrote("A", day(2))
    (one,) = await queued(hall, who)
    assert (one.messages, one.dossier.waiting_since) == (1, day(2))


async def test_what_came_after_what_was_seen_goes_on_waiting(hall: Hall):
    """Whoever settles what they have seen settles no message that came meanwhile, and none of another dossier."""
    who = await hall.officer((Role.OFFICER, "H26.1"))
    for code in ("A", "B"):
        await hall.dossier(code, "H26.1")
    seen = await hall.wrote("A", day(0))
    other = await hall.wrote("B", day(5))
    await hall.wrote("A", day(1))
    async with hall.open_unit() as uow:
        assert not await waiting.settle(uow, hall.ids["A"], up_to=other)
        assert await waiting.settle(uow, hall.ids["A"], up_to=seen)
        assert not await waiting.settle(uow, hall.ids["A"], up_to=seen)
        await uow.commit()
    (first, _) = await queued(hall, who)
    assert (first.dossier.code, first.messages, first.dossier.waiting_since) == ("A", 1, day(1))


async def test_the_most_urgent_comes_first(hall: Hall):
    """By three days after the party began to wait, or the due time where the clock runs and that is earlier."""
    who = await hall.officer((Role.OFFICER, "H26"))
    await hall.dossier("plain", "H26.1")
    await hall.dossier("due", "H26.1", due=day(1))
    await hall.dossier("standing", "H26.1", due=day(1), status=5, waits=[(day(0), None)])
    await hall.dossier("moved", "H26.1", due=day(0.9), waits=[(day(0), day(1.5))])
    await hall.dossier("ended", "H26.1", due=day(1), ended=day(0))
    await hall.dossier("old", "H26.1")
    for n, code in enumerate(("plain", "standing", "ended", "moved", "due")):
        await hall.wrote(code, day(0.001 * n))
    await hall.wrote("old", day(-2.5))
    assert await codes(hall, who) == ["old", "due", "moved", "plain", "standing", "ended"]


async def test_filters_and_counts(hall: Hall):
    """By agency and what is below it, by what nobody has read, and by how a supplement stands."""
    who = await hall.officer((Role.VIEWER, "H26"))
    await hall.dossier("A", "H26.1", status=5, waits=[(day(0), None)])
    await hall.dossier("B", "H26.2", status=5, waits=[(day(0), day(1))])
    await hall.dossier("C", "H26.2", waits=[(day(0), None)])
    await hall.dossier("D", "H26")
    last = [await hall.wrote(code, day(n)) for n, code in enumerate("ABCD")]
    async with hall.open_unit() as uow:
        await receipts.read_by_agency(uow, hall.ids["B"], up_to=last[1])
        await uow.commit()
    for sieve, expected in (
        (ANYTHING, "ABCD"),
        (Sieve(agency="H26.2"), "BC"),
        (Sieve(agency="H26"), "ABCD"),
        (Sieve(agency="H55"), ""),
        (Sieve(agency="H99"), ""),
        (Sieve(unread=True), "ACD"),
        (Sieve(supply=Supply.AWAITED), "A"),
        (Sieve(supply=Supply.SUPPLIED), "B"),
        (Sieve(supply=Supply.SUPPLIED, unread=True), ""),
    ):
        assert "".join(await codes(hall, who, sieve)) == expected, sieve
    async with hall.open_unit() as uow:
        assert await queue.counts(uow, who, READERS) == Counts(waiting=4, unread=3, supplied=1)
        assert [one.code for one in await queue.agencies(uow, who, READERS)] == ["H26", "H26.1", "H26.2"]


ROLES = {
    "own": (Role.OFFICER, "H26.1"),
    "above": (Role.OFFICER, "H26"),
    "below": (Role.OFFICER, "H26.1.1"),
    "foreign": (Role.OFFICER, "H55"),
    "ended": (Role.OFFICER, "H00"),
    "moderator": (Role.MODERATOR, "H26.1"),
}


@pytest.mark.parametrize(("held", "seen"), [(one, one in {"own", "above"}) for one in ROLES])
async def test_nobody_sees_what_no_role_of_theirs_reaches(hall: Hall, held: str, seen: bool):
    """The queue, its counts and agencies, and a dossier by its code, all by the same rule."""
    await hall.agency("H26.1.1", above="H26.1")
    await hall.agency("H00", valid_to=date(2020, 1, 1))
    await hall.dossier("H26.1-261121-0001", "H26.1")
    await hall.wrote("H26.1-261121-0001", day(0))
    who = await hall.officer(ROLES[held])
    async with hall.open_unit() as uow:
        assert (await queue.counts(uow, who, READERS)).waiting == seen
        assert bool(await queue.agencies(uow, who, READERS)) is seen
        assert bool(await handling.dossier(uow, who, READERS, "H26.1-261121-0001")) is seen
    assert bool(await queued(hall, who)) is seen


async def test_a_role_that_ends_and_an_officer_who_is_shut_out_see_nothing_more(hall: Hall):
    """At once, both of them."""
    one, two = [await hall.officer((Role.OFFICER, "H26.1")) for _ in range(2)]
    await hall.dossier("A", "H26.1")
    await hall.wrote("A", day(0))
    assert await codes(hall, one) == await codes(hall, two) == ["A"]
    async with hall.open_unit() as uow:
        await officers.revoke(uow, one, Role.OFFICER, agency_id=hall.ids["H26.1"])
        await officers.set_enabled(uow, two, enabled=False)
        await uow.commit()
    assert await codes(hall, one) == await codes(hall, two) == []


async def test_the_queue_follows_a_dossier_to_another_agency(hall: Hall):
    """Whose the dossier is now answers what was written before."""
    here, there = await hall.officer((Role.OFFICER, "H26.1")), await hall.officer((Role.OFFICER, "H55"))
    await hall.dossier("A", "H26.1")
    await hall.wrote("A", day(0))
    async with hall.open_unit() as uow:
        await (await uow.driver()).execute(
            "UPDATE dossier SET agency_id = %s WHERE code = 'A'", (hall.ids["H55"],)
        )
        await uow.commit()
    assert (await codes(hall, here), await codes(hall, there)) == ([], ["A"])


async def test_an_agencys_own_words_make_nobody_wait(hall: Hall):
    """Only what parties write needs an answer."""
    who = await hall.officer((Role.OFFICER, "H26.1"))
    await hall.dossier("A", "H26.1")
    for author in (Author.AGENCY, Author.OFFICER):
        await hall.wrote("A", day(0), author=author)
    assert await codes(hall, who) == []

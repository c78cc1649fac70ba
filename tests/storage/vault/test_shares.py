"""Links open what was chosen, as often and as long as was said, and to nobody else."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from os import urandom
from typing import Any
from uuid import UUID

import pytest

from storage.cipher import PartyKey
from storage.errors import NotFoundError
from storage.parties import repository as parties
from storage.unit_of_work import Reading, UnitOfWork
from storage.vault import removing, shares, visits
from storage.vault.kinds import FileRole
from storage.vault.shares import NewShare, OwnShare, TooManyShares
from storage.vault.visits import LIFE, OpenVisit
from tests.storage.vault.keeping import NOW, keep, make_party

Open = Callable[[], UnitOfWork]
Read = Callable[[], Reading]
LATER = NOW + timedelta(hours=2)
TOKEN, VISIT = b"t" * 32, b"v" * 32


@dataclass(frozen=True, kw_only=True)
class Links:
    """A party with two documents, and what it may do with links to them."""

    unit_of_work: Open
    reading: Read
    key: PartyKey
    ids: list[UUID]

    async def add(self, token_hash: bytes = TOKEN, **told: Any) -> OwnShare:
        """Make a link; unless told otherwise to the copies of both documents, for a week and three visits."""
        given: dict[str, Any] = {
            "document_ids": self.ids,
            "roles": frozenset({FileRole.COPY}),
            "purpose": "Nộp hồ sơ học trường",
            "expires_at": NOW + timedelta(days=7),
            "uses_allowed": 3,
        }
        async with self.unit_of_work() as uow:
            made = await shares.add(
                uow, self.key.party_id, NewShare(**given | told), token_hash=token_hash, now=NOW
            )
            await uow.commit()
        return made

    async def begin(
        self, token_hash: bytes = TOKEN, *, visit_hash: bytes = VISIT, now: datetime = NOW
    ) -> OpenVisit | None:
        """Use a link."""
        async with self.unit_of_work() as uow:
            visit = await visits.begin(uow, token_hash, visit_hash=visit_hash, now=now)
            await uow.commit()
        return visit

    async def offers(self, token_hash: bytes = TOKEN, *, now: datetime = NOW) -> visits.Offer | None:
        """Look at a link."""
        async with self.reading() as reading:
            return await visits.look(reading, token_hash, now=now)

    async def listed(self) -> list[OwnShare]:
        """Return the owner's list."""
        async with self.reading() as reading:
            return await shares.page(reading, self.key.party_id, after=None, limit=100)

    async def revoke(self, share_id: UUID, *, now: datetime = NOW) -> None:
        """End a link."""
        async with self.unit_of_work() as uow:
            await shares.revoke(uow, self.key.party_id, share_id, now=now)
            await uow.commit()


@pytest.fixture
async def links(unit_of_work: Open, reading: Read) -> Links:
    """A party with two documents."""
    async with unit_of_work() as uow:
        key = await make_party(uow)
        ids = [await keep(uow, key, str(n)) for n in range(2)]
        await uow.commit()
    return Links(unit_of_work=unit_of_work, reading=reading, key=key, ids=ids[::-1])


async def test_a_link_is_listed_as_it_was_made(links: Links) -> None:
    """With its documents in the owner's order, and its purpose in no open column."""
    made = await links.add()
    assert await links.listed() == [made]
    assert (made.document_ids, made.purpose) == (tuple(links.ids), "Nộp hồ sơ học trường")
    async with links.reading() as reading:
        rows = await (await (await reading.driver()).execute("SELECT s::text FROM share s")).fetchall()
    assert "học trường".encode().hex() not in str(rows)


async def test_looking_is_no_use(links: Links) -> None:
    """However often; only opening counts, and then what was chosen is there."""
    await links.add()
    for _ in range(5):
        offer = await links.offers()
    assert offer is not None
    assert (offer.uses_left, offer.documents, offer.roles) == (3, 2, frozenset({FileRole.COPY}))
    visit = await links.begin()
    assert visit is not None
    assert (visit.party_id, visit.document_ids, visit.ends_at) == (
        links.key.party_id,
        tuple(links.ids),
        NOW + LIFE,
    )
    after = await links.offers()
    assert after is not None
    assert after.uses_left == 2


@pytest.mark.parametrize("why", ["unknown", "expired", "revoked", "used up", "erased"])
async def test_a_link_that_is_none_opens_nothing(links: Links, why: str) -> None:
    """Whatever the reason, and one answer for all; no use is counted, and no visit begun."""
    made = await links.add(uses_allowed=1)
    token, now = TOKEN, NOW
    if why == "unknown":
        token = urandom(32)
    elif why == "expired":
        now = made.expires_at
    elif why == "revoked":
        await links.revoke(made.id)
    elif why == "used up":
        assert await links.begin(visit_hash=urandom(32)) is not None
    else:
        async with links.unit_of_work() as uow:
            await (await uow.driver()).execute("DELETE FROM party_key")
            await uow.commit()
    assert await links.offers(token, now=now) is None
    assert await links.begin(token, now=now) is None
    async with links.reading() as reading:
        assert await visits.find(reading, token, visit_hash=VISIT, now=now) is None
        rows = await (await (await reading.driver()).execute("SELECT uses_made FROM share")).fetchall()
    assert rows == [(int(why == "used up"),)]


async def test_uses_are_counted_under_a_crowd(links: Links) -> None:
    """Of twenty who open it at once as many get in as were allowed."""
    await links.add()
    opened = await asyncio.gather(*(links.begin(visit_hash=urandom(32)) for _ in range(20)))
    assert sum(visit is not None for visit in opened) == 3
    (made,) = await links.listed()
    assert (made.uses_made, len(made.visits), made.is_open(NOW)) == (3, 3, False)


async def test_a_visit_lasts_its_time(links: Links) -> None:
    """Also when no use is left; not beyond its hour, the link's end, or the owner's word; to its own link only."""
    made = await links.add(uses_allowed=1, expires_at=NOW + LIFE / 2)
    await links.add(urandom(32))
    other = urandom(32)
    await links.add(other)
    assert await links.begin() is not None

    async def goes_on(now: datetime, token: bytes = TOKEN, visit: bytes = VISIT) -> bool:
        async with links.reading() as reading:
            return await visits.find(reading, token, visit_hash=visit, now=now) is not None

    assert await goes_on(NOW + LIFE / 2 - timedelta(seconds=1))
    assert not await goes_on(NOW + LIFE / 2)
    assert not await goes_on(NOW, token=other)
    assert not await goes_on(NOW, visit=urandom(32))
    await links.revoke(made.id)
    assert not await goes_on(NOW)


async def test_a_visit_ends_after_an_hour_or_with_its_link(links: Links) -> None:
    """Whichever is first; and so it is told to who is there."""
    short, long = urandom(32), urandom(32)
    await links.add(short, expires_at=NOW + LIFE / 2)
    await links.add(long)
    first = await links.begin(short, visit_hash=b"1" * 32)
    second = await links.begin(long, visit_hash=b"2" * 32)
    assert first is not None
    assert second is not None
    assert (first.ends_at, second.ends_at) == (NOW + LIFE / 2, NOW + LIFE)
    async with links.reading() as reading:
        for late, there in ((-1, True), (0, False)):
            now = NOW + LIFE + timedelta(seconds=late)
            assert (await visits.find(reading, long, visit_hash=b"2" * 32, now=now) is not None) == there


async def test_a_document_that_was_removed_is_shown_to_nobody_more(links: Links) -> None:
    """A link that is there leads to one less; and none is made to it."""
    await links.add()
    async with links.unit_of_work() as uow:
        await removing.remove(uow, links.ids[0], reason="x", who="an", now=NOW)
        await uow.commit()
    offer = await links.offers()
    assert offer is not None
    assert offer.documents == 1
    with pytest.raises(NotFoundError):
        await links.add(urandom(32))


async def test_owners_get_receipts(links: Links) -> None:
    """Of each visit, which files were opened, each once however many pieces of it were fetched."""
    await links.add()
    visit = await links.begin()
    assert visit is not None
    assert await links.begin(visit_hash=urandom(32), now=LATER) is not None
    first = links.ids[0]
    async with links.unit_of_work() as uow:
        assert await visits.note(uow, visit, first, FileRole.COPY, now=NOW)
        assert not await visits.note(uow, visit, first, FileRole.COPY, now=LATER)
        await uow.commit()
    (made,) = await links.listed()
    assert [(v.opened_at, [(f.document_id, f.role, f.at) for f in v.files]) for v in made.visits] == [
        (NOW, [(first, FileRole.COPY, NOW)]),
        (LATER, []),
    ]


async def test_others_have_no_part_in_it(links: Links) -> None:
    """A stranger sees no link, ends none, and makes none to what is not theirs."""
    made = await links.add()
    async with links.unit_of_work() as uow:
        stranger = await make_party(uow, "001190000022")
        await uow.commit()
    theirs = replace(links, key=stranger)
    assert await theirs.listed() == []
    with pytest.raises(NotFoundError):
        await theirs.revoke(made.id)
    for ids in (links.ids, [links.ids[0]], [UUID(int=1)]):
        with pytest.raises(NotFoundError):
            await theirs.add(urandom(32), document_ids=ids)
    with pytest.raises(NotFoundError):
        await links.add(urandom(32), document_ids=[links.ids[0], UUID(int=1)])
    assert await links.listed() == [made]


async def test_ending_twice_is_ending_once(links: Links) -> None:
    """The first time stays."""
    made = await links.add()
    await links.revoke(made.id)
    await links.revoke(made.id, now=LATER)
    assert (await links.listed())[0].revoked_at == NOW


async def test_links_that_are_open_are_few(links: Links, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when many are made at once; one that has ended makes room."""
    monkeypatch.setattr(shares, "MOST_LIVE", 2)
    outcomes = await asyncio.gather(*(links.add(urandom(32)) for _ in range(6)), return_exceptions=True)
    made = [outcome for outcome in outcomes if isinstance(outcome, OwnShare)]
    assert len(made) == 2
    assert all(isinstance(one, TooManyShares | OwnShare) for one in outcomes)
    await links.revoke(made[0].id)
    await links.add(urandom(32))


@pytest.mark.parametrize("told", [{"roles": frozenset()}, {"document_ids": []}])
async def test_a_link_leads_somewhere(links: Links, told: dict[str, Any]) -> None:
    """To a file of a document at least; and no document is named twice."""
    with pytest.raises(ValueError, match="leads to"):
        await links.add(**told)
    with pytest.raises(ValueError, match="leads to"):
        await links.add(document_ids=[links.ids[0]] * 2)


async def test_what_is_erased_is_no_more(links: Links) -> None:
    """Without the party's key its list is gone as well."""
    await links.add()
    async with links.unit_of_work() as uow:
        await (await uow.driver()).execute("DELETE FROM party_key")
        await uow.commit()
    with pytest.raises(NotFoundError):
        await links.listed()
    async with links.reading() as reading:
        with pytest.raises(NotFoundError):
            await parties.open_key(reading, links.key.party_id)

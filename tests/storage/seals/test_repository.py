"""Seals in the database: bound once, changed one way, whoever comes at the same time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from psycopg.errors import IntegrityError, RestrictViolation
from sqlmodel import select

from storage.errors import NotFoundError
from storage.ids import new_id
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.seals import issuing, repository
from storage.seals.errors import Conflict, SealConflictError, SealError
from storage.seals.issuing import NewSeal
from storage.seals.link import link
from storage.seals.models import SealRow
from storage.seals.repository import Seal
from storage.seals.statuses import SealState
from storage.seals.verifying import Outcome, verify
from storage.unit_of_work import Reading, UnitOfWork
from storage.vault.models import Document
from tests.storage.seals.sealing import KEYS

OpenUnit = Callable[[], UnitOfWork]
OpenReading = Callable[[], Reading]
NOW = datetime(2026, 11, 22, 9, 0, 0, 123456, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
FILE, OTHER_FILE = sha256(b"one").digest(), sha256(b"other").digest()
AN = PartyIdentity(kind=PartyKind.PERSON, number="001190000001")
BINH = PartyIdentity(kind=PartyKind.PERSON, number="001190000002")


def new(**changes: Any) -> NewSeal:
    """Return what is to be sealed."""
    given = NewSeal(
        issuer="dichvucong.gov.vn",
        agency_code="H26",
        issued_at=NOW,
        procedure_code="1.001193",
        dossier_code="000.00.00.H26-261121-0001",
        holder="N.V.A.",
        sha256=FILE,
    )
    return replace(given, **changes)


async def done(open_unit: OpenUnit, work: Callable[[UnitOfWork], Awaitable[Any]]) -> Any:
    """Do work in a unit of its own and commit it."""
    async with open_unit() as uow:
        result = await work(uow)
        await uow.commit()
    return result


async def issued(open_unit: OpenUnit, **changes: Any) -> Seal:
    return await done(open_unit, lambda uow: issuing.issue(uow, KEYS, new(**changes)))


async def reserved(open_unit: OpenUnit, **changes: Any) -> Seal:
    return await done(open_unit, lambda uow: issuing.reserve(uow, KEYS, new(sha256=None, **changes)))


async def party(open_unit: OpenUnit, identity: PartyIdentity = AN) -> UUID:
    (key,) = await done(open_unit, lambda uow: parties.find_or_create(uow, [identity]))
    return key.party_id


async def document(open_unit: OpenUnit, party_id: UUID) -> UUID:
    """Keep a document, as far as a seal cares."""
    row = Document(
        party_id=party_id,
        agency_code="H26",
        source_id=str(new_id()),
        content_hash=b"",
        kind="result",
        title_sealed=b"",
        type_code="x",
        type_name="x",
        issuer_name="x",
        issued_on=NOW.date(),
        state="valid",
        state_at=NOW,
        created_at=NOW,
    )
    async with open_unit() as uow:
        uow.session.add(row)
        await uow.commit()
    return row.id


def bind(seal: Seal, document_id: UUID, party_id: UUID, file: bytes = FILE) -> Callable[[UnitOfWork], Any]:
    return lambda uow: repository.bind(
        uow, seal.id, document_id=document_id, party_id=party_id, sha256=file, now=LATER
    )


def supersede(
    seal: Seal, successor: Seal, reason: str = "Cấp lại", now: datetime = LATER
) -> Callable[[UnitOfWork], Any]:
    return lambda uow: repository.supersede(uow, seal.id, successor_id=successor.id, reason=reason, now=now)


def revoke(seal: Seal, reason: str = "Cấp sai", now: datetime = LATER) -> Callable[[UnitOfWork], Any]:
    return lambda uow: repository.revoke(uow, seal.id, reason=reason, now=now)


async def found(reading: OpenReading, seal: Seal) -> Seal:
    async with reading() as opened:
        kept = await repository.by_code(opened, seal.code)
    assert kept is not None
    return kept


async def test_what_is_kept_is_what_was_signed(unit_of_work: OpenUnit, reading: OpenReading) -> None:
    """The row, the answer to who issued it, and the printed token say the same."""
    end = NOW + timedelta(days=365)
    given = await issued(unit_of_work, expires_at=end)
    assert await found(reading, given) == given
    verdict = verify(link("x.vn", given.code, given.token).text, KEYS.key_set, NOW.timestamp())
    assert verdict.outcome is Outcome.VALID
    assert verdict.claims is not None
    assert (verdict.claims.seal_id, verdict.claims.status_index) == (given.id, given.status_index)
    assert (verdict.claims.issued_at, verdict.claims.expires_at) == (
        int(given.issued_at.timestamp()),
        int(end.timestamp()),
    )
    assert verdict.claims.file_hash == FILE[:16]
    assert (given.file_hash, given.issued_at.microsecond) == (FILE, 0)
    assert [given.has_expired(moment) for moment in (end - timedelta(seconds=1), end)] == [False, True]


async def test_no_code_no_seal(reading: OpenReading) -> None:
    """What nobody issued is not found."""
    async with reading() as opened:
        assert await repository.by_code(opened, "0123456789AB") is None


async def test_places_in_the_lists_are_given_once(unit_of_work: OpenUnit) -> None:
    """Also to many at the same time."""
    seals = await asyncio.gather(*[issued(unit_of_work) for _ in range(12)])
    assert len({seal.status_index for seal in seals}) == len({seal.code for seal in seals}) == 12


async def test_what_can_not_be_sealed_is_not_kept(unit_of_work: OpenUnit) -> None:
    """A whole citizen number on a paper that anyone may scan, above all."""
    with pytest.raises(SealError, match="holder"):
        await issued(unit_of_work, holder="001190000001")
    async with unit_of_work() as uow:
        assert (await uow.session.exec(select(SealRow))).all() == []


async def test_issue_and_reserve_are_told_apart(unit_of_work: OpenUnit) -> None:
    """With a file one issues, without one reserves."""
    with pytest.raises(ValueError, match="reserved"):
        await issued(unit_of_work, sha256=None)
    async with unit_of_work() as uow:
        with pytest.raises(ValueError, match="before there is a file"):
            await issuing.reserve(uow, KEYS, new())


async def test_a_reserved_seal_is_bound_once(unit_of_work: OpenUnit, reading: OpenReading) -> None:
    """With the same file again it is the same; another file, or the same of another document, is refused."""
    owner = await party(unit_of_work)
    seal = await reserved(unit_of_work)
    verdict = verify(seal.token, KEYS.key_set, NOW.timestamp())
    assert verdict.claims is not None
    assert verdict.claims.file_hash is None
    first, second = await document(unit_of_work, owner), await document(unit_of_work, owner)
    bound = await done(unit_of_work, bind(seal, first, owner))
    assert (bound.file_hash, bound.document_id, bound.party_id, bound.bound_at) == (FILE, first, owner, LATER)
    assert await done(unit_of_work, bind(seal, first, owner)) == bound
    for document_id, file in ((first, OTHER_FILE), (second, FILE)):
        with pytest.raises(SealConflictError) as raised:
            await done(unit_of_work, bind(seal, document_id, owner, file))
        assert raised.value.reason is Conflict.BOUND_TO_ANOTHER
    assert await found(reading, seal) == bound


async def test_a_seal_with_its_hash_in_the_token_takes_no_other(unit_of_work: OpenUnit) -> None:
    """What is printed is bound already."""
    owner = await party(unit_of_work)
    mine = await document(unit_of_work, owner)
    seal = await issued(unit_of_work, document_id=mine, party_id=owner)
    with pytest.raises(SealConflictError, match=Conflict.BOUND_TO_ANOTHER):
        await done(unit_of_work, bind(seal, mine, owner, OTHER_FILE))
    assert await done(unit_of_work, bind(seal, mine, owner)) == seal


async def test_of_two_who_bind_one_wins(unit_of_work: OpenUnit, reading: OpenReading) -> None:
    """The database decides, and who was second is told so."""
    owner = await party(unit_of_work)
    papers = [await document(unit_of_work, owner) for _ in range(6)]
    seal = await reserved(unit_of_work, party_id=owner)
    tried = [done(unit_of_work, bind(seal, paper, owner, sha256(paper.bytes).digest())) for paper in papers]
    ended = await asyncio.gather(*tried, return_exceptions=True)
    (winner,) = [one for one in ended if isinstance(one, Seal)]
    assert [one.reason for one in ended if isinstance(one, SealConflictError)] == [
        Conflict.BOUND_TO_ANOTHER
    ] * 5
    assert (await found(reading, seal)).file_hash == winner.file_hash


async def test_what_can_not_be_bound(unit_of_work: OpenUnit) -> None:
    """A seal that was revoked meanwhile, one of another party, and none at all."""
    owner, other = await party(unit_of_work), await party(unit_of_work, BINH)
    mine = await document(unit_of_work, owner)
    foreign = await reserved(unit_of_work, party_id=other)
    gone = await reserved(unit_of_work)
    await done(unit_of_work, revoke(gone))
    with pytest.raises(SealConflictError, match=Conflict.NOT_VALID):
        await done(unit_of_work, bind(gone, mine, owner))
    for seal in (foreign, replace(gone, id=new_id())):
        with pytest.raises(NotFoundError):
            await done(unit_of_work, bind(seal, mine, owner))


async def test_supersession_is_told_with_its_successor(unit_of_work: OpenUnit, reading: OpenReading) -> None:
    """It may be repeated, and how it came about first stays."""
    old, following = await issued(unit_of_work), await issued(unit_of_work)
    changed = await done(unit_of_work, supersede(old, following))
    assert (changed.state, changed.state_at, changed.reason) == (SealState.SUPERSEDED, LATER, "Cấp lại")
    assert (changed.successor_code, changed.successor_issued_at) == (following.code, following.issued_at)
    again = await done(unit_of_work, supersede(old, following, "Khác", LATER + timedelta(days=1)))
    assert again == changed == await found(reading, old)


async def test_a_repeat_holds_after_the_successor_fell(unit_of_work: OpenUnit) -> None:
    """What was true once is not an error later, and a chain goes on."""
    first, second, third = [await issued(unit_of_work) for _ in range(3)]
    await done(unit_of_work, supersede(first, second))
    await done(unit_of_work, supersede(second, third))
    assert (await done(unit_of_work, supersede(first, second))).successor_id == second.id


async def test_what_may_not_follow(unit_of_work: OpenUnit) -> None:
    """Itself, one that is no longer valid, another one than before, one of another party or agency, or none."""
    owner, other = await party(unit_of_work), await party(unit_of_work, BINH)
    mine = [await issued(unit_of_work, party_id=owner) for _ in range(4)]
    foreign = await issued(unit_of_work, party_id=other)
    nobodys = [await issued(unit_of_work), await issued(unit_of_work, agency_code="H27")]
    await done(unit_of_work, revoke(mine[3]))
    await done(unit_of_work, supersede(mine[0], mine[1]))
    for seal, successor, reason in (
        (mine[1], mine[1], Conflict.SUCCESSOR_IS_ITSELF),
        (mine[1], mine[3], Conflict.SUCCESSOR_NOT_VALID),
        (mine[1], mine[0], Conflict.SUCCESSOR_NOT_VALID),
        (mine[0], mine[2], Conflict.SUPERSEDED_BY_ANOTHER),
        (mine[3], mine[2], Conflict.REVOKED),
    ):
        with pytest.raises(SealConflictError) as raised:
            await done(unit_of_work, supersede(seal, successor))
        assert raised.value.reason is reason
    for seal, successor in (
        (mine[1], foreign),
        (mine[1], nobodys[0]),
        (nobodys[0], nobodys[1]),
        (mine[1], replace(foreign, id=new_id())),
        (replace(foreign, id=new_id()), mine[1]),
    ):
        with pytest.raises(NotFoundError):
            await done(unit_of_work, supersede(seal, successor))


async def test_an_agency_that_came_after_may_follow(unit_of_work: OpenUnit) -> None:
    """A party's document of a dissolved agency is superseded by its successor's."""
    owner = await party(unit_of_work)
    old = await issued(unit_of_work, party_id=owner)
    following = await issued(unit_of_work, party_id=owner, agency_code="H27")
    assert (await done(unit_of_work, supersede(old, following))).state is SealState.SUPERSEDED


async def test_no_circle_comes_about(unit_of_work: OpenUnit, reading: OpenReading) -> None:
    """Of two who make each the successor of the other, at the same time, one is refused, and none waits on."""
    for _ in range(5):
        one, other = await issued(unit_of_work), await issued(unit_of_work)
        ended = await asyncio.gather(
            done(unit_of_work, supersede(one, other)),
            done(unit_of_work, supersede(other, one)),
            return_exceptions=True,
        )
        refused = [error.reason for error in ended if isinstance(error, SealConflictError)]
        assert refused == [Conflict.SUCCESSOR_NOT_VALID]
        states = {(await found(reading, seal)).state for seal in (one, other)}
        assert states == {SealState.VALID, SealState.SUPERSEDED}


async def test_revocation_is_for_good(unit_of_work: OpenUnit, reading: OpenReading) -> None:
    """It may be repeated, the first time stays, and a superseded seal may be revoked as well."""
    seal, following = await issued(unit_of_work), await issued(unit_of_work)
    await done(unit_of_work, supersede(seal, following))
    changed = await done(unit_of_work, revoke(seal))
    assert (changed.state, changed.reason, changed.successor_code) == (
        SealState.REVOKED,
        "Cấp sai",
        following.code,
    )
    assert await done(unit_of_work, revoke(seal, "Khác", LATER + timedelta(days=9))) == changed
    with pytest.raises(SealConflictError, match=Conflict.REVOKED):
        await done(unit_of_work, supersede(seal, following))
    assert await found(reading, seal) == changed
    with pytest.raises(NotFoundError):
        await done(unit_of_work, revoke(replace(seal, id=new_id())))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM seal",
        "UPDATE seal SET state = 'valid', state_at = NULL, reason = NULL, successor_id = NULL",
        "UPDATE seal SET state = 'superseded', successor_id = id WHERE state = 'revoked'",
        "UPDATE seal SET file_hash = sha256('x')",
        "UPDATE seal SET file_hash = NULL",
        "UPDATE seal SET token = 'x'",
        "UPDATE seal SET expires_at = now()",
        "UPDATE seal SET status_index = status_index + 1000",
        "UPDATE seal SET code = reverse(code)",
    ],
)
async def test_the_database_keeps_what_was_said(unit_of_work: OpenUnit, statement: str) -> None:
    """Whoever writes to it, by hand or by a fault of ours."""
    gone, superseded, following = [await issued(unit_of_work) for _ in range(3)]
    await done(unit_of_work, revoke(gone))
    await done(unit_of_work, supersede(superseded, following))
    async with unit_of_work() as uow:
        with pytest.raises(RestrictViolation):
            await (await uow.driver()).execute(statement.encode())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE seal SET state = 'lost', state_at = now(), reason = 'x'",
        "UPDATE seal SET state = 'revoked', reason = 'x'",
        "UPDATE seal SET state = 'revoked', state_at = now()",
        "UPDATE seal SET state = 'superseded', state_at = now(), reason = 'x'",
        "UPDATE seal SET state = 'superseded', state_at = now(), reason = 'x', successor_id = id",
        "UPDATE seal SET successor_id = (SELECT max(id::text)::uuid FROM seal)",
        "UPDATE seal SET bound_at = now()",
        "UPDATE seal SET file_hash = 'short'",
    ],
)
async def test_the_database_refuses_halves(unit_of_work: OpenUnit, statement: str) -> None:
    """A state without its time, its reason or its successor is none."""
    await reserved(unit_of_work)
    async with unit_of_work() as uow:
        with pytest.raises(IntegrityError):
            await (await uow.driver()).execute(statement.encode())

"""Documents are taken in once, superseded and revoked by those who may, and told apart from tampered ones."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from storage.errors import NotFoundError
from storage.ids import new_id
from storage.unit_of_work import Reading, UnitOfWork
from storage.vault import documents, opening, states
from storage.vault.documents import Kept, NewDocument, Repeat, Supersession
from storage.vault.entries import KeptDocument
from storage.vault.errors import NotIntact, SourceIdReused, StateConflict
from storage.vault.kinds import DocumentState, FileRole
from tests.storage.vault.keeping import AGENCY, BIRTH, NOW, SIGNED, keep, make_party, new_document, new_file

Open = Callable[[], UnitOfWork]
Read = Callable[[], Reading]
LATER = NOW + timedelta(days=1)


async def found(reading: Read, document_id: UUID) -> KeptDocument:
    """Return a document as its agency sees it."""
    async with reading() as opened:
        document = await documents.find_for_agency(opened, [AGENCY], document_id)
    assert document is not None
    return document


async def test_what_is_kept_is_what_was_told(unit_of_work: Open, reading: Read) -> None:
    """Particulars, files and verdicts on signatures come back as they were given, by either name."""
    async with unit_of_work() as uow:
        key = await make_party(uow)
        new = new_document(key, seal_id=new_id())
        assert await documents.add(uow, key, new, now=NOW) == Kept(document_id=new.id)
        await uow.commit()
    document = await found(reading, new.id)
    assert (document.particulars, document.state, document.seal_id) == (
        BIRTH,
        DocumentState.VALID,
        new.seal_id,
    )
    by_role = {file.role: file for file in document.files}
    assert by_role[FileRole.ORIGINAL].signatures == SIGNED
    assert by_role[FileRole.COPY].signatures is None
    assert {file.id for file in new.files} == {file.id for file in document.files}
    async with reading() as opened:
        assert await documents.find_by_source(opened, AGENCY, "1") == document
        assert await documents.find_by_source(opened, "H55", "1") is None
        assert await documents.find_for_agency(opened, ["H55"], new.id) is None


async def test_nothing_personal_lies_open(unit_of_work: Open) -> None:
    """Title, number, holder, reason and signers are in no column that can be read without the party's key."""
    async with unit_of_work() as uow:
        key = await make_party(uow)
        document_id = await keep(uow, key)
        await states.revoke(uow, [AGENCY], document_id, reason="Cấp sai họ tên", now=NOW)
        driver = await uow.driver()
        for table in ("document", "document_file"):
            rows = await (await driver.execute(f"SELECT t::text FROM {table} t".encode())).fetchall()
            text = str(rows)
            for secret in (BIRTH.title, BIRTH.number, BIRTH.holder, "Cấp sai", SIGNED[0].signer):
                assert secret is not None
                assert secret not in text
                assert secret.encode().hex() not in text


async def test_the_same_again_is_a_repeat(unit_of_work: Open) -> None:
    """By id and content; the copy, keys and paths of the second sending do not matter."""
    async with unit_of_work() as uow:
        key = await make_party(uow)
        first = await keep(uow, key)
        again = replace(new_document(key), files=[new_file(key)])
        assert await documents.add(uow, key, again, now=LATER) == Repeat(document_id=first)


@pytest.mark.parametrize(
    "told", [{"title": "Giấy khác"}, {"content": b"other"}, {"expires_on": date(2030, 1, 1)}]
)
async def test_another_content_under_the_same_id_is_refused(
    unit_of_work: Open, told: dict[str, object]
) -> None:
    """What was kept stays."""
    async with unit_of_work() as uow:
        key = await make_party(uow)
        first = await keep(uow, key)
        with pytest.raises(SourceIdReused):
            await documents.add(uow, key, new_document(key, **told), now=LATER)
        found = await documents.find_by_source(uow, AGENCY, "1")
        assert found is not None
        assert (found.id, found.particulars) == (first, BIRTH)


async def test_another_party_under_the_same_id_is_refused(unit_of_work: Open) -> None:
    """A result never lands in two stores."""
    async with unit_of_work() as uow:
        key, other = await make_party(uow), await make_party(uow, "001190000022")
        await keep(uow, key)
        with pytest.raises(SourceIdReused):
            await documents.add(uow, other, new_document(other), now=NOW)


async def test_two_at_once_keep_one(unit_of_work: Open) -> None:
    """Of ten that send the same at the same moment one is kept, and the others hear which."""
    async with unit_of_work() as uow:
        key = await make_party(uow)
        await uow.commit()

    async def send() -> Kept | Repeat:
        async with unit_of_work() as uow:
            outcome = await documents.add(uow, key, new_document(key), now=NOW)
            await uow.commit()
        return outcome

    outcomes = await asyncio.gather(*(send() for _ in range(10)))
    assert len({outcome.document_id for outcome in outcomes}) == 1
    assert sum(isinstance(outcome, Kept) for outcome in outcomes) == 1


async def test_a_new_version_takes_the_place_of_the_old(unit_of_work: Open, reading: Read) -> None:
    """In one step; the old says since when and why, the chain is whole from either end."""
    async with unit_of_work() as uow:
        key = await make_party(uow)
        ids = [await keep(uow, key)]
        for n in range(2, 5):
            given = Supersession(agency_code=AGENCY, document_id=ids[-1], reason=f"Đính chính {n}")
            ids.append(await keep(uow, key, str(n), supersedes=given, now=LATER))
        await uow.commit()
    old = await found(reading, ids[0])
    assert (old.state, old.reason, old.state_at) == (DocumentState.SUPERSEDED, "Đính chính 2", LATER)
    async with reading() as opened:
        for one in ids:
            chain = await opening.versions(opened, key.party_id, one)
            assert chain.own.document.id == one
            assert [other.document.id for other in chain.others] == [i for i in reversed(ids) if i != one]


async def test_kept_documents_may_be_linked_later(unit_of_work: Open, reading: Read) -> None:
    """Once; said again it is no news, and a third can not take the same place."""
    async with unit_of_work() as uow:
        key = await make_party(uow)
        old, new, third = [await keep(uow, key, str(n)) for n in range(3)]
        assert await states.supersede(uow, [AGENCY], old, by=new, reason="Cấp lại", now=NOW)
        assert not await states.supersede(uow, [AGENCY], old, by=new, reason="Cấp lại nữa", now=LATER)
        for one, by in ((old, third), (new, old)):
            with pytest.raises(StateConflict):
                await states.supersede(uow, [AGENCY], one, by=by, reason="x", now=NOW)
        with pytest.raises(NotFoundError):
            await states.supersede(uow, [AGENCY], third, by=third, reason="x", now=NOW)
        await uow.commit()
    assert (await found(reading, old)).reason == "Cấp lại"
    assert (await found(reading, new)).supersedes_id == old


@pytest.mark.parametrize("stranger", ["agency", "party"])
async def test_what_is_anothers_is_not_superseded(unit_of_work: Open, stranger: str) -> None:
    """By no document of another agency or party: it is as if it were not there."""
    async with unit_of_work() as uow:
        key = await make_party(uow)
        old = await keep(uow, key)
        if stranger == "party":
            key = await make_party(uow, "001190000022")
        code = "H55" if stranger == "agency" else AGENCY
        given = Supersession(agency_code=code, document_id=old, reason="x")
        with pytest.raises(NotFoundError):
            await keep(uow, key, "2", agency_code=code, supersedes=given)


async def test_one_place_is_taken_once(unit_of_work: Open, reading: Read) -> None:
    """Of several new versions at the same moment one is kept; the others are told, and leave nothing."""
    async with unit_of_work() as uow:
        key = await make_party(uow)
        old = await keep(uow, key)
        await uow.commit()
    given = Supersession(agency_code=AGENCY, document_id=old, reason="Cấp lại")

    async def send(n: int) -> bool:
        async with unit_of_work() as uow:
            try:
                await keep(uow, key, f"new {n}", supersedes=given)
            except StateConflict:
                return False
            await uow.commit()
            return True

    assert sum(await asyncio.gather(*map(send, range(6)))) == 1
    async with reading() as opened:
        assert len((await opening.versions(opened, key.party_id, old)).others) == 1


async def test_what_is_revoked_stays_so(unit_of_work: Open, reading: Read) -> None:
    """With its first reason, also where it was superseded before; nothing takes its place any more."""
    async with unit_of_work() as uow:
        key = await make_party(uow)
        document_id = await keep(uow, key)
        assert await states.revoke(uow, [AGENCY], document_id, reason="Cấp sai", now=NOW)
        assert not await states.revoke(uow, [AGENCY], document_id, reason="Khác", now=LATER)
        with pytest.raises(NotFoundError):
            await states.revoke(uow, ["H55"], document_id, reason="x", now=NOW)
        await uow.commit()
    given = Supersession(agency_code=AGENCY, document_id=document_id, reason="x")
    async with unit_of_work() as uow:
        with pytest.raises(StateConflict):
            await documents.add(uow, key, new_document(key, "2", supersedes=given), now=NOW)
    document = await found(reading, document_id)
    assert (document.state, document.reason) == (DocumentState.REVOKED, "Cấp sai")


async def test_what_was_tampered_with_is_not_built_on(unit_of_work: Open) -> None:
    """A lawful change would give it a right hash again: it is refused instead."""
    async with unit_of_work() as uow:
        key = await make_party(uow)
        document_id = await keep(uow, key)
        await (await uow.driver()).execute("UPDATE document SET expires_on = '2099-01-01'")
        with pytest.raises(NotIntact):
            await states.revoke(uow, [AGENCY], document_id, reason="x", now=NOW)
        with pytest.raises(NotIntact):
            await documents.find_for_agency(uow, [AGENCY], document_id)


def test_a_document_has_one_original() -> None:
    """Nor none, nor two; and it is valid on one day at least."""
    with pytest.raises(ValueError, match="one original"):
        NewDocument(
            id=new_id(), agency_code=AGENCY, source_id="1", content_hash=b"", particulars=BIRTH, files=[]
        )
    with pytest.raises(ValueError, match="ends after"):
        replace(BIRTH, expires_on=date(2026, 11, 19))
    replace(BIRTH, expires_on=BIRTH.issued_on)

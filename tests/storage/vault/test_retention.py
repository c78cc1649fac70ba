"""What was kept long enough is removed, unless a hold keeps it; what is removed can not be read again."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from storage.cipher import UndecipherableError
from storage.dossiers.models import Dossier
from storage.errors import NotFoundError
from storage.ids import new_id
from storage.parties import repository as parties
from storage.unit_of_work import UnitOfWork
from storage.vault import holds, opening, removing, retention
from storage.vault.blobs import Blobs
from storage.vault.errors import NotIntact
from storage.vault.integrity import is_intact
from storage.vault.kinds import DocumentKind, FileRole
from storage.vault.models import Document
from storage.vault.removing import OnHold
from storage.vault.sealing import FileKey, opened
from tests.storage.vault.keeping import BIRTH, NOW, make_party
from tests.storage.vault.store import keep_stored

Open = Callable[[], UnitOfWork]
COMPONENT = replace(BIRTH, kind=DocumentKind.COMPONENT)
PERIODS = {DocumentKind.COMPONENT: 5}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs.in_folder(tmp_path / "vault")


async def make_dossier(uow: UnitOfWork, party_id: UUID, ended_at: datetime | None) -> UUID:
    dossier = Dossier(
        code=f"H26-{new_id()}",
        party_id=party_id,
        agency_id=new_id(),
        procedure_code="1.001193",
        status=10 if ended_at else 4,
        status_since=LONG_AGO,
        first_at=LONG_AGO,
        ended_at=ended_at,
        updated_at=LONG_AGO,
        heard_at=LONG_AGO,
    )
    uow.session.add(dossier)
    await uow.session.flush()
    return dossier.id


@pytest.fixture
def kept(unit_of_work: Open, blobs: Blobs) -> Any:
    """Keep a document of a dossier that ended then."""
    number = iter(range(1000))

    async def keep(ended_at: datetime | None = LONG_AGO, **told: Any) -> UUID:
        async with unit_of_work() as uow:
            key = await make_party(uow)
            given = {"particulars": COMPONENT, "now": LONG_AGO} | told
            given.setdefault("dossier_id", await make_dossier(uow, key.party_id, ended_at))
            document_id = await keep_stored(uow, blobs, key, str(next(number)), **given)
            await uow.commit()
        return document_id

    return keep


@pytest.fixture
def applied(unit_of_work: Open) -> Any:
    async def apply(now: datetime = NOW, **given: Any) -> set[UUID]:
        outcome = await retention.apply(unit_of_work, given.get("periods", PERIODS), who="tester", now=now)
        assert outcome.damaged == []
        return {one.document_id for one in outcome.removed}

    return apply


async def test_what_was_kept_long_enough_goes(unit_of_work: Open, kept: Any, applied: Any) -> None:
    """Components whose dossier ended long enough ago; of all else nothing."""
    old = await kept()
    for reason in (
        {"particulars": BIRTH},
        {"ended_at": NOW - timedelta(days=4 * 365)},
        {"ended_at": None},
        {"dossier_id": None},
        {"dossier_id": new_id()},
        {"now": NOW - timedelta(days=365)},
    ):
        await kept(**reason)
    async with unit_of_work() as uow:
        assert [one.document_id for one in await retention.due(uow, PERIODS, now=NOW)] == [old]
        assert await retention.due(uow, {}, now=NOW) == []
    assert await applied() == {old}
    assert await applied() == set()


async def test_the_period_ends_to_the_day(kept: Any, applied: Any) -> None:
    """Five years after the end of the dossier, and not a second sooner, leap years included."""
    document_id = await kept(ended_at=datetime(2021, 2, 28, 12, tzinfo=UTC))
    end = datetime(2026, 2, 28, 12, tzinfo=UTC)
    assert await applied(now=end - timedelta(seconds=1)) == set()
    assert await applied(now=end) == {document_id}


async def test_results_go_where_an_installation_says_so(kept: Any, applied: Any) -> None:
    """The periods are data."""
    document_id = await kept(particulars=BIRTH)
    assert await applied(periods={DocumentKind.RESULT: 6}) == {document_id}


async def test_many_go_in_many_transactions(kept: Any, applied: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is stopped half-way has done its part."""
    monkeypatch.setattr(retention, "AT_A_TIME", 2)
    documents = {await kept() for _ in range(5)}
    assert await applied() == documents


async def test_a_hold_keeps_it(unit_of_work: Open, kept: Any, applied: Any) -> None:
    """Until it is released, or its own time is over; each of several for itself."""
    document_id = await kept()
    async with unit_of_work() as uow:
        first = await holds.add(uow, document_id, reason="12/QĐ-TA", who="an", now=NOW)
        until = NOW + timedelta(days=30)
        await holds.add(uow, document_id, reason="13/QĐ-TTr", who="an", now=NOW, until=until)
        await uow.commit()
    assert await applied() == set()
    async with unit_of_work() as uow:
        with pytest.raises(OnHold):
            await removing.remove(uow, document_id, reason="by hand", who="an", now=NOW)
        assert len(await holds.counting(uow, now=NOW)) == 2
        await holds.release(uow, first, now=NOW)
        assert len(await holds.counting(uow, now=NOW, document_id=document_id)) == 1
        with pytest.raises(NotFoundError):
            await holds.release(uow, first, now=NOW)
        await uow.commit()
    assert await applied(now=until - timedelta(seconds=1)) == set()
    assert await applied(now=until) == {document_id}
    async with unit_of_work() as uow:
        with pytest.raises(NotFoundError):
            await holds.add(uow, document_id, reason="too late", who="an", now=NOW)


async def test_a_hold_and_a_removal_at_once_are_one_after_the_other(unit_of_work: Open, kept: Any) -> None:
    """Never is there a hold on what was removed after it was laid."""
    for _ in range(5):
        document_id = await kept()

        async def lay(which: UUID = document_id) -> None:
            async with unit_of_work() as uow:
                with suppress(NotFoundError):
                    await holds.add(uow, which, reason="x", who="an", now=NOW)
                    await uow.commit()

        async def remove(which: UUID = document_id) -> None:
            async with unit_of_work() as uow:
                with suppress(OnHold):
                    await removing.remove(uow, which, reason="x", who="an", now=NOW)
                    await uow.commit()

        await asyncio.gather(lay(), remove())
        async with unit_of_work() as uow:
            row = await uow.session.get(Document, document_id)
            assert row is not None
            assert (row.removed_at is None) == await holds.is_held(uow, document_id, now=NOW)


async def test_what_was_removed_can_not_be_read(
    unit_of_work: Open, blobs: Blobs, kept: Any, applied: Any
) -> None:
    """Not by its owner, nor by whoever holds every key of the house and the blob; its row says nothing of it."""
    document_id = await kept()
    async with unit_of_work() as uow:
        before = await uow.session.get_one(Document, document_id)
        party_id = before.party_id
        key = await parties.open_key(uow, party_id)
        open_file = await opening.open_one(uow, party_id, document_id, FileRole.ORIGINAL)
        read = opened(open_file.key, partial(blobs.get, open_file.path), size=open_file.file.size)
        assert b"".join([piece async for piece in read])
    assert await applied() == {document_id}
    async with unit_of_work() as uow:
        with pytest.raises(NotFoundError):
            await opening.open_one(uow, party_id, document_id, FileRole.ORIGINAL)
        row = await uow.session.get_one(Document, document_id)
        assert (row.title_sealed, row.number_sealed, row.holder_sealed, row.reason_sealed) == (
            b"",
            None,
            None,
            None,
        )
        assert is_intact(uow.cipher, row)
        driver = await uow.driver()
        files: list[Any] = await (
            await driver.execute("SELECT id, role, wrapped_key, signatures_sealed FROM document_file")
        ).fetchall()
        assert len(files) == 2
        for file_id, role, wrapped, signatures in files:
            assert (wrapped, signatures) == (b"", None)
            with pytest.raises(UndecipherableError):
                FileKey.unwrapped(key, wrapped, file_id=file_id, role=role)
        entry = await (
            await driver.execute("SELECT reason, who, files, bytes FROM document_removal")
        ).fetchall()
        assert entry == [("component: 5 years after the end of its dossier", "tester", 2, 29)]
        with pytest.raises(NotFoundError):
            await removing.remove(uow, document_id, reason="again", who="an", now=NOW)
    assert await blobs.size(open_file.path) > 0


async def test_what_was_tampered_with_is_left_to_be_looked_at(unit_of_work: Open, kept: Any) -> None:
    """A changed row, say of its kind, is no reason to destroy the evidence; the others go."""
    forged, sound = await kept(particulars=BIRTH), await kept()
    async with unit_of_work() as uow:
        await (await uow.driver()).execute("UPDATE document SET kind = 'component' WHERE id = %s", (forged,))
        await uow.commit()
    outcome = await retention.apply(unit_of_work, PERIODS, who="tester", now=NOW)
    assert outcome.damaged == [forged]
    assert [one.document_id for one in outcome.removed] == [sound]
    async with unit_of_work() as uow:
        with pytest.raises(NotIntact):
            await removing.remove(uow, forged, reason="by hand", who="an", now=NOW)
        assert (await uow.session.get_one(Document, forged)).removed_at is None

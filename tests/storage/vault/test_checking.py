"""One changed byte of a blob, of a wrapped key or of a row is found; what is sound is left in peace."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from storage.errors import NotFoundError
from storage.unit_of_work import UnitOfWork
from storage.vault import checklist, removing, states
from storage.vault.blobs import Blobs, BlobsUnreachableError
from storage.vault.checking import AT_A_TIME, Checked, Checker
from storage.vault.faults import Fault
from storage.vault.integrity import APART, authenticate
from storage.vault.models import Document, DocumentFile
from storage.vault.pace import Pace
from storage.vault.sealing import CHUNK
from tests.storage.vault.keeping import AGENCY, NOW, make_party
from tests.storage.vault.store import keep_stored

Open = Callable[[], UnitOfWork]
FAR = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def blobs(folder: Path) -> Blobs:
    return Blobs.in_folder(folder)


@pytest.fixture
def checker(unit_of_work: Open, blobs: Blobs) -> Checker:
    return Checker(unit_of_work, blobs, Pace())


@pytest.fixture
async def document_id(unit_of_work: Open, blobs: Blobs) -> UUID:
    async with unit_of_work() as uow:
        key = await make_party(uow)
        kept = await keep_stored(uow, blobs, key, content=bytes(range(256)) * 300)
        await uow.commit()
    return kept


async def run(checker: Checker, before: datetime = FAR) -> Checked:
    return await checker.check_slice(before=before)


async def fetch(unit_of_work: Open, statement: str, *given: object) -> list[Any]:
    async with unit_of_work() as uow:
        rows = await (await (await uow.driver()).execute(statement.encode(), given)).fetchall()
        return list(rows)


async def change(unit_of_work: Open, statement: str, *given: object) -> int:
    async with unit_of_work() as uow:
        done = await (await uow.driver()).execute(statement.encode(), given)
        await uow.commit()
    return done.rowcount


async def original(unit_of_work: Open) -> str:
    [(path,)] = await fetch(unit_of_work, "SELECT path FROM document_file WHERE role = 'original'")
    return str(path)


def faults(checked: Checked) -> set[tuple[str, Fault]]:
    return {(one.role, one.fault) for one in checked.faults}


async def test_what_is_sound_is_left_in_peace(
    unit_of_work: Open, checker: Checker, document_id: UUID
) -> None:
    """And noted as checked, so that a second run finds nothing to do."""
    started = datetime.now(UTC)
    checked = await run(checker, started)
    assert (checked.files, checked.bytes, checked.faults) == (2, 256 * 300 + 12, [])
    assert (await run(checker, started)).files == 0
    rows = await fetch(unit_of_work, "SELECT checked_at, fault FROM document_file")
    assert all(at >= started and fault is None for at, fault in rows)


def places(size: int) -> list[int]:
    return [0, 7, 8, 8 + CHUNK + 15, 8 + CHUNK + 16, size - 1]


@pytest.mark.parametrize("number", range(6))
async def test_a_changed_byte_of_a_blob_is_found(
    unit_of_work: Open, checker: Checker, folder: Path, document_id: UUID, number: int
) -> None:
    """In the header, in the first and the last chunk and in what proves them; put right, it is sound again."""
    file = folder / await original(unit_of_work)
    sound = file.read_bytes()
    place = places(len(sound))[number]
    file.write_bytes(sound[:place] + bytes([sound[place] ^ 1]) + sound[place + 1 :])
    assert faults(await run(checker)) == {("original", Fault.BYTES)}
    assert await fetch(unit_of_work, "SELECT role FROM document_file WHERE fault = 'bytes'") == [
        ("original",)
    ]
    file.write_bytes(sound)
    assert faults(await run(checker)) == set()
    assert await fetch(unit_of_work, "SELECT role FROM document_file WHERE fault IS NOT NULL") == []


@pytest.mark.parametrize("cut", [-1, -16, -17, -CHUNK, 1])
async def test_a_cut_or_lengthened_blob_is_found(
    unit_of_work: Open, checker: Checker, folder: Path, document_id: UUID, cut: int
) -> None:
    """Also one with something added behind its end, which no reader would come to."""
    file = folder / await original(unit_of_work)
    sound = file.read_bytes()
    file.write_bytes(sound[:cut] if cut < 0 else sound + bytes(cut))
    assert faults(await run(checker)) == {("original", Fault.BYTES)}


async def test_a_missing_blob_is_found(
    unit_of_work: Open, checker: Checker, folder: Path, document_id: UUID
) -> None:
    """It is told, and its row is kept: it is what says what is missing."""
    (folder / await original(unit_of_work)).unlink()
    assert faults(await run(checker)) == {("original", Fault.MISSING)}
    assert len(await fetch(unit_of_work, "SELECT id FROM document_file")) == 2


async def test_files_that_changed_places_are_found(
    unit_of_work: Open, checker: Checker, folder: Path, document_id: UUID
) -> None:
    """Each is whole and was sealed by us: but it is not the one."""
    [(one,), (other,)] = await fetch(unit_of_work, "SELECT path FROM document_file")
    first, second = (folder / one).read_bytes(), (folder / other).read_bytes()
    (folder / one).write_bytes(second)
    (folder / other).write_bytes(first)
    assert faults(await run(checker)) == {("original", Fault.BYTES), ("copy", Fault.BYTES)}


CHANGED = {
    "bytea": "CASE WHEN length({0}) > 0 THEN set_byte({0}, 0, get_byte({0}, 0) # 1) ELSE '\\x01' END",
    "character varying": "coalesce({0}, '') || 'x'",
    "uuid": "gen_random_uuid()",
    "date": "coalesce({0}, '2026-01-01') + 1",
    "timestamp with time zone": "coalesce({0}, now()) + interval '1 microsecond'",
    "bigint": "{0} + 1",
    "integer": "coalesce({0}, 0) + 1",
}
COLUMNS = [
    (model.__tablename__, name)
    for model in (Document, DocumentFile)
    for name in model.model_fields
    # A document's own id can not be changed while files name it.
    if name not in APART - {"mac"} and (model, name) != (Document, "id")
]
BOUND = {"id", "document_id", "party_id", "supersedes_id"}
"""Names of rows: other rows must be there, under them."""


@pytest.mark.parametrize("where", COLUMNS, ids=".".join)
async def test_a_changed_column_is_found(
    unit_of_work: Open, blobs: Blobs, checker: Checker, document_id: UUID, where: tuple[str, str]
) -> None:
    """Whichever it is, `mac` included: of the document both files are not to be trusted any more."""
    table, column = where
    async with unit_of_work() as uow:
        other = await make_party(uow, "001190000012")
        another = await keep_stored(uow, blobs, other, "2")
        await uow.commit()
    [(kind,)] = await fetch(
        unit_of_work,
        "SELECT data_type FROM information_schema.columns WHERE table_name = %s AND column_name = %s",
        table,
        column,
    )
    changed = CHANGED[kind].format(column)
    if column in BOUND:
        changed = f"'{other.party_id if column == 'party_id' else another}'::uuid"
    if (table, column) == ("document_file", "document_id"):
        await change(unit_of_work, "DELETE FROM document_file WHERE document_id = %s", another)
    elif column == "id":
        changed = "gen_random_uuid()"
    which = "id" if table == "document" else "role = 'copy' AND document_id"
    statement = f"UPDATE {table} SET {column} = {changed} WHERE {which} = %s"
    assert await change(unit_of_work, statement, document_id) == 1
    found = [one for one in (await run(checker)).faults if one.fault is Fault.ROW]
    assert len(found) == (2 if table == "document" else 1)


async def test_a_wrapped_key_that_was_put_right_by_hand_does_not_open(
    unit_of_work: Open, checker: Checker, document_id: UUID
) -> None:
    """Whoever holds the index key alone can make a row agree with itself, and still not with the master key."""
    async with unit_of_work() as uow:
        rows = await checklist.due(uow, before=FAR, now=datetime.now(UTC), limit=10)
        row = next(one.file for one in rows if one.file.role == "copy")
        row.wrapped_key = row.wrapped_key[:-1] + bytes([row.wrapped_key[-1] ^ 1])
        authenticate(uow.cipher, row)
        await uow.session.flush()
        await uow.commit()
    assert faults(await run(checker)) == {("copy", Fault.KEY)}


@pytest.mark.parametrize("column", ["size", "sha256"])
async def test_a_row_that_never_told_the_truth_is_found(
    unit_of_work: Open, checker: Checker, document_id: UUID, column: str
) -> None:
    """A wrong hash or size that was written by this program itself, `mac` and all."""
    async with unit_of_work() as uow:
        rows = await checklist.due(uow, before=FAR, now=datetime.now(UTC), limit=10)
        row = next(one.file for one in rows if one.file.role == "copy")
        if column == "size":
            row.size += 1
        else:
            row.sha256 = bytes(32)
        authenticate(uow.cipher, row)
        await uow.commit()
    fault = Fault.BYTES if column == "size" else Fault.CONTENT
    assert faults(await run(checker)) == {("copy", fault)}


async def test_a_lost_party_key_is_a_fault_unless_the_party_was_erased(
    unit_of_work: Open, checker: Checker, document_id: UUID
) -> None:
    """Erasing a party destroys its key: then nothing of its files can be read, and nothing is amiss."""
    await change(unit_of_work, "DELETE FROM party_key")
    assert faults(await run(checker)) == {("original", Fault.KEY), ("copy", Fault.KEY)}
    await change(unit_of_work, "UPDATE party SET erased_at = now()")
    assert faults(await run(checker)) == set()


async def test_a_lawful_change_is_no_fault(unit_of_work: Open, checker: Checker, document_id: UUID) -> None:
    """Revoked, then removed with its blobs still there: its rows agree all along."""
    async with unit_of_work() as uow:
        await states.revoke(uow, [AGENCY], document_id, reason="Cấp sai", now=NOW)
        await uow.commit()
    assert faults(await run(checker)) == set()
    async with unit_of_work() as uow:
        await removing.remove(uow, document_id, reason="test", who="tester", now=NOW)
        await uow.commit()
    checked = await run(checker)
    assert (checked.files, checked.faults) == (2, [])
    await change(unit_of_work, "UPDATE document SET removed_at = NULL")
    assert faults(await run(checker)) == {("original", Fault.ROW), ("copy", Fault.ROW)}


async def test_a_row_that_changes_meanwhile_is_not_accused(
    unit_of_work: Open, blobs: Blobs, checker: Checker, document_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was removed while it was being checked: what was found is of a row that is no more."""

    size = blobs.size

    async def too_late(path: str) -> int:
        async with unit_of_work() as uow:
            with suppress(NotFoundError):
                await removing.remove(uow, document_id, reason="test", who="tester", now=NOW)
                await uow.commit()
        await blobs.delete(path)
        return await size(path)

    monkeypatch.setattr(blobs, "size", too_late)
    checked = await run(checker)
    assert (checked.files, checked.faults) == (2, [])
    assert await fetch(unit_of_work, "SELECT id FROM document_file WHERE fault IS NOT NULL") == []


async def test_those_that_waited_longest_are_first(
    unit_of_work: Open, blobs: Blobs, checker: Checker
) -> None:
    """A slice at a time, until each was checked once; a time still to come hides nothing."""
    async with unit_of_work() as uow:
        key = await make_party(uow)
        for number in range(AT_A_TIME):
            await keep_stored(uow, blobs, key, str(number))
        await uow.commit()
    await change(unit_of_work, "UPDATE document_file SET checked_at = now() - interval '1 day'")
    await change(
        unit_of_work, "UPDATE document_file SET checked_at = now() - interval '9 days' WHERE role = 'copy'"
    )
    started = datetime.now(UTC)
    assert (await run(checker, started)).files == AT_A_TIME
    done = await fetch(
        unit_of_work, "SELECT DISTINCT role FROM document_file WHERE checked_at >= %s", started
    )
    assert done == [("copy",)]
    async with unit_of_work() as uow:
        assert (await checklist.outstanding(uow, before=started, now=started))[0] == AT_A_TIME
    assert (await run(checker, started)).files == AT_A_TIME
    assert (await run(checker, started)).files == 0
    await change(
        unit_of_work, "UPDATE document_file SET checked_at = now() + interval '9 years' WHERE role = 'copy'"
    )
    assert (await run(checker, started)).files == AT_A_TIME
    assert (await run(checker, started)).files == 0


async def test_a_document_without_its_original_is_found(unit_of_work: Open, document_id: UUID) -> None:
    """Its row of the original was deleted, so that there is nothing to check."""
    async with unit_of_work() as uow:
        assert await checklist.without_original(uow) == []
    await change(unit_of_work, "DELETE FROM document_file WHERE role = 'original'")
    async with unit_of_work() as uow:
        assert await checklist.without_original(uow) == [document_id]


async def test_a_store_that_is_away_accuses_nobody(
    unit_of_work: Open, blobs: Blobs, checker: Checker, document_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All is unreachable: nothing is noted. One alone is: it is a fault of that one."""
    path = await original(unit_of_work)
    away = {path}
    size = blobs.size

    async def sometimes(asked: str) -> int:
        if asked in away or "all" in away:
            raise BlobsUnreachableError("away")
        return await size(asked)

    monkeypatch.setattr(blobs, "size", sometimes)
    away.add("all")
    with pytest.raises(BlobsUnreachableError):
        await run(checker)
    assert await fetch(unit_of_work, "SELECT id FROM document_file WHERE checked_at IS NOT NULL") == []
    away.remove("all")
    assert faults(await run(checker)) == {("original", Fault.UNREADABLE)}


async def test_it_reads_no_faster_than_it_is_told(
    unit_of_work: Open, blobs: Blobs, document_id: UUID
) -> None:
    """As many seconds pass as the bytes take at that rate; time that went by unused is not made up for."""
    now, waited = [100.0], [0.0]

    async def sleep(seconds: float) -> None:
        waited[0] += seconds
        now[0] += seconds
        await asyncio.sleep(0)

    pace = Pace(10_000.0, clock=lambda: now[0], sleep=sleep)
    now[0] = 10_000.0
    checked = await Checker(unit_of_work, blobs, pace).check_slice(before=FAR)
    assert waited[0] == pytest.approx(checked.bytes / 10_000)

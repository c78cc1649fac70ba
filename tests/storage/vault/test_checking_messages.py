"""Files that came with messages are checked and swept as those of documents are."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from storage.unit_of_work import UnitOfWork
from storage.vault import checklist
from storage.vault.blobs import Blobs
from storage.vault.checking import AT_A_TIME, Checked, Checker
from storage.vault.faults import Fault, Found
from storage.vault.pace import Pace
from storage.vault.sealing import CHUNK
from storage.vault.settings import VaultSettings
from storage.vault.sweeping import sweep
from storage.vault.watching import Watch
from tests.storage.vault.keeping import make_party
from tests.storage.vault.messages import keep_message
from tests.storage.vault.store import blob_files, keep_stored
from tests.storage.vault.test_checking import FAR, change, fetch

Open = Callable[[], UnitOfWork]
CONTENT = bytes(range(256)) * 300


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
async def message_id(unit_of_work: Open, blobs: Blobs) -> UUID:
    async with unit_of_work() as uow:
        kept = await keep_message(uow, blobs, await make_party(uow), CONTENT)
        await uow.commit()
    return kept


def faults(checked: Checked) -> set[tuple[UUID | None, Fault]]:
    return {(one.message_id, one.fault) for one in checked.faults}


async def known(unit_of_work: Open) -> list[Found]:
    async with unit_of_work() as uow:
        return list(await checklist.faulty(uow))


async def test_what_is_sound_is_left_in_peace(unit_of_work: Open, checker: Checker, message_id: UUID) -> None:
    """And noted as checked, so that a second run finds nothing to do."""
    started = datetime.now(UTC)
    async with unit_of_work() as uow:
        assert await checklist.outstanding(uow, before=started, now=started) == (1, len(CONTENT))
    checked = await checker.check_slice(before=started)
    assert (checked.files, checked.bytes, checked.faults) == (1, len(CONTENT), [])
    assert (await checker.check_slice(before=started)).files == 0
    async with unit_of_work() as uow:
        assert await checklist.outstanding(uow, before=started, now=started) == (0, 0)


@pytest.mark.parametrize("place", [0, 8, 8 + CHUNK + 16, -1])
async def test_a_changed_byte_is_found_and_mended_is_sound(
    unit_of_work: Open, checker: Checker, folder: Path, message_id: UUID, place: int
) -> None:
    """Told as of its message, again by whoever asks, until it is put right."""
    (file,) = blob_files(folder)
    sound = file.read_bytes()
    changed = bytearray(sound)
    changed[place] ^= 1
    file.write_bytes(changed)
    assert faults(await checker.check_slice(before=FAR)) == {(message_id, Fault.BYTES)}
    (told,) = await known(unit_of_work)
    assert (told.message_id, told.document_id, told.fault) == (message_id, None, Fault.BYTES)
    file.write_bytes(sound)
    assert faults(await checker.check_slice(before=FAR)) == set()
    assert await known(unit_of_work) == []


async def test_a_deleted_blob_is_found(
    unit_of_work: Open, checker: Checker, folder: Path, message_id: UUID
) -> None:
    """Its row is kept: it is what says what is missing."""
    (file,) = blob_files(folder)
    file.unlink()
    assert faults(await checker.check_slice(before=FAR)) == {(message_id, Fault.MISSING)}
    assert len(await fetch(unit_of_work, "SELECT id FROM message_attachment")) == 1


@pytest.mark.parametrize(
    ("column", "fault"),
    [
        ("size = size + 1", Fault.BYTES),
        ("sha256 = set_byte(sha256, 0, get_byte(sha256, 0) # 1)", Fault.CONTENT),
        ("wrapped_key = set_byte(wrapped_key, 20, get_byte(wrapped_key, 20) # 1)", Fault.KEY),
        ("path = path || 'x'", Fault.MISSING),
        ("id = gen_random_uuid()", Fault.KEY),
    ],
)
async def test_a_changed_row_is_found(
    unit_of_work: Open, checker: Checker, message_id: UUID, column: str, fault: Fault
) -> None:
    """By its bytes, which are not what it tells."""
    await change(unit_of_work, f"UPDATE message_attachment SET {column}")
    assert faults(await checker.check_slice(before=FAR)) == {(message_id, fault)}


async def test_a_lost_key_is_a_fault_unless_the_party_was_erased(
    unit_of_work: Open, checker: Checker, message_id: UUID
) -> None:
    """As of documents."""
    await change(unit_of_work, "DELETE FROM party_key")
    assert faults(await checker.check_slice(before=FAR)) == {(message_id, Fault.KEY)}
    await change(unit_of_work, "UPDATE party SET erased_at = now()")
    assert faults(await checker.check_slice(before=FAR)) == set()


@pytest.mark.parametrize(
    "meanwhile",
    [
        "DELETE FROM message_attachment",
        "UPDATE message_attachment SET path = path || 'x'",
        "UPDATE message_attachment SET size = size + 1",
    ],
)
async def test_a_row_that_was_another_meanwhile_is_not_accused(
    unit_of_work: Open, blobs: Blobs, message_id: UUID, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    """What was found is of a row that is no more."""
    size = blobs.size

    async def too_late(path: str) -> int:
        await change(unit_of_work, meanwhile)
        await blobs.delete(path)
        return await size(path)

    monkeypatch.setattr(blobs, "size", too_late)
    checked = await Checker(unit_of_work, blobs, Pace()).check_slice(before=FAR)
    assert (checked.files, checked.faults) == (1, [])
    assert await known(unit_of_work) == []


async def test_documents_and_messages_take_turns(unit_of_work: Open, blobs: Blobs, checker: Checker) -> None:
    """Whichever waited longest comes first, a slice at a time, until each was checked once."""
    async with unit_of_work() as uow:
        key = await make_party(uow)
        for number in range(AT_A_TIME // 2):
            await keep_stored(uow, blobs, key, str(number))
            await keep_message(uow, blobs, key)
        await uow.commit()
    await change(unit_of_work, "UPDATE document_file SET checked_at = now() - interval '2 days'")
    await change(unit_of_work, "UPDATE message_attachment SET checked_at = now() - interval '1 day'")
    started = datetime.now(UTC)
    new = "SELECT count(*) FROM message_attachment WHERE checked_at >= %s"
    assert (await checker.check_slice(before=started)).files == AT_A_TIME
    assert await fetch(unit_of_work, new, started) == [(0,)]
    assert (await checker.check_slice(before=started)).files == AT_A_TIME // 2
    assert await fetch(unit_of_work, new, started) == [(AT_A_TIME // 2,)]
    assert (await checker.check_slice(before=started)).files == 0
    await change(unit_of_work, "UPDATE message_attachment SET checked_at = now() + interval '9 years'")
    assert (await checker.check_slice(before=started)).files == AT_A_TIME // 2
    assert (await checker.check_slice(before=started)).files == 0


async def test_a_worker_finds_it_and_sweeps_around_it(
    unit_of_work: Open, blobs: Blobs, folder: Path, message_id: UUID
) -> None:
    """By itself; however old it is, no sweep takes what a message names, and one takes what none does."""
    (file,) = blob_files(folder)
    file.write_bytes(file.read_bytes()[:-1])
    watch = Watch(unit_of_work, blobs, VaultSettings(check_rate=1000))
    assert await watch.check_once() == 0
    assert [one.fault for one in await known(unit_of_work)] == [Fault.BYTES]
    later = datetime.now(UTC) + timedelta(days=99)
    grace = timedelta(days=1)
    assert (await sweep(unit_of_work, blobs, now=later, grace=grace)).orphans == 0
    assert blob_files(folder) == {file}
    await change(unit_of_work, "DELETE FROM message_attachment")
    assert (await sweep(unit_of_work, blobs, now=later, grace=grace)).orphans == 1
    assert blob_files(folder) == set()

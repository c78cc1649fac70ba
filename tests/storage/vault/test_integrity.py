"""One changed column of a row is found, whichever it is."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlmodel import SQLModel, select

from storage.cipher import KEY_BYTES, Cipher
from storage.ids import new_id
from storage.unit_of_work import UnitOfWork
from storage.vault import states
from storage.vault.integrity import APART, authenticate, is_intact, mac_of
from storage.vault.models import Document, DocumentFile
from tests.storage.vault.keeping import AGENCY, NOW, Supersession, keep, make_party

Open = Callable[[], UnitOfWork]
CHANGES = {
    "bytea": ["set_byte({0}, 0, get_byte({0}, 0) # 1)", "{0} || '\\x00'::bytea", "''::bytea"],
    "character varying": ["{0} || ' '", "''", "upper({0}) || lower({0})"],
    "uuid": ["gen_random_uuid()"],
    "date": ["{0} + 1", "{0} - 1"],
    "timestamp with time zone": ["{0} + interval '1 microsecond'", "{0} - interval '7 hours'"],
    "bigint": ["{0} + 1", "-{0}"],
    "integer": ["{0} + 1"],
}
VALUES = {
    "bytea": "'\\x01'::bytea",
    "character varying": "'x'",
    "uuid": "gen_random_uuid()",
    "date": "'2026-01-01'::date",
    "timestamp with time zone": "now()",
    "bigint": "1",
    "integer": "1",
}
"""What is put where there was nothing."""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname FROM pg_constraint
WHERE conrelid IN ('document'::regclass, 'document_file'::regclass) AND contype IN ('f', 'u')
"""
COLUMNS = """
SELECT column_name, data_type, is_nullable = 'YES' FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s ORDER BY 1
"""


async def rows_of(uow: UnitOfWork, model: Any) -> list[Any]:
    """Return all rows of a table as they are now."""
    query = select(model).execution_options(populate_existing=True)
    return list((await uow.session.exec(query)).all())


async def fill(uow: UnitOfWork) -> None:
    """Keep documents in every state; the last has whatever a document can have."""
    key = await make_party(uow)
    first = await keep(uow, key, "1")
    given = Supersession(agency_code=AGENCY, document_id=first, reason="Cấp lại")
    told = {"expires_on": date(2030, 1, 1), "valid_from": date(2026, 12, 1)}
    second = await keep(uow, key, "2", supersedes=given, seal_id=new_id(), dossier_id=new_id(), **told)
    await states.revoke(uow, [AGENCY], second, reason="Cấp sai", now=NOW)


async def test_rows_are_as_they_were_written(unit_of_work: Open) -> None:
    """After being taken in, superseded and revoked, and read anew from the database."""
    async with unit_of_work() as uow:
        await fill(uow)
        await uow.commit()
    async with unit_of_work() as uow:
        for model, count in ((Document, 2), (DocumentFile, 4)):
            rows = await rows_of(uow, model)
            assert len(rows) == count
            assert all(is_intact(uow.cipher, row) for row in rows)


async def test_any_changed_column_is_found(unit_of_work: Open) -> None:
    """Each way of changing each column of each row, one at a time; columns of observation alone are free."""
    async with unit_of_work() as uow:
        await fill(uow)
        driver = await uow.driver()
        # What keys of other tables and rows forbid to be there is changed all the same; nothing is committed.
        for table, name in await (await driver.execute(CONSTRAINTS)).fetchall():
            await driver.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())
        assert frozenset({"mac", "changed_xid", "checked_at", "fault"}) == APART
        tried = 0
        for model in (Document, DocumentFile):
            table = str(model.__tablename__)
            columns: list[Any] = await (await driver.execute(COLUMNS, (table,))).fetchall()
            assert {name for name, _, _ in columns} == set(model.model_fields)
            for name, kind, nullable in columns:
                changes = [change.format(name) for change in CHANGES.get(kind, [])]
                changes += [f"CASE WHEN {name} IS NULL THEN {VALUES.get(kind)} END"] if nullable else []
                for change in changes if name not in APART else []:
                    tried += await one_change(uow, model, name, change)
        assert tried > 100


async def one_change(uow: UnitOfWork, model: type[SQLModel], name: str, change: str) -> int:
    """Change a column of each row in turn, see it found, and undo it; return how many rows it changed."""
    driver = await uow.driver()
    changed = 0
    for row_id in [row.id for row in await rows_of(uow, model)]:
        async with driver.transaction(force_rollback=True):
            done = await driver.execute(
                f"UPDATE {model.__tablename__} SET {name} = {change}"
                f" WHERE id = %s AND {name} IS DISTINCT FROM {change}".encode(),
                (row_id,),
            )
            rows = await rows_of(uow, model)
            broken = [row for row in rows if not is_intact(uow.cipher, row)]
            assert len(broken) == done.rowcount, f"{name} = {change}"
            changed += done.rowcount
    return changed


async def test_a_hash_belongs_to_one_row_and_one_key(unit_of_work: Open) -> None:
    """It vouches for no other row, nor for one of the other table, nor under other root keys."""
    other = Cipher(master_key=b"m" * KEY_BYTES, index_key=b"i" * KEY_BYTES)
    async with unit_of_work() as uow:
        await fill(uow)
        rows = [*await rows_of(uow, Document), *await rows_of(uow, DocumentFile)]
        assert len({mac_of(uow.cipher, row) for row in rows}) == len(rows)
        assert not any(is_intact(other, row) for row in rows)
        authenticate(other, rows[0])
        assert is_intact(other, rows[0])
        assert not is_intact(uow.cipher, rows[0])
        await uow.session.refresh(rows[0])

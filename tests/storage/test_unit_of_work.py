"""The only place that commits: once, whole, and at the edge."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from storage.agencies.models import Agency
from storage.engine import Engine
from storage.errors import StorageError
from storage.ids import new_id
from storage.unit_of_work import ATTEMPTS, ContentionError, Reading, UnitOfWork, transact

ROOT = Path(__file__).parents[2]
PACKAGES = ("api", "auth", "notify", "storage")

OpenUnit = Callable[[], UnitOfWork]
OpenReading = Callable[[], Reading]


def put(uow: UnitOfWork, code: str = "H26") -> None:
    """Add an agency through the session."""
    agency_id = new_id()
    uow.session.add(Agency(id=agency_id, code=code, name=code, lineage=[agency_id]))


async def codes(reading: Reading) -> list[str]:
    """Return the codes of all agencies."""
    async with reading:
        cursor = await (await reading.driver()).execute("SELECT code FROM agency ORDER BY code")
        return [str(code) for (code,) in await cursor.fetchall()]


def test_nobody_else_commits() -> None:
    """No other module of the house calls `commit` on anything but a unit of work."""
    call = re.compile(r"(\w+)\.commit\(")
    found = {
        (str(path.relative_to(ROOT)), name)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for name in call.findall(path.read_text("utf-8"))
    }
    committers = {path for path, name in found if name != "uow"}
    # Migrations run before any unit of work can, on a connection of their own.
    migrations = "storage/migrations/__init__.py"
    # What is searched is an index in memory, and no database.
    index = "storage/search/index.py"
    assert committers == {"storage/unit_of_work.py", migrations, index}


async def test_what_only_reads_leaves_statements_prepared(
    engine: Engine, unit_of_work: OpenUnit, reading: OpenReading
) -> None:
    """Or PostgreSQL would plan each statement of a request anew. What failed is undone all the same."""
    await engine.pool.dispose()  # so that all goes over one connection
    async with unit_of_work() as uow:
        await (await uow.driver()).execute("SELECT 1", prepare=True)
        await uow.commit()
    assert await codes(reading()) == []
    assert await prepared(unit_of_work()) >= 1
    with pytest.raises(ZeroDivisionError):
        await fail(reading())
    assert await prepared(unit_of_work()) == 0


async def prepared(uow: UnitOfWork) -> int:
    """Return how many statements the connection has prepared."""
    async with uow:
        cursor = await (await uow.driver()).execute(
            "SELECT count(*) FROM pg_prepared_statements", prepare=False
        )
        (count,) = await cursor.fetchone() or (None,)
        await uow.commit()
        return int(str(count))


async def fail(reading: Reading) -> None:
    """Read something, and fail."""
    async with reading:
        await (await reading.driver()).execute("SELECT 1")
        raise ZeroDivisionError


async def test_what_is_committed_is_there_and_nothing_else(
    unit_of_work: OpenUnit, reading: OpenReading
) -> None:
    """A commit keeps all of a unit, by session and by driver; leaving without one keeps nothing."""
    async with unit_of_work() as uow:
        put(uow, "H1")
        await (await uow.driver()).execute("INSERT INTO procedure (code, name) VALUES ('1.1', 'a')")
        await uow.commit()
    async with unit_of_work() as uow:
        put(uow, "H2")
        await uow.session.flush()
    assert await codes(reading()) == ["H1"]


async def test_an_error_takes_everything_back(
    unit_of_work: OpenUnit, reading: OpenReading, engine: Engine
) -> None:
    """Whatever is raised inside is raised outside, and the connection goes back to the pool."""

    async def fail(error: BaseException) -> None:
        async with unit_of_work() as uow:
            put(uow)
            await uow.session.flush()
            raise error

    async def mistake() -> None:
        async with unit_of_work() as uow:
            put(uow)
            await (await uow.driver()).execute("SELECT FROM nowhere")

    for error in (StorageError("ours"), KeyError("bug"), asyncio.CancelledError()):
        with pytest.raises(type(error)):
            await fail(error)
    with pytest.raises(psycopg.errors.UndefinedTable):
        await mistake()
    assert await codes(reading()) == []
    assert engine.pool.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_a_unit_is_committed_once(unit_of_work: OpenUnit) -> None:
    """A second commit, or one outside, is an error of the program."""
    async with unit_of_work() as uow:
        put(uow)
        await uow.commit()
        with pytest.raises(RuntimeError, match="committed already"):
            await uow.commit()
    with pytest.raises(RuntimeError, match="not open"):
        await uow.commit()
    with pytest.raises(RuntimeError, match="not open"):
        await uow.driver()


async def test_the_driver_sees_what_the_session_has(unit_of_work: OpenUnit) -> None:
    """Both work in one transaction, in the order of the calls."""
    async with unit_of_work() as uow:
        put(uow, "H7")
        cursor = await (await uow.driver()).execute("SELECT code FROM agency")
        assert await cursor.fetchall() == [("H7",)]


async def test_reading_can_not_write(reading: OpenReading, unit_of_work: OpenUnit) -> None:
    """The database refuses, by driver and by session, and the connection then writes again for others."""
    query = "INSERT INTO procedure (code, name) VALUES ('1.1', 'a')"

    async def by_driver() -> None:
        async with reading() as only:
            await (await only.driver()).execute(query)

    async def by_session() -> None:
        async with reading() as only:
            only.session.add(Agency(id=new_id(), code="H1", name="H1", lineage=[]))
            await only.session.flush()

    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        await by_driver()
    with pytest.raises(DBAPIError):
        await by_session()
    async with unit_of_work() as uow:
        await (await uow.driver()).execute(query)


async def test_work_is_done_again_when_another_was_first(
    unit_of_work: OpenUnit, reading: OpenReading
) -> None:
    """Contention begins a unit of its own each time; what the lost ones wrote is gone."""
    tries = 0

    async def work(uow: UnitOfWork) -> int:
        nonlocal tries
        tries += 1
        put(uow, f"H{tries}")
        await uow.session.flush()
        if tries < ATTEMPTS:
            raise ContentionError("somebody was first")
        return tries

    assert await transact(unit_of_work, work) == ATTEMPTS
    assert await codes(reading()) == [f"H{ATTEMPTS}"]


async def test_work_that_always_comes_second_is_given_up(
    unit_of_work: OpenUnit, reading: OpenReading
) -> None:
    """After the last attempt whoever asked is told, with the cause."""
    tries = 0

    async def work(uow: UnitOfWork) -> None:
        nonlocal tries
        tries += 1
        put(uow)
        await uow.session.flush()
        raise psycopg.errors.SerializationFailure

    with pytest.raises(ContentionError) as raised:
        await transact(unit_of_work, work)
    assert isinstance(raised.value.__cause__, psycopg.errors.SerializationFailure)
    assert tries == ATTEMPTS
    assert await codes(reading()) == []


async def test_any_other_error_ends_the_work_at_once(unit_of_work: OpenUnit) -> None:
    """A fault of the program is not repeated."""
    tries = 0

    async def work(_uow: UnitOfWork) -> None:
        nonlocal tries
        tries += 1
        raise KeyError("bug")

    with pytest.raises(KeyError):
        await transact(unit_of_work, work)
    assert tries == 1


async def test_a_deadlock_is_resolved_by_doing_one_again(
    unit_of_work: OpenUnit, reading: OpenReading
) -> None:
    """Two transactions that lock in opposite order both come through."""
    async with unit_of_work() as uow:
        put(uow, "H1")
        put(uow, "H2")
        await uow.commit()
    meeting = asyncio.Barrier(2)
    met: set[str] = set()

    async def rename(uow: UnitOfWork, first: str, second: str) -> None:
        driver = await uow.driver()
        await driver.execute("UPDATE agency SET name = name || '+' WHERE code = %s", (first,))
        if first not in met:
            met.add(first)
            await meeting.wait()
        await driver.execute("UPDATE agency SET name = name || '+' WHERE code = %s", (second,))

    await asyncio.gather(
        transact(unit_of_work, lambda uow: rename(uow, "H1", "H2")),
        transact(unit_of_work, lambda uow: rename(uow, "H2", "H1")),
    )
    async with reading() as only:
        cursor = await (await only.driver()).execute("SELECT name FROM agency ORDER BY code")
        assert await cursor.fetchall() == [("H1++",), ("H2++",)]


async def test_statements_sent_together_say_at_the_end_who_was_first(unit_of_work: OpenUnit) -> None:
    """A statement that wrote less than it had to is contention, known once all were sent."""
    sent = 0

    async def send_three(uow: UnitOfWork) -> None:
        nonlocal sent
        async with uow.together():
            for _ in range(3):
                await _add_procedure(uow)
                sent += 1

    async with unit_of_work() as uow:
        with pytest.raises(ContentionError):
            await send_three(uow)
    assert sent == 3


async def test_what_builds_on_a_row_that_was_not_written_is_contention_too(unit_of_work: OpenUnit) -> None:
    """It was sent before anybody could know; on its own such a statement is a fault."""
    orphan = "INSERT INTO party_key (party_id, wrapped) VALUES (gen_random_uuid(), '')"
    async with unit_of_work() as uow:
        driver = await uow.driver()
        with pytest.raises(ContentionError):
            async with uow.together():
                await driver.execute(orphan)
    async with unit_of_work() as uow:
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            await (await uow.driver()).execute(orphan)


async def test_a_statement_alone_says_at_once_who_was_first(unit_of_work: OpenUnit) -> None:
    """Outside of a block of statements nothing is put off; what wrote all it had to passes."""
    async with unit_of_work() as uow:
        await _add_procedure(uow)
        with pytest.raises(ContentionError):
            await _add_procedure(uow)
    async with unit_of_work() as uow, uow.together():
        await _add_procedure(uow)


async def _add_procedure(uow: UnitOfWork) -> None:
    statement = "INSERT INTO procedure (code, name) VALUES (%s, 'a') ON CONFLICT DO NOTHING"
    await uow.write_all(statement, ("1.1",), rows=1)

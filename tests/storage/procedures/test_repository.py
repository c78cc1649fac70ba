"""The catalogue in versions: what each import changed, what each procedure was, and who waits for whom."""

import asyncio
from collections.abc import Callable

import psycopg
import pytest

from storage.engine import libpq_url
from storage.procedures import repository as procedures
from storage.procedures.comparing import CatalogueShrunk, Difference
from storage.procedures.record import Procedure
from storage.procedures.repository import Changes, ImportOutcome, Kept
from storage.procedures.versions import difference, history, versions
from storage.settings import StorageSettings
from storage.unit_of_work import Reading, UnitOfWork

Put = Callable[..., object]


def entry(number: int, name: str = "Thủ tục", **fields: object) -> Procedure:
    """Make a procedure."""
    return Procedure(code=f"1.{number:06d}", name=name, **fields)


def codes(*numbers: int) -> tuple[str, ...]:
    """Return codes."""
    return tuple(f"1.{number:06d}" for number in numbers)


@pytest.fixture
def put(unit_of_work: Callable[[], UnitOfWork]):
    """Import and commit."""

    async def run(
        *given: Procedure, whole: bool = False, shrink: bool = False, author: str = "an"
    ) -> ImportOutcome:
        async with unit_of_work() as uow:
            outcome = await procedures.put(
                uow, given, author=author, source="danh-muc.jsonl", whole=whole, shrink=shrink
            )
            await uow.commit()
        return outcome

    return run


async def everything(read: Reading, since: int = -1) -> list[tuple[str, str, int]]:
    """Return codes, names and versions of the catalogue as it stands."""
    found = procedures.all_procedures(read, since=since)
    return [(one.code, one.name, version) async for one, version in found]


async def test_an_import_is_a_version(put, reading: Callable[[], Reading]):
    """It says what came, changed and went, who brought it from where, and all of it can be read."""
    async with reading() as read:
        assert await procedures.version(read) == 0
    first = await put(*(entry(n) for n in range(4)), whole=True)
    assert first == ImportOutcome(
        version=1,
        difference=Difference(added=codes(0, 1, 2, 3), changed=(), removed=()),
        unchanged=0,
        total=4,
    )
    second = await put(entry(0), entry(1, "Khác"), entry(2), entry(4), whole=True, author="bình")
    assert second == ImportOutcome(
        version=2,
        difference=Difference(added=codes(4), changed=codes(1), removed=codes(3)),
        unchanged=2,
        total=4,
    )
    async with reading() as read:
        assert await procedures.version(read) == 2
        names = [("1.000000", "Thủ tục", 1), ("1.000001", "Khác", 2), ("1.000002", "Thủ tục", 1)]
        assert await everything(read) == [*names, ("1.000004", "Thủ tục", 2)]
        assert await everything(read, since=1) == [names[1], ("1.000004", "Thủ tục", 2)]
        newest, oldest = await versions(read)
        assert (newest.number, newest.author, newest.source) == (2, "bình", "danh-muc.jsonl")
        assert (newest.added, newest.changed, newest.removed, newest.total) == (1, 1, 1, 4)
        assert [found.number for found in await versions(read, limit=1, before=2)] == [oldest.number] == [1]


async def test_what_is_there_already_makes_no_version(put, reading: Callable[[], Reading]):
    """The same again, in another order, in parts or with defaults written out, changes nothing."""
    await put(entry(1, levels=(), extra={"a": 1, "b": 2}), entry(2), whole=True)
    again = await put(entry(2), entry(1, extra={"b": 2, "a": 1}), whole=True)
    assert again == ImportOutcome(
        version=1, difference=Difference(added=(), changed=(), removed=()), unchanged=2, total=2
    )
    assert (await put(entry(2))).version == 1
    assert (await put()).version == 1
    async with reading() as read:
        assert len(await versions(read)) == 1


async def test_old_versions_stay_readable(put, reading: Callable[[], Reading]):
    """A procedure can be read as it was in any version: before it came, changed, gone, and back."""
    code = "1.000001"
    await put(entry(2))
    await put(entry(1, "Một"))
    await put(entry(3))
    await put(entry(1, "Hai"))
    await put(entry(2), entry(3), whole=True, shrink=True)
    async with reading() as read:
        assert await procedures.get(read, code) == Kept(procedure=entry(1, "Hai"), version=4, removed_in=5)
    await put(entry(1, "Hai"))
    async with reading() as read:
        assert await procedures.get(read, code) == Kept(procedure=entry(1, "Hai"), version=6)
        seen = [await procedures.get(read, code, version) for version in range(8)]
        assert seen[:2] == [None, None]
        assert seen[2] == seen[3] == Kept(procedure=entry(1, "Một"), version=2)
        assert seen[4] == Kept(procedure=entry(1, "Hai"), version=4)
        assert seen[5] == Kept(procedure=entry(1, "Hai"), version=4, removed_in=5)
        assert seen[6] == seen[7] == Kept(procedure=entry(1, "Hai"), version=6)
        assert await procedures.get(read, "9.999999") is None
        told = [(revision.version.number, revision.removed) for revision in await history(read, code)]
        assert told == [(6, False), (5, True), (4, False), (2, False)]


async def test_what_changed_since(put, reading: Callable[[], Reading]):
    """Whoever holds a version is told which procedures to read anew and which to drop."""
    await put(entry(1), entry(2), entry(3))
    await put(entry(2, "Khác"), entry(4))
    await put(entry(1), entry(2, "Khác"), entry(4), whole=True)
    async with reading() as read:
        everything_new = Changes(version=3, changed=codes(1, 2, 4), removed=codes(3))
        assert await procedures.changes(read, 0) == everything_new
        assert await procedures.changes(read, 1) == Changes(version=3, changed=codes(2, 4), removed=codes(3))
        assert await procedures.changes(read, 2) == Changes(version=3, changed=(), removed=codes(3))
        assert await procedures.changes(read, 3) == Changes(version=3, changed=(), removed=())
        forward = await difference(read, 1, 3)
        assert forward == Difference(added=codes(4), changed=codes(2), removed=codes(3))
        back = await difference(read, 3, 1)
        assert back == Difference(added=codes(3), changed=codes(2), removed=codes(4))
        assert (await difference(read, 0, 1)).added == codes(1, 2, 3)
        assert not await difference(read, 2, 2)


async def test_a_shrunken_catalogue_is_refused(put, reading: Callable[[], Reading]):
    """More than 30% gone is refused and nothing changed, unless it is meant; as a part it takes nothing away."""
    await put(*(entry(n) for n in range(10)), whole=True)
    with pytest.raises(CatalogueShrunk, match="4 of 10 procedures would be gone"):
        await put(*(entry(n, "Khác") for n in range(6)), whole=True)
    with pytest.raises(CatalogueShrunk):
        await put(whole=True)
    async with reading() as read:
        assert await everything(read) == [(code, "Thủ tục", 1) for code in codes(*range(10))]
    assert (await put(entry(0))).total == 10
    assert (await put(*(entry(n) for n in range(7)), whole=True)).total == 7
    assert (await put(entry(0), whole=True, shrink=True)).total == 1


async def test_what_was_removed_is_still_known(put, reading: Callable[[], Reading]):
    """A dossier of a procedure that is no more still finds its name."""
    await put(entry(1, "Cũ"), whole=True)
    await put(entry(2), whole=True, shrink=True)
    async with reading() as read:
        assert await procedures.known_codes(read, ["1.000001", "7.000000"]) == {"1.000001"}
        row = await (
            await (await read.driver()).execute("SELECT name FROM procedure WHERE code = '1.000001'")
        ).fetchone()
    assert row == ("Cũ",)


async def test_imports_take_turns(unit_of_work: Callable[[], UnitOfWork], reading: Callable[[], Reading]):
    """Of many at once, each makes a version of its own on top of the one before, and none is lost."""

    async def run(number: int) -> int:
        async with unit_of_work() as uow:
            outcome = await procedures.put(uow, [entry(number)], author="an", source="x", whole=False)
            await uow.commit()
        return outcome.version

    assert sorted(await asyncio.gather(*map(run, range(4)))) == [1, 2, 3, 4]
    async with reading() as read:
        assert [found.total for found in await versions(read)] == [4, 3, 2, 1]


async def test_the_old_version_serves_until_the_new_is_committed(
    unit_of_work: Callable[[], UnitOfWork], reading: Callable[[], Reading]
):
    """An import that is under way, or is given up, is seen by nobody."""
    async with unit_of_work() as uow:
        await procedures.put(uow, [entry(1)], author="an", source="x", whole=True)
        async with reading() as read:
            assert (await procedures.version(read), await everything(read)) == (0, [])
    async with reading() as read:
        assert (await procedures.version(read), await everything(read)) == (0, [])


async def test_a_code_stands_there_once(put):
    """Of two procedures with one code nobody knows which is meant."""
    with pytest.raises(ValueError, match="twice"):
        await put(entry(1), entry(1, "Khác"))


async def test_what_was_before_there_were_versions(
    put, reading: Callable[[], Reading], settings: StorageSettings
):
    """Rows that an older release wrote are read by their columns, and become part of the next version."""
    with psycopg.connect(libpq_url(settings.require_database_url()), autocommit=True) as connection:
        connection.execute(
            "INSERT INTO procedure (code, name, details) VALUES ('1.000001', 'Cũ', '{\"steps\": [\"Nộp\"]}')"
        )
    async with reading() as read:
        assert await everything(read) == [("1.000001", "Cũ", 0)]
        assert await procedures.get(read, "1.000001") == Kept(procedure=entry(1, "Cũ"), version=0)
    outcome = await put(entry(1, "Cũ"), whole=True)
    assert outcome.difference == Difference(added=(), changed=codes(1), removed=())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE procedure_revision SET record = '{}'",
        "DELETE FROM procedure_revision",
        "UPDATE catalogue_version SET author = 'x'",
        "DELETE FROM catalogue_version",
    ],
)
async def test_what_was_written_never_changes(put, settings: StorageSettings, statement: str):
    """The database itself refuses to change or delete a version or a revision."""
    await put(entry(1))
    with (
        psycopg.connect(libpq_url(settings.require_database_url())) as connection,
        pytest.raises(psycopg.errors.RestrictViolation),
    ):
        connection.execute(statement.encode())

"""A process follows the catalogue of its database, and is asked all the while."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy.engine import make_url
from structlog.testing import capture_logs

from storage import following as module
from storage.catalogue.book import CatalogueBook, CatalogueNotReady
from storage.procedures import repository as procedures
from storage.procedures.record import Procedure
from storage.search.facts import Sieve
from storage.settings import StorageSettings
from storage.unit_of_work import Reading, UnitOfWork
from storage.units import repository as units
from storage.units.record import Commune, FormerCommune, Province, Share, Units

PATIENCE = 60.0
BIRTH = Procedure(code="1.001193", name="Đăng ký khai sinh")
UNITS = Units(
    provinces=(Province(code="08", name="Tỉnh Tuyên Quang", short_name="Tuyên Quang"),),
    communes=(
        Commune(code="00691", name="Xã Vị Xuyên", short_name="Vị Xuyên", kind="Xã", province_code="08"),
    ),
    former=(
        FormerCommune(
            province_code="02",
            province="Tỉnh Hà Giang",
            district_code="030",
            district="Huyện Vị Xuyên",
            code="00913",
            name="Thị trấn Vị Xuyên",
            new_code="00691",
            share=Share.WHOLE,
        ),
    ),
)


@pytest.fixture
def put(unit_of_work: Callable[[], UnitOfWork]):
    """Import and commit."""

    async def run(*given: Procedure, places: Units | None = None) -> None:
        async with unit_of_work() as uow:
            await procedures.put(uow, given, author="an", source="test", whole=True, shrink=True)
            if places:
                await units.put(uow, places, author="an", source="test")
            await uow.commit()

    return run


@pytest.fixture
def make_book(settings: StorageSettings, reading: Callable[[], Reading]):
    """Make a book that looks so often."""
    return lambda look_seconds=3600.0, given=settings: CatalogueBook(
        given, reading, look_seconds=look_seconds
    )


async def names(book: CatalogueBook) -> list[str]:
    edition = await book.current(0)
    return [found.facts.name for found in edition.catalogue.ask("", Sieve(), count=10).found]


async def test_nothing_is_there_before_the_first_look(make_book):
    """Who asks too early waits, and is told."""
    book = make_book()
    with pytest.raises(CatalogueNotReady):
        await book.current(0.01)
    assert book.number is None


async def test_who_waits_is_served_with_the_first(make_book, put):
    """A request that came before the catalogue was read gets its answer as soon as it is."""
    await put(BIRTH)
    book = make_book()
    waiting = asyncio.create_task(book.current(PATIENCE))
    await book.renew()
    assert (await waiting).catalogue.version == 1


async def test_a_new_version_replaces_the_old_while_it_is_asked(make_book, put):
    """From the import to the change every question is answered, by the one version or the other."""
    await put(BIRTH)
    book = make_book(0.05)
    following = asyncio.create_task(book.run())
    try:
        await book.current(PATIENCE)
        seen: list[list[str]] = []

        async def ask() -> None:
            async with asyncio.timeout(PATIENCE):
                while not seen or len(seen[-1]) < 2:
                    seen.append(await names(book))
                    await asyncio.sleep(0)

        asking = asyncio.create_task(ask())
        await put(BIRTH, Procedure(code="1.000656", name="Đăng ký khai tử"))
        await asking
    finally:
        following.cancel()
    both = {"Đăng ký khai sinh", "Đăng ký khai tử"}
    assert all(set(some) in ({"Đăng ký khai sinh"}, both) for some in seen)
    assert seen[0] == ["Đăng ký khai sinh"]


async def test_what_is_in_force_is_not_made_again(make_book, put):
    """The same versions are the same edition."""
    await put(BIRTH)
    book = make_book()
    await book.renew()
    before = await book.current()
    await book.renew()
    assert await book.current() is before


async def test_a_database_that_was_put_back(make_book, put, unit_of_work: Callable[[], UnitOfWork]):
    """It counts anew: the same number of another catalogue, or of other units, is another edition."""
    book = make_book()
    seen = []
    for name, province in (("Khai sinh", "Tuyên Quang"), ("Khai tử", "Tuyên Quang"), ("Khai tử", "Hà Giang")):
        async with unit_of_work() as uow:
            await (await uow.driver()).execute(
                "TRUNCATE procedure_revision, catalogue_version, procedure, unit_version CASCADE"
            )
            await uow.commit()
        there = Province(code="08", name=f"Tỉnh {province}", short_name=province)
        await put(Procedure(code="1.000001", name=name), places=Units(provinces=(there,)))
        await book.renew()
        edition = await book.current()
        assert (edition.stamp.catalogue, edition.stamp.units) == (1, 1)
        seen.append((*await names(book), edition.gazetteer.provinces["08"].short_name))
    assert seen == [("Khai sinh", "Tuyên Quang"), ("Khai tử", "Tuyên Quang"), ("Khai tử", "Hà Giang")]


async def test_the_old_one_serves_while_the_new_one_can_not_be_made(
    make_book, put, settings: StorageSettings
):
    """It is logged without what the database said, tried again ever later, and soon enough once it can be."""
    await put(BIRTH)
    address = make_url(settings.require_database_url()).set(database="no_such_database")
    nowhere = settings.model_copy(update={"database_url": address.render_as_string(hide_password=False)})
    book = make_book()
    await book.renew()
    await put(BIRTH, Procedure(code="1.000656", name="Đăng ký khai tử"))
    book._settings = nowhere
    with capture_logs() as logs:
        assert await book._follow(1.0) == 2.0
        assert await book._follow(200.0) == module.LONGEST_PAUSE_SECONDS
    assert await names(book) == ["Đăng ký khai sinh"]
    said = {
        "event": "catalogue_not_renewed",
        "error": "OperationalError",
        "in_force": 1,
        "log_level": "error",
    }
    assert [line for line in logs if line["event"] == said["event"]] == [said] * 2
    book._settings = settings
    assert await book._follow(200.0) == 3600.0
    assert len(await names(book)) == 2


async def test_a_process_that_ends_leaves_none_behind(make_book, put, monkeypatch: pytest.MonkeyPatch):
    """Whoever is cancelled while the next edition is being made takes the process that makes it along."""
    await put(BIRTH)
    started: asyncio.Queue[asyncio.subprocess.Process] = asyncio.Queue()
    begin = asyncio.create_subprocess_exec

    async def noting(*arguments: str, **options: object) -> asyncio.subprocess.Process:
        process = await begin(*arguments, **options)
        started.put_nowait(process)
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", noting)
    following = asyncio.create_task(make_book().run())
    async with asyncio.timeout(PATIENCE):
        process = await started.get()
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    assert process.returncode is not None


async def test_provinces_own_procedures_are_known_by_their_committee(make_book, put):
    """Or say so; also by that of a province that went into another; places are found by their old names."""
    of_old = Procedure(code="1.000002", name="Hỗ trợ", promulgating_agency="UBND tỉnh Hà Giang")
    of_new = Procedure(
        code="1.000003", name="Trợ cấp", promulgating_agency="Ủy ban nhân dân tỉnh Tuyên Quang"
    )
    said = Procedure(code="1.000004", name="Học bổng", promulgating_agency="Bộ Giáo dục", province="08")
    await put(BIRTH, of_old, of_new, said, places=UNITS)
    book = make_book()
    await book.renew()
    edition = await book.current()
    provinces = {
        code: edition.catalogue.facts(code).province
        for code in ("1.001193", "1.000002", "1.000003", "1.000004")
    }
    assert provinces == {"1.001193": None, "1.000002": "08", "1.000003": "08", "1.000004": "08"}
    assert [match.unit.code for match in edition.gazetteer.find("Hà Giang")] == ["08"]


async def test_new_units_are_a_new_edition(make_book, put):
    """Units change what is found by place, and so who is whose."""
    await put(BIRTH)
    book = make_book()
    await book.renew()
    await put(BIRTH, places=UNITS)
    await book.renew()
    assert (await book.current()).stamp.units == 1

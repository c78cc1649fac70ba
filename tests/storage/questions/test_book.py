"""A process follows what is published, and is asked all the while."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy.engine import make_url
from structlog.testing import capture_logs

from storage.agencies.models import Agency
from storage.ids import new_id
from storage.procedures import repository as procedures
from storage.procedures.record import Procedure
from storage.questions import book as module
from storage.questions.book import AnswerBook, AnswersNotReady
from storage.questions.entries import Entry
from storage.questions.models import PublishedAnswer
from storage.questions.shelf import ShelfSieve
from storage.settings import StorageSettings
from storage.unit_of_work import Reading, UnitOfWork
from storage.units import repository as units
from storage.units.record import Commune, FormerCommune, Province, Share, Units
from tests.storage.questions.shelves import NOON, agency, published, put

PATIENCE = 60.0
BIRTH = Procedure(code="1.001193", name="Đăng ký khai sinh", field="Hộ tịch")
DEATH = Procedure(code="1.000656", name="Đăng ký khai tử", field="Hộ tịch")
TEXT = "Làm khai sinh cho con ở đâu?"

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
            code="00916",
            name="Thị trấn Nông trường Việt Lâm",
            new_code="00691",
            share=Share.WHOLE,
        ),
    ),
)

OpenUnit = Callable[[], UnitOfWork]


@pytest.fixture
async def office(unit_of_work: OpenUnit) -> Agency:
    """An agency that answers."""
    one = agency("H26")
    await put(unit_of_work, one)
    return one


@pytest.fixture
def make_book(settings: StorageSettings, reading: Callable[[], Reading]) -> Callable[..., AnswerBook]:
    """Make a book that looks so often."""
    return lambda look_seconds=3600.0, given=settings: AnswerBook(given, reading, look_seconds=look_seconds)


@pytest.fixture
def book(make_book: Callable[..., AnswerBook]) -> AnswerBook:
    """A book that looks when it is told to."""
    return make_book()


async def import_catalogue(unit_of_work: OpenUnit, *given: Procedure) -> int:
    """Import a catalogue, and return which version it made."""
    async with unit_of_work() as uow:
        await procedures.put(uow, given, author="an", source="test", whole=True, shrink=True)
        await uow.commit()
        return await procedures.version(uow)


async def change(unit_of_work: OpenUnit, row: PublishedAnswer, **fields: object) -> None:
    """Change a row, and commit."""
    async with unit_of_work() as uow:
        await (await uow.driver()).execute(_changing(row, **fields))
        await uow.commit()


def _changing(row: PublishedAnswer, **fields: object) -> bytes:
    sets = ", ".join(f"{name} = '{value}'" for name, value in fields.items())
    return (
        f"UPDATE published_answer SET {sets}, changed_xid = pg_current_xact_id() WHERE id = '{row.id}'"
    ).encode()


async def entries(book: AnswerBook, text: str = "") -> list[Entry]:
    shelf = await book.current()
    return list(shelf.ask(text, sieve=ShelfSieve(), count=10).found)


async def questions(book: AnswerBook, text: str = "") -> list[str]:
    return [entry.question for entry in await entries(book, text)]


async def test_nothing_is_there_before_the_first_look(book):
    """Who asks too early waits, and is told."""
    with pytest.raises(AnswersNotReady):
        await book.current(0.01)
    assert book.number is None


async def test_nothing_published_is_an_empty_shelf(book, engine):
    """It answers, and finds nothing."""
    waiting = asyncio.create_task(book.current(PATIENCE))
    await book.renew()
    shelf = await waiting
    assert (len(shelf), shelf.ask("khai sinh", sieve=ShelfSieve(), count=1).total) == (0, 0)


async def test_what_is_published_is_told_whole(book, office, unit_of_work):
    """With agency and procedure; the field is the procedure's unless it has its own."""
    version = await import_catalogue(unit_of_work, BIRTH)
    below = agency("H26.1", "Ủy ban nhân dân phường", below=office)
    rests = {"procedure_code": BIRTH.code, "procedure_version": version}
    await put(
        unit_of_work,
        below,
        published(below.id, TEXT, **rests),
        published(office.id, "Một cửa mở giờ nào?", age=1, field="Khác", **rests),
        published(office.id, "Gọi số nào?", age=2),
    )
    await book.renew()
    first, second, third = await entries(book)
    assert first == Entry(
        id=first.id,
        question=TEXT,
        answer="Có.",
        field="Hộ tịch",
        agency_id=below.id,
        agency_code="H26.1",
        agency_name="Ủy ban nhân dân phường",
        agencies=(office.id, below.id),
        procedure_code=BIRTH.code,
        procedure_name=BIRTH.name,
        procedure_version=version,
        faq=True,
        published_at=NOON,
        updated_at=NOON,
        stale=False,
    )
    assert (second.field, third.field, third.procedure_code, third.stale) == ("Khác", None, None, False)


async def test_what_was_taken_down_is_not_found(book, office, unit_of_work):
    """From the next look on."""
    row = published(office.id, TEXT)
    await put(unit_of_work, row)
    await book.renew()
    assert await questions(book, "khai sinh") == [TEXT]
    await change(unit_of_work, row, taken_down_at=NOON)
    await book.renew()
    assert await questions(book) == []


async def test_a_changed_text_is_found(book, office, unit_of_work):
    """And the old one no more."""
    row = published(office.id, TEXT)
    await put(unit_of_work, row)
    await book.renew()
    await change(unit_of_work, row, question="Đăng ký kết hôn cần gì?")
    await book.renew()
    assert await questions(book) == ["Đăng ký kết hôn cần gì?"]


async def test_an_answer_is_stale_once_its_procedure_changes_or_goes(book, office, unit_of_work):
    """And fresh again once it rests on what is in force; others' procedures may do as they like."""

    async def stale() -> list[bool]:
        await book.renew()
        return [entry.stale for entry in await entries(book)]

    version = await import_catalogue(unit_of_work, BIRTH, DEATH)
    row = published(office.id, TEXT, procedure_code=BIRTH.code, procedure_version=version)
    other = published(
        office.id, "Khai tử ở đâu?", age=1, procedure_code=DEATH.code, procedure_version=version
    )
    await put(unit_of_work, row, other)
    assert await stale() == [False, False]
    version = await import_catalogue(unit_of_work, BIRTH.model_copy(update={"name": "Khai sinh"}), DEATH)
    assert await stale() == [True, False]
    await change(unit_of_work, row, procedure_version=version)
    assert await stale() == [False, False]
    await import_catalogue(unit_of_work, DEATH)
    assert await stale() == [True, False]


async def test_a_new_name_of_an_agency_is_told(book, office, unit_of_work):
    """Also of one that published nothing since."""
    await put(unit_of_work, published(office.id, TEXT))
    await book.renew()
    async with unit_of_work() as uow:
        await (await uow.driver()).execute("UPDATE agency SET name = 'Sở Tư pháp'")
        await uow.commit()
    await book.renew()
    assert [entry.agency_name for entry in await entries(book)] == ["Sở Tư pháp"]


async def test_agencies_are_found_by_what_their_places_were_called(book, unit_of_work):
    """From the import of the units on, also where nothing was published since."""
    province = agency("H31", "Ủy ban nhân dân tỉnh Tuyên Quang")
    commune = agency("H31.1", "Trung tâm Phục vụ hành chính công xã Vị Xuyên", below=province)
    await put(
        unit_of_work,
        province,
        commune,
        published(province.id, TEXT),
        published(commune.id, TEXT, age=1),
    )
    by_name = "khai sinh ở hà giang, nông trường việt lâm"
    await book.renew()
    assert [entry.agency_code for entry in await entries(book, by_name)] == ["H31", "H31.1"]
    async with unit_of_work() as uow:
        await units.put(uow, UNITS, author="an", source="test")
        await uow.commit()
    await book.renew()
    assert [entry.agency_code for entry in await entries(book, by_name)] == ["H31.1", "H31"]


async def test_what_is_in_force_is_not_made_again(book, office, unit_of_work):
    """Where nothing changed, the shelf is the same one."""
    await put(unit_of_work, published(office.id, TEXT))
    await book.renew()
    before = await book.current()
    await book.renew()
    assert await book.current() is before


async def test_who_commits_late_is_not_missed(book, office, unit_of_work):
    """A transaction that began first and commits last publishes and changes all the same."""
    row = published(office.id, TEXT)
    await put(unit_of_work, row)
    async with unit_of_work() as changing, unit_of_work() as adding:
        await (await changing.driver()).execute(_changing(row, question="Khai sinh ở phường nào?"))
        adding.session.add(published(office.id, "Khai tử ở đâu?", age=1))
        await adding.session.flush()
        await put(unit_of_work, published(office.id, "Kết hôn ở đâu?", age=2))
        await book.renew()
        assert await questions(book) == [TEXT, "Kết hôn ở đâu?"]
        await changing.commit()
        await book.renew()
        assert await questions(book) == ["Khai sinh ở phường nào?", "Kết hôn ở đâu?"]
        await adding.commit()
    await book.renew()
    assert await questions(book) == ["Khai sinh ở phường nào?", "Khai tử ở đâu?", "Kết hôn ở đâu?"]


async def test_the_old_one_answers_until_the_new_one_is_made_beside(
    make_book, office, unit_of_work, monkeypatch: pytest.MonkeyPatch
):
    """Of more than a few, another process makes it: every question is answered meanwhile, by either."""
    await put(unit_of_work, published(office.id, TEXT))
    monkeypatch.setattr(module, "FEW", 0)
    book = make_book(0.05)
    following = asyncio.create_task(book.run())
    try:
        await book.current(PATIENCE)
        seen = [await questions(book)]
        await put(unit_of_work, published(office.id, "Khai tử ở đâu?", age=1))
        async with asyncio.timeout(PATIENCE):
            while len(seen[-1]) < 2:
                seen.append(await questions(book))
                await asyncio.sleep(0)
    finally:
        following.cancel()
    assert seen[0] == [TEXT]
    assert all(some in ([TEXT], [TEXT, "Khai tử ở đâu?"]) for some in seen)
    assert await questions(book, "khai tử") == ["Khai tử ở đâu?"]


async def test_the_old_one_serves_while_the_new_one_can_not_be_made(
    book, office, unit_of_work, settings: StorageSettings, monkeypatch: pytest.MonkeyPatch
):
    """It is logged without what the database said, and made as soon as it can be."""
    await put(unit_of_work, published(office.id, TEXT))
    await book.renew()
    await put(unit_of_work, published(office.id, "Khai tử ở đâu?", age=1))
    monkeypatch.setattr(module, "FEW", 0)
    address = make_url(settings.require_database_url()).set(database="no_such_database")
    nowhere = settings.model_copy(update={"database_url": address.render_as_string(hide_password=False)})
    book._settings = nowhere
    with capture_logs() as logs:
        assert await book._follow(1.0) == 2.0
    assert await questions(book) == [TEXT]
    said = [line for line in logs if line["event"] == "answers_not_renewed"]
    assert said == [
        {
            "event": "answers_not_renewed",
            "error": "OperationalError",
            "in_force": book.number,
            "log_level": "error",
        }
    ]
    book._settings = settings
    # Again where the machine itself had nothing to spare for another process, as it would be in earnest.
    pause = 2.0
    for _ in range(3):
        pause = await book._follow(pause)
    assert pause == 3600.0
    assert len(await questions(book)) == 2


async def test_looks_at_once_make_one_after_the_other(book, office, unit_of_work):
    """Whoever asks for it to be renewed finds what was published before, whoever else does so, too."""
    for number in range(5):
        await put(unit_of_work, published(office.id, f"Câu hỏi {number}", age=number, id=new_id()))
        await asyncio.gather(*(book.renew() for _ in range(3)))
        assert len(await questions(book)) == number + 1

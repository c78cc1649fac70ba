"""A process follows what is published, and is asked all the while."""

from collections.abc import Callable

import pytest

from storage.questions.book import AnswerBook
from storage.questions.shelf import ShelfSieve
from storage.settings import StorageSettings
from storage.unit_of_work import Reading, UnitOfWork
from tests.storage.questions.shelves import agency, published, put


@pytest.fixture
def book(settings: StorageSettings, reading: Callable[[], Reading]) -> AnswerBook:
    """A book that looks when it is told to."""
    return AnswerBook(settings, reading, look_seconds=3600.0)


async def questions(book: AnswerBook, text: str = "") -> list[str]:
    shelf = await book.current()
    return [entry.question for entry in shelf.ask(text, sieve=ShelfSieve(), count=10).found]


async def test_what_is_published_is_found(book: AnswerBook, unit_of_work: Callable[[], UnitOfWork]):
    """And not before the book has looked."""
    await book.renew()
    assert await questions(book) == []
    office = agency("H27")
    await put(unit_of_work, office, published(office.id, "Làm khai sinh cho con ở đâu?"))
    assert await questions(book) == []
    await book.renew()
    assert await questions(book, "khai sinh") == ["Làm khai sinh cho con ở đâu?"]

"""Agencies found by what people call them."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import OperationalError

from storage.agencies.naming import Alias
from storage.agencies.repository import AgencyRecord, Term, put, set_terms
from storage.contact_points.directory import Directory, DirectoryBook, Entry
from storage.dossiers.working_days import VIETNAM
from storage.unit_of_work import Reading

WARDS = [
    Entry(code="H26", name="Ủy ban nhân dân thành phố Hà Nội", aliases=frozenset({"G09"})),
    Entry(code="H26.1", name="UBND phường Hoàn Kiếm"),
    Entry(code="H26.2", name="Ủy ban nhân dân phường Kiếm Hoàn"),
    Entry(code="H26.3", name="Trung tâm Phục vụ hành chính công phường Đống Đa"),
    Entry(code="H26.4", name="Sở Y tế", aliases=frozenset({"H26.04", "H26.1"})),
    Entry(code="H26.5", name="Ủy ban nhân dân xã Hoà Xá (mới)"),
]
DIRECTORY = Directory(reversed(WARDS))


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("hoàn kiếm", ["H26.1", "H26.2"]),
        ("HOAN KIEM", ["H26.1", "H26.2"]),
        ("kiem hoan", ["H26.2", "H26.1"]),
        ("phuong dong d", ["H26.3"]),
        ("đống đa", ["H26.3"]),
        ("ubnd tp", ["H26"]),
        ("ubnd phường", ["H26.1", "H26.2"]),
        ("hóa xã", ["H26.5"]),
        ("hòa xa mới", ["H26.5"]),
        ("ong da", []),
        ("H26.2", ["H26.2"]),
        (" 000.00.2.h26 ", ["H26.2"]),
        ("g09", ["H26"]),
        ("H26.1", ["H26.1"]),
        ("H26.04", ["H26.4"]),
        ("bệnh viện", []),
        ("%", [one.code for one in WARDS]),
        ("", [one.code for one in WARDS]),
    ],
)
def test_by_name_and_by_code(question: str, codes: list[str]):
    """With or without marks, by the beginnings of words, abbreviated, and by any code; the closest first."""
    assert [found.entry.code for found in DIRECTORY.find(question, limit=10)] == codes


@given(question=st.sampled_from(["", "phường", "hoàn kiếm", "ubnd", "u"]), limit=st.integers(1, 4))
def test_pages_make_the_whole(question: str, limit: int):
    """Whatever the size of a page, all that fits comes once, in one order."""
    whole = DIRECTORY.find(question, limit=100)
    pages, after = [], (-1, "")
    while page := DIRECTORY.find(question, after=after, limit=limit):
        pages += page
        after = page[-1].rank, page[-1].entry.code
    assert pages == whole


@given(question=st.text(max_size=60))
def test_whatever_is_asked(question: str):
    """No question breaks it."""
    assert len(DIRECTORY.find(question, limit=3)) <= 3


async def test_the_book_holds_those_in_force_for_a_while(unit_of_work, reading):
    """What has ended is not in it, nor what is yet to begin; a change is seen when its time is over."""
    today = datetime.now(VIETNAM).date()
    day = timedelta(days=1)
    clock = [0.0]
    book = DirectoryBook(life=60, now=lambda: clock[0])

    async def known() -> list[tuple[str, str | None, frozenset[str]]]:
        found = (await book.current(reading)).find("", limit=10)
        return [(one.entry.code, one.entry.above, one.entry.aliases) for one in found]

    async with unit_of_work() as uow:
        records = [
            AgencyRecord(code="H26", name="Hà Nội"),
            AgencyRecord(code="H26.1", name="Phường", parent="H26", aliases=(Alias(code="G09.1"),)),
            AgencyRecord(code="H27", name="Đã hết"),
            AgencyRecord(code="H28", name="Chưa đến"),
        ]
        await put(uow, records)
        await set_terms(
            uow, [Term(code="H27", valid_to=today - day), Term(code="H28", valid_from=today + day)]
        )
        await uow.commit()
    first = [("H26", None, frozenset[str]()), ("H26.1", "Hà Nội", frozenset({"G09.1"}))]
    assert await known() == first
    async with unit_of_work() as uow:
        await put(uow, [AgencyRecord(code="H29", name="Mới")])
        await uow.commit()
    clock[0] = 59.9
    assert await known() == first
    clock[0] = 60.0
    assert [code for code, _, _ in await known()] == ["H26", "H26.1", "H29"]


async def test_the_book_while_the_database_is_away(unit_of_work, reading):
    """Who has read it once goes on with that, and tries again soon; who has not says so."""
    clock = [0.0]
    book = DirectoryBook(life=60, now=lambda: clock[0])

    def away() -> Reading:
        raise OperationalError("the server is gone")

    with pytest.raises(OperationalError):
        await book.current(away)
    async with unit_of_work() as uow:
        await put(uow, [AgencyRecord(code="H26", name="Hà Nội")])
        await uow.commit()
    first = await book.current(reading)
    clock[0] = 60.0
    assert await book.current(away) is first
    clock[0] = 64.9
    assert await book.current(reading) is first
    clock[0] = 65.0
    assert await book.current(reading) is not first

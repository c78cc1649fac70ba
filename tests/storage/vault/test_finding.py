"""Owners find their own documents, all of them, and nobody else's."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from storage.cipher import PartyKey
from storage.errors import NotFoundError
from storage.moments import BEFORE_ALL_IDS
from storage.unit_of_work import Reading, UnitOfWork
from storage.vault import changes, finding, opening, states
from storage.vault.errors import NotIntact
from storage.vault.finding import Place, Wanted
from storage.vault.kinds import DocumentKind, DocumentState, FileRole
from tests.storage.vault.keeping import AGENCY, NOW, keep, make_party

Open = Callable[[], UnitOfWork]
Read = Callable[[], Reading]


@dataclass(frozen=True, kw_only=True)
class Store:
    """A party's documents by what they are called here."""

    key: PartyKey
    ids: dict[str, UUID]

    async def find(self, reading: Read, *, limit: int = 100, **wanted: Any) -> list[str]:
        """Return the names of all documents that are found, page by page."""
        names = {document_id: name for name, document_id in self.ids.items()}
        found: list[str] = []
        after: Place | None = None
        while True:
            async with reading() as opened:
                page = await finding.page(
                    opened, self.key.party_id, Wanted(**wanted), after=after, limit=limit, now=NOW
                )
            assert len(page.documents) <= limit
            found += [names[own.document.id] for own in page.documents]
            after = page.place
            if after is None:
                return found


DOCUMENTS: dict[str, dict[str, Any]] = {
    "birth": {},
    "house": {
        "title": "Giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở",
        "number": "CT 01234",
        "type_code": "KQ.DAT",
        "type_name": "Giấy chứng nhận",
        "procedure_code": "1.002000",
        "dossier_code": "H26.1-250101-0007",
        "issued_on": date(2025, 1, 31),
        "issuer_name": "Sở Nông nghiệp và Môi trường",
    },
    "licence": {
        "title": "Giấy phép xây dựng",
        "type_name": "Giấy phép",
        "number": "45/GPXD-QLĐT",
        "kind": DocumentKind.COMPONENT,
        "holder": None,
        "issued_on": date(2020, 5, 1),
        "expires_on": date(2026, 11, 21),
        "agency_code": "H26.1.2",
    },
    "today": {
        "title": "Giấy phép hoá đơn",
        "type_name": "Giấy phép",
        "number": None,
        "expires_on": date(2026, 11, 22),
    },
}


@pytest.fixture
async def store(unit_of_work: Open) -> Store:
    """A party's store with a few documents, beside another party's with the same."""
    async with unit_of_work() as uow:
        key, other = await make_party(uow), await make_party(uow, "001190000022")
        ids = {}
        for n, (name, told) in enumerate(DOCUMENTS.items()):
            now = NOW + timedelta(seconds=n)
            await keep(uow, other, f"other {name}", now=now, **told)
            ids[name] = await keep(uow, key, name, now=now, **told)
        await uow.commit()
    return Store(key=key, ids=ids)


NEWEST_FIRST = [*reversed(DOCUMENTS)]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 100])
async def test_a_list_holds_each_document_once(store: Store, reading: Read, limit: int) -> None:
    """The one that came in last first, however it is cut into pages."""
    assert await store.find(reading, limit=limit) == NEWEST_FIRST
    assert await store.find(reading, limit=limit, text="giay") == NEWEST_FIRST


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("khai sinh", ["birth"]),
        ("KHAI SINH", ["birth"]),
        ("giấy khai", ["birth"]),
        ("giây khai", []),  # with a mark, and another one
        ("giay chung nhan", ["house"]),
        ("dat", ["house"]),
        ("đất", ["house"]),
        ("đat", []),
        ("01234", ["house"]),
        ("45/gpxd", ["licence"]),
        ("an nguyen", ["today", "house", "birth"]),
        ("so nong nghiep", ["house"]),
        ("hóa đơn", ["today"]),
        ("hoa don", ["today"]),
        ("sinh xây", []),
        ("inh", []),  # within a word
        ("", NEWEST_FIRST),
        (" ;/ ", NEWEST_FIRST),
    ],
)
async def test_words_find_documents(store: Store, reading: Read, text: str, expected: Sequence[str]) -> None:
    """In any order and case, from the beginning of a word on; without marks all, with marks those."""
    assert await store.find(reading, text=text) == expected
    assert await store.find(reading, text=text, limit=1) == expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"kind": DocumentKind.COMPONENT}, ["licence"]),
        ({"type_code": "KQ.DAT"}, ["house"]),
        ({"agency_code": "H26.1.2"}, ["licence"]),
        ({"procedure_code": "1.002000"}, ["house"]),
        ({"dossier_code": "H26.1-250101-0007"}, ["house"]),
        ({"issued_from": date(2025, 1, 31)}, ["today", "house", "birth"]),
        ({"issued_until": date(2025, 1, 31)}, ["licence", "house"]),
        ({"issued_from": date(2025, 1, 1), "issued_until": date(2025, 12, 31)}, ["house"]),
        ({"expired": True}, ["licence"]),
        ({"expired": False}, ["today", "house", "birth"]),
        ({"state": DocumentState.VALID}, NEWEST_FIRST),
        ({"state": DocumentState.REVOKED}, []),
        ({"text": "giay", "kind": DocumentKind.COMPONENT}, ["licence"]),
    ],
)
async def test_filters_choose(
    store: Store, reading: Read, wanted: dict[str, Any], expected: Sequence[str]
) -> None:
    """By each of them, and together with words; the last day still counts, and ends in Vietnam."""
    assert await store.find(reading, **wanted) == expected


async def test_a_search_is_bounded(store: Store, reading: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks at so many documents at a time, says where it stopped, and finds what lies behind."""
    monkeypatch.setattr(finding, "MOST_SCANNED", 2)
    async with reading() as opened:
        wanted = Wanted(text="khai sinh")
        first = await finding.page(opened, store.key.party_id, wanted, after=None, limit=10, now=NOW)
    assert (first.documents, first.place is None) == ((), False)
    assert await store.find(reading, text="khai sinh") == ["birth"]
    assert await store.find(reading, text="giay", limit=1) == NEWEST_FIRST
    assert await store.find(reading, text="nothing of the kind") == []


async def test_names_come_from_the_catalogue(store: Store, reading: Read) -> None:
    """Where it has them; here it has none."""
    async with reading() as opened:
        page = await finding.page(opened, store.key.party_id, Wanted(), after=None, limit=1, now=NOW)
    assert (page.documents[0].agency_name, page.documents[0].procedure_name) == (None, None)


async def test_a_foreign_document_is_not_there(store: Store, unit_of_work: Open, reading: Read) -> None:
    """Neither it nor its files; nor is one that nobody has, nor one that was removed."""
    async with unit_of_work() as uow:
        stranger = await make_party(uow, "001190000033")
        await (await uow.driver()).execute(
            "UPDATE document SET removed_at = now() WHERE id = %s", (store.ids["house"],)
        )
        await uow.commit()
    asked = [
        (stranger.party_id, store.ids["birth"]),
        (store.key.party_id, UUID(int=1)),
        (store.key.party_id, store.ids["house"]),
    ]
    for party_id, document_id in asked:
        async with reading() as opened:
            with pytest.raises(NotFoundError):
                await opening.versions(opened, party_id, document_id)
            with pytest.raises(NotFoundError):
                await opening.open_one(opened, party_id, document_id, FileRole.COPY)
    async with reading() as opened:
        own = await opening.open_one(opened, store.key.party_id, store.ids["birth"], FileRole.COPY)
    assert (own.document.id, own.file.role) == (store.ids["birth"], FileRole.COPY)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE document SET title_sealed = set_byte(title_sealed, 20, get_byte(title_sealed, 20) # 1)",
        "UPDATE document SET state = 'excellent'",
        "UPDATE document SET issued_on = '2030-01-01'",
        "UPDATE document_file SET size = 1",
    ],
)
async def test_damaged_documents_stand_in_nobodys_way(
    store: Store, unit_of_work: Open, reading: Read, damage: str
) -> None:
    """They are named, not shown; all others are."""
    hurt = store.ids["house"]
    column = "document_id" if "document_file" in damage else "id"
    async with unit_of_work() as uow:
        await (await uow.driver()).execute(f"{damage} WHERE {column} = %s".encode(), (hurt,))
        await uow.commit()
    for text in (None, "giay"):
        async with reading() as opened:
            wanted = Wanted(text=text)
            page = await finding.page(opened, store.key.party_id, wanted, after=None, limit=9, now=NOW)
        assert page.damaged == (hurt,)
        assert {own.document.id for own in page.documents} == set(store.ids.values()) - {hurt}
    async with reading() as opened:
        with pytest.raises(NotIntact):
            await opening.versions(opened, store.key.party_id, hurt)
        with pytest.raises(NotIntact):
            await opening.open_one(opened, store.key.party_id, hurt, FileRole.ORIGINAL)
        told = await changes.changed(opened, store.key.party_id, after=(0, BEFORE_ALL_IDS), limit=9)
    assert [change.id for change in told if change.damaged] == [hurt]


async def test_changes_are_told_from_a_moment_on(store: Store, unit_of_work: Open, reading: Read) -> None:
    """A new state, a new document and a removal, also of a transaction that commits late; nothing else."""
    async with reading() as opened:
        before = await changes.moment(opened, store.key.party_id)
        assert [one.id for one in await changed(opened, store, 0)] == sorted(store.ids.values())
        floor = [one.id for one in await changed(opened, store, before.floor)]
    assert floor == []
    late, waiting = asyncio.Event(), asyncio.Event()

    async def commit_late() -> None:
        async with unit_of_work() as uow:
            await states.revoke(uow, [AGENCY], store.ids["birth"], reason="Cấp sai", now=NOW)
            waiting.set()
            await late.wait()
            await uow.commit()

    task = asyncio.create_task(commit_late())
    await waiting.wait()
    async with unit_of_work() as uow:
        new = await keep(uow, store.key, "new")
        await uow.commit()
    async with reading() as opened:
        meanwhile = await changes.moment(opened, store.key.party_id)
        assert [one.id for one in await changed(opened, store, before.floor)] == [new]
    late.set()
    await task
    async with reading() as opened:
        told = {one.id: one.own for one in await changed(opened, store, meanwhile.floor)}
    revoked = told[store.ids["birth"]]
    assert revoked is not None
    assert revoked.document.state is DocumentState.REVOKED
    assert (await moment(reading, store)).era == before.era


async def changed(opened: Reading, store: Store, floor: int) -> Sequence[changes.Change]:
    """Return what changed from a floor on."""
    return await changes.changed(opened, store.key.party_id, after=(floor, BEFORE_ALL_IDS), limit=100)


async def moment(reading: Read, store: Store) -> changes.Moment:
    """Return where the store stands."""
    async with reading() as opened:
        return await changes.moment(opened, store.key.party_id)


async def test_pages_of_changes_hold_each_once(store: Store, reading: Read) -> None:
    """However they are cut."""
    found: list[UUID] = []
    after = (0, BEFORE_ALL_IDS)
    async with reading() as opened:
        while page := await changes.changed(opened, store.key.party_id, after=after, limit=1):
            found += [change.id for change in page]
            after = (page[-1].xid, page[-1].id)
    assert sorted(found) == sorted(store.ids.values())

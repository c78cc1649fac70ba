"""Dossiers that somebody complained about, for the score of their agency and month."""

from datetime import date, timedelta
from uuid import UUID

from storage.complaints.counting import complained
from storage.complaints.kinds import ComplaintKind
from tests.storage.complaints.bureau import NOW, Bureau

MONTH = date(2026, 11, 1)


async def measured(bureau: Bureau, code: str, *, month: date = MONTH, agency_id: UUID | None = None) -> UUID:
    """Make a dossier that ended, and counts in a month."""
    dossier_id = await bureau.dossier(code)
    await bureau.sql(
        "INSERT INTO dossier_measure (dossier_id, agency_id, month, ended_at) VALUES (%s, %s, %s, %s)",
        dossier_id,
        agency_id or bureau.agency_id,
        month,
        NOW,
    )
    return dossier_id


async def counted(bureau: Bureau, month: date = MONTH) -> dict[UUID, int]:
    """Return the counts."""
    async with bureau.open_unit() as uow:
        return dict(await complained(uow, month))


async def test_nobody_complained(bureau: Bureau):
    """A month without complaints, or without data, counts nothing."""
    assert await counted(bureau) == {}
    await measured(bureau, "H26-261121-0001")
    await bureau.file()
    assert await counted(bureau) == {}


async def test_a_dossier_counts_once(bureau: Bureau):
    """However many complaints there are, and whichever agency has them, it is the dossier's own agency's."""
    dossier_id = await measured(bureau, "H26-261121-0001")
    for _ in range(3):
        complaint_id = await bureau.file(dossier_id=dossier_id)
    await bureau.forward(complaint_id)
    await bureau.file(dossier_id=await measured(bureau, "H26-261121-0002"), at=NOW - timedelta(days=90))
    assert await counted(bureau) == {bureau.agency_id: 2}


async def test_what_is_no_complaint_does_not_count(bureau: Bureau):
    """A suggestion, one that was declined or withdrawn; but one that was answered does."""
    for number, end in enumerate(("suggestion", "decline", "withdraw", "answer", "none")):
        dossier_id = await measured(bureau, f"H26-261121-000{number}")
        kind = ComplaintKind.SUGGESTION if end == "suggestion" else ComplaintKind.COMPLAINT
        complaint_id = await bureau.file(dossier_id=dossier_id, kind=kind)
        if end == "answer":
            await bureau.accept(complaint_id)
        if end in {"decline", "withdraw", "answer"}:
            await getattr(bureau, end)(complaint_id)
    assert await counted(bureau) == {bureau.agency_id: 2}


async def test_months_and_agencies_are_apart(bureau: Bureau):
    """It counts where and when the dossier ended."""
    december = date(2026, 12, 1)
    await bureau.file(dossier_id=await measured(bureau, "H26-261121-0001"))
    there = await measured(bureau, "H26-261121-0002", month=december, agency_id=bureau.other_agency_id)
    await bureau.file(dossier_id=there)
    assert await counted(bureau) == {bureau.agency_id: 1}
    assert await counted(bureau, december) == {bureau.other_agency_id: 1}

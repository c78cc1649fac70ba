"""The second witness: what the tenant keeps in the end, whatever went over the wire."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from storage.dossiers import reading as dossiers_read
from storage.dossiers import repository as dossiers
from storage.dossiers.statuses import DossierStatus
from storage.unit_of_work import UnitOfWork
from storage.vault import documents
from storage.vault.kinds import FileRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One fact of a timeline."""

    status: DossierStatus
    occurred_at: datetime
    sequence: int | None
    step: str
    note: str | None
    due_at: datetime | None


Timelines = Mapping[str, tuple[Kept, ...]]
"""What is kept of each dossier, by its code, in no order."""
Papers = Mapping[str, bytes]
"""SHA-256 of the original of each paper, by its agency's own id for it."""


async def timelines(uow: UnitOfWork, codes: Collection[str]) -> Timelines:
    """Read the timelines of dossiers; those that are not kept are left out."""
    found: dict[str, tuple[Kept, ...]] = {}
    for code, dossier in (await dossiers.lock(uow, sorted(codes))).items():
        whole = await dossiers_read.find(uow, dossier.party.party_id, code)
        found[code] = tuple(
            Kept(
                status=told.fact.status,
                occurred_at=told.fact.occurred_at,
                sequence=told.fact.sequence,
                step=told.fact.step,
                note=told.note,
                due_at=told.fact.due_at,
            )
            for told in (whole.told if whole else ())
        )
    return found


async def papers(uow: UnitOfWork, agency: str, sources: Collection[str]) -> Papers:
    """Read what was kept of papers; those that are not kept are left out."""
    found: dict[str, bytes] = {}
    for source in sources:
        document = await documents.find_by_source(uow, agency, source)
        if document is not None:
            originals = [file.sha256 for file in document.files if file.role is FileRole.ORIGINAL]
            found[source] = originals[0]
    return found

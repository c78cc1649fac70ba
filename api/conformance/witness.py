"""The second witness: what the tenant keeps in the end, whatever went over the wire."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from api.recording.arrangements import CONTENTS, Content
from storage.arrangements import repository as arrangements
from storage.arrangements.kinds import ArrangementKind
from storage.arrangements.repository import Arrangement
from storage.dossiers import reading as dossiers_read
from storage.dossiers import repository as dossiers
from storage.dossiers import restating
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


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptItem:
    """An appointment, a payment or papers by post; `states` are all that were told, each with its time."""

    kind: ArrangementKind
    source_id: str
    state: str
    states: frozenset[tuple[str, datetime]]
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDossier:
    """A dossier beside its timeline."""

    channel: int | None
    summary: str | None
    items: tuple[KeptItem, ...]


Timelines = Mapping[str, tuple[Kept, ...]]
"""What is kept of each dossier, by its code, in no order."""
Dossiers = Mapping[str, KeptDossier]
"""What is kept of each dossier beside that, by its code."""
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


async def wholes(uow: UnitOfWork, codes: Collection[str]) -> Dossiers:
    """Read particulars of dossiers, and what is arranged; those that are not kept are left out."""
    locked = await dossiers.lock(uow, sorted(codes))
    keys = {dossier.id: dossier.party for dossier in locked.values()}
    stated = await restating.known(uow, keys)
    arranged = await arrangements.of_dossiers(uow, keys)
    return {
        code: KeptDossier(
            channel=stated[dossier.id].channel,
            summary=stated[dossier.id].summary,
            items=tuple(_item(one) for one in arranged if one.dossier_id == dossier.id),
        )
        for code, dossier in locked.items()
    }


def _item(one: Arrangement) -> KeptItem:
    return KeptItem(
        kind=one.kind,
        source_id=one.source_id,
        state=one.state,
        states=frozenset((told.state, told.at) for told in one.told),
        content=CONTENTS[one.kind].model_validate_json(one.content),
    )


async def papers(uow: UnitOfWork, agency: str, sources: Collection[str]) -> Papers:
    """Read what was kept of papers; those that are not kept are left out."""
    found: dict[str, bytes] = {}
    for source in sources:
        document = await documents.find_by_source(uow, agency, source)
        if document is not None:
            originals = [file.sha256 for file in document.files if file.role is FileRole.ORIGINAL]
            found[source] = originals[0]
    return found

"""Asking the citizen for a supplement, and its arrival, where both happen here and not at the source.

Both work on a dossier that this transaction has locked, and by the same fold as what agencies push.
"""

from datetime import datetime
from uuid import UUID

from storage.dossiers.models import DossierSupplied
from storage.dossiers.repository import NOTE, DossierWrite, LockedDossier, kept_waits, write
from storage.dossiers.statuses import DossierStatus
from storage.dossiers.timeline import Fact, State, fold
from storage.events import repository as events
from storage.events.repository import EventWrite
from storage.ids import new_id
from storage.unit_of_work import UnitOfWork

_RESUME = "UPDATE dossier SET waits = %s, updated_at = now() WHERE id = %s"


def waits_for_supplement(state: State) -> datetime | None:
    """Return since when a supplement is awaited; none where it is not, or has been supplied."""
    if state.status is not DossierStatus.SUPPLEMENT_REQUIRED or not state.waits:
        return None
    start, end = state.waits[-1]
    return start if end is None else None


async def ask(
    uow: UnitOfWork, dossier: LockedDossier, *, client_id: str, note: str | None, now: datetime
) -> Fact | None:
    """Have a dossier await a supplement, as if its source had told status 5.

    Returns the fact, where that is the current one; none where a supplement is awaited already, or a later
    fact is known: then nobody has to be told of a new status.
    """
    if waits_for_supplement(fold(dossier.facts, dossier.supplied)):
        return None
    fact = Fact(id=new_id(), status=DossierStatus.SUPPLEMENT_REQUIRED, occurred_at=now)
    state = fold([*dossier.facts, fact], dossier.supplied)
    changed = DossierWrite(
        id=dossier.id,
        code=dossier.code,
        party_id=dossier.party.party_id,
        agency_id=dossier.agency_id,
        procedure_code=None,
        channel=None,
        summary_sealed=None,
        state=state,
        changed=True,
    )
    told = EventWrite(
        id=fact.id,
        dossier_id=dossier.id,
        status=int(fact.status),
        occurred_at=fact.occurred_at,
        sequence=None,
        step=fact.step,
        note_sealed=dossier.party.encrypt_optional(note, NOTE),
        due_at=None,
    )
    await write(uow, [changed])
    await events.add(uow, client_id, [told])
    return fact if state.current.id == fact.id else None


async def supply(uow: UnitOfWork, dossier: LockedDossier, *, message_id: UUID, now: datetime) -> None:
    """Note that the citizen has supplied all that was asked for: the agency's time runs on from now.

    What was asked by a clock ahead of ours was supplied as soon as it was asked.
    """
    state = fold(dossier.facts, dossier.supplied)
    at = max(now, state.current.occurred_at)
    uow.session.add(DossierSupplied(dossier_id=dossier.id, message_id=message_id, at=at))
    resumed = fold(dossier.facts, (*dossier.supplied, at))
    driver = await uow.driver()
    await driver.execute(_RESUME, (kept_waits(resumed), dossier.id))

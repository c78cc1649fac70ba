"""What a portal tells back of what we know is recognised, though it writes less of it than we do."""

from collections.abc import Mapping
from datetime import datetime

from api.connectors.dialect import PortalDialect
from api.connectors.engine import Link
from api.connectors.portals.writing import as_taken
from api.recording.schemas import DossierEvent
from storage.portal_pulls.owners import told_by_others
from storage.unit_of_work import Reading

_Key = tuple[str, int, datetime]
_Told = tuple[datetime, str, str]
"""When something happened, at which step, and as much of that as the portal has room for."""
STEP = "PhongBanXuLy"


async def recognised(
    reading: Reading, link: Link, good: Mapping[int, DossierEvent]
) -> Mapping[int, DossierEvent]:
    """Return events, with the exact time and the step of what others told where it is the same thing.

    A portal that was told of 09:00:00.25 tells of 09:00:00, and of as much of a step as it has room for.
    Without this, each report of ours would come back as a second fact beside the first.
    """
    dialect, codes = link.deployment.dialect.dialect, {event.dossier_code for event in good.values()}
    known: dict[_Key, list[_Told]] = {}
    for fact in await told_by_others(reading, link.client_id, codes):
        written = _as_written(dialect, fact.occurred_at)
        step = as_taken(link.deployment.records, STEP, fact.step)
        if written is not None and (written, step) != (fact.occurred_at, fact.step):
            key = (fact.code, fact.status, written)
            known.setdefault(key, []).append((fact.occurred_at, fact.step, step))
    return {index: _told(event, known) for index, event in good.items()} if known else good


def _told(event: DossierEvent, known: Mapping[_Key, list[_Told]]) -> DossierEvent:
    facts = known.get((event.dossier_code, event.status, event.occurred_at), ())
    same = [(at, step) for at, step, shown in facts if event.step in {"", step, shown}]
    if not same:
        return event
    at, step = max(same)
    # Its id stands for its content, which is another now.
    event_id = f"{event.event_id}-{at.microsecond}"
    return event.model_copy(update={"occurred_at": at, "step": step, "event_id": event_id})


def _as_written(dialect: PortalDialect, moment: datetime) -> datetime | None:
    """Return a moment as the portal knows it, after it was told of it."""
    try:
        return dialect.read_time(dialect.write_time(moment))
    except ValueError:
        return None

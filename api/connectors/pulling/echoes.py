"""What a portal tells back of what we know is recognised, though its clock has fewer digits than ours."""

from collections.abc import Mapping
from datetime import datetime

from api.connectors.dialect import PortalDialect
from api.connectors.engine import Link
from api.recording.schemas import DossierEvent
from storage.portal_pulls.owners import told_by_others
from storage.unit_of_work import Reading

_Key = tuple[str, int, datetime]


async def recognised(
    reading: Reading, link: Link, good: Mapping[int, DossierEvent]
) -> Mapping[int, DossierEvent]:
    """Return events, with the exact time and the step of what others told where it is the same thing.

    A portal that was told of 09:00:00.25 tells of 09:00:00. Without this, each report of ours would come back
    as a second fact beside the first.
    """
    dialect, codes = link.deployment.dialect.dialect, {event.dossier_code for event in good.values()}
    known: dict[_Key, list[tuple[datetime, str]]] = {}
    for fact in await told_by_others(reading, link.client_id, codes):
        written = _as_written(dialect, fact.occurred_at)
        if written is not None and written != fact.occurred_at:
            key = (fact.code, fact.status, written)
            known.setdefault(key, []).append((fact.occurred_at, fact.step))
    return {index: _told(event, known) for index, event in good.items()} if known else good


def _told(event: DossierEvent, known: Mapping[_Key, list[tuple[datetime, str]]]) -> DossierEvent:
    facts = known.get((event.dossier_code, event.status, event.occurred_at), ())
    same = [(at, step) for at, step in facts if event.step in {"", step}]
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

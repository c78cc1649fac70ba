"""What a portal tells back of what we know is recognised, though it writes less of it than we do."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, time

from api.connectors.dialect import VIETNAM, PortalDialect
from api.connectors.engine import Link
from api.connectors.portals.writing import as_taken
from api.connectors.records import until_its_end
from api.recording.schemas import DossierEvent
from storage.portal_pulls.owners import Known, told_by_others
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
    Without this, each report of ours would come back as a second fact beside the first, and a time that was
    promised would move to the end of its day. A date alone, without an hour, is what others told of that day.
    """
    codes = {event.dossier_code for event in good.values()}
    known = _Known(link, await told_by_others(reading, link.client_id, codes))
    return {index: known.told(event) for index, event in good.items()}


class _Known:
    """What others told of some dossiers, by how the portal writes it."""

    def __init__(self, link: Link, facts: Iterable[Known]) -> None:
        dialect, rules = link.deployment.dialect.dialect, link.deployment.records
        self._facts: dict[_Key, list[_Told]] = {}
        self._by_status: dict[tuple[str, int], list[tuple[datetime, str]]] = {}
        self._dues: dict[tuple[str, datetime], datetime] = {}
        for fact in facts:
            self._by_status.setdefault((fact.code, fact.status), []).append((fact.occurred_at, fact.step))
            written, step = _as_written(dialect, fact.occurred_at), as_taken(rules, STEP, fact.step)
            if written is not None and (written, step) != (fact.occurred_at, fact.step):
                key = (fact.code, fact.status, written)
                self._facts.setdefault(key, []).append((fact.occurred_at, fact.step, step))
            due = _as_written(dialect, fact.due_at) if fact.due_at else None
            if fact.due_at and due is not None:
                place = (fact.code, until_its_end(due))
                self._dues[place] = max(fact.due_at, self._dues.get(place, fact.due_at))

    def told(self, event: DossierEvent) -> DossierEvent:
        """Return an event with what is known in place of what the portal has left of it."""
        facts = self._facts.get((event.dossier_code, event.status, event.occurred_at), ())
        same = [(at, step) for at, step, shown in facts if event.step in {"", step, shown}]
        at, step = max(same, default=None) or self._that_day(event) or (event.occurred_at, event.step)
        due = event.due_at and self._dues.get((event.dossier_code, event.due_at), event.due_at)
        if (at, step, due) == (event.occurred_at, event.step, event.due_at):
            return event
        # Its id stands for its content, which is another now.
        content = hashlib.blake2s(
            f"{at.timestamp()} {due and due.timestamp()} {step}".encode(), digest_size=6
        )
        event_id = f"{event.event_id}-{content.hexdigest()}"
        return event.model_copy(update={"occurred_at": at, "step": step, "due_at": due, "event_id": event_id})

    def _that_day(self, event: DossierEvent) -> tuple[datetime, str] | None:
        """Return the first that others told of a day, where an event is a day and nothing else."""
        told = self._by_status.get((event.dossier_code, event.status))
        if not told or event.step or event.note or event.due_at:
            return None
        local = event.occurred_at.astimezone(VIETNAM)
        if local.time() != time.min:
            return None
        return min((one for one in told if one[0].astimezone(VIETNAM).date() == local.date()), default=None)


def _as_written(dialect: PortalDialect, moment: datetime) -> datetime | None:
    """Return a moment as the portal knows it, after it was told of it."""
    try:
        return dialect.read_time(dialect.write_time(moment))
    except ValueError:
        return None

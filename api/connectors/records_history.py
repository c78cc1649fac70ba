"""The dates that a record bears beside its status become events of ours. Pure.

A dossier may first be heard of when it is over: when it was sent in and accepted then stands in these dates
alone. Such an event tells when a status was reached and nothing else, so that it is the same fact as whatever
else is told to have happened then (`storage.dossiers.tellings`).
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from api.connectors.dialect import NATIONAL, PortalDialect
from api.connectors.fields import Fields
from api.connectors.records import TIMES, event_id
from api.recording.service import OLDEST
from storage.dossiers.statuses import DossierStatus

_Reached = tuple[datetime, DossierStatus]
_DATES = [(status, name) for status, names in TIMES.items() for name in names]
_WISHES = "DanhSachHoSoBoSung"
_NO_RESULT = frozenset({DossierStatus.REFUSED, DossierStatus.STOPPED})


def history(
    record: Mapping[str, Any],
    now: datetime,
    dialect: PortalDialect = NATIONAL,
    *,
    current: Mapping[str, Any],
    stepped: Collection[int | None] = (),
) -> list[dict[str, Any]]:
    """Return what a dossier's dates tell of the time before its status, in order of time.

    At the moment of its status itself, what is told is the statuses that come before it: processing that has
    no time of its own is told as of the acceptance.

    A date that can not be read is left out: what is wrong in a record is said of what it tells first.

    Args:
        record: a dossier as it stands.
        now: nothing has happened later.
        dialect: of the deployment.
        current: the event of its status, as `to_event` returns it.
        stepped: statuses of which the record's steps of progress tell, and better than a date does; none
            among them stands for one that can not be read.
    """
    untold = [
        (status, name)
        for status, name in _DATES
        if record.get(name) is not None and status not in stepped and status != current["status"]
    ]
    # Mostly there is nothing to tell: steps tell it all.
    if not untold and not record.get(_WISHES):
        return []
    fields = Fields(record, dialect)
    end = (datetime.fromisoformat(current["occurred_at"]), DossierStatus(current["status"]))
    reached = _dates(fields, untold, current["status"]) | set(_supplements(fields, end, stepped))
    return [
        _bare(current, moment, status)
        for moment, status in sorted(reached)
        if OLDEST <= moment <= now and (moment, status) < end
    ]


def _dates(fields: Fields, untold: Collection[tuple[DossierStatus, str]], current: int) -> set[_Reached]:
    """Return when statuses were reached; an end of processing that is a refusal is no result."""
    read = fields.dialect.read_time
    found = {(moment, status) for status, name in untold if (moment := fields.usable(name, read))}
    refused = {moment for moment, status in found if status is DossierStatus.REFUSED}
    return {
        (moment, status)
        for moment, status in found
        if status is not DossierStatus.RESOLVED or not (current in _NO_RESULT or moment in refused)
    }


def _supplements(fields: Fields, end: _Reached, stepped: Collection[int | None]) -> Iterator[_Reached]:
    """Return requests for papers, each with the arrival of the papers, after which processing goes on.

    A request alone is not told: all the time after it would count as waiting for the citizen. Nor is one
    whose papers came before it or with it, as of two facts at one instant the request is the later. The
    arrival may be what brought the status, at the `end`: that is told already.
    """
    asking, going_on = DossierStatus.SUPPLEMENT_REQUIRED, DossierStatus.IN_PROCESS
    if asking in stepped or going_on in stepped:
        return
    for wish in fields.each(_WISHES):
        asked = wish.usable("NgayBoSung", wish.dialect.read_time)
        came = wish.usable("NgayTiepNhanBoSung", wish.dialect.read_time)
        if asked and came and OLDEST <= asked < came and (came, going_on) <= end:
            yield asked, asking
            yield came, going_on


def _bare(current: Mapping[str, Any], moment: datetime, status: DossierStatus) -> dict[str, Any]:
    told = {name: current[name] for name in ("dossier_code", "agency_code") if name in current}
    told |= {"status": int(status), "occurred_at": moment.isoformat()}
    return {"event_id": event_id(told), **told}

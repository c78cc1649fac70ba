"""Records of a portal become events that are well-formed, or strays. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.connectors.dialect import PortalDialect
from api.connectors.fields import Fields, RecordError
from api.connectors.portals.port import Record
from api.connectors.records import TIMES, to_event
from api.connectors.records_history import history
from api.recording.schemas import DossierEvent, EventAnswer
from api.recording.service import parse
from storage.dossiers.codes import normalise_dossier_code
from storage.dossiers.statuses import DossierStatus
from storage.portal_pulls.strays import Stray

FAULTY = "faulty"
"""Why a record is not kept whose keeping is a fault of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Some records, and what they tell.

    Attributes:
        good: events, by a number.
        of: which record an event is of, by its number.
        strays: of records that tell something which can not be read, by their places; the rest of what such
            a record tells is among the events.
    """

    records: Sequence[Record]
    good: Mapping[int, DossierEvent]
    of: Mapping[int, int]
    strays: Mapping[int, Stray]


def draw_up(
    records: Sequence[Record], now: datetime, dialect: PortalDialect, steps: str | None = None
) -> Drawn:
    """Read records.

    Args:
        records: dossiers as they stand.
        now: later than this nothing has happened.
        dialect: of the deployment.
        steps: the field in which a dossier has its steps of progress; none where it shows none.
    """
    items: list[dict[str, Any]] = []
    of: dict[int, int] = {}
    strays: dict[int, Stray] = {}
    for place, record in enumerate(records):
        told, error = _told(record, now, dialect, steps)
        of |= dict.fromkeys(range(len(items), len(items) + len(told)), place)
        items += told
        if error:
            strays[place] = stray_of(record, error.reason, error.field)
    parsed = parse(items, now, "vi")
    for number, answer in parsed.answers.items():
        strays.setdefault(of[number], refused(records[of[number]], answer))
    return Drawn(records=records, good=parsed.good, of=of, strays=strays)


def refused(record: Record, answer: EventAnswer) -> Stray:
    """Say why a record is not kept of which an event was refused."""
    problem: Mapping[str, Any] = answer.problem or {}
    error: Mapping[str, str] = next(iter(problem.get("errors", ())), {})
    reason = error.get("code") or str(problem.get("type", "")).rpartition(":")[2]
    return stray_of(record, reason, error.get("pointer"))


def stray_of(record: Record, reason: str, place: str | None = None) -> Stray:
    """Say why a record is not kept."""
    try:
        code = normalise_dossier_code(str(record.get("MaHoSo") or ""))
    except ValueError:
        code = None
    return Stray(record=record, code=code, reason=reason[:64], place=place and place[:200])


def _told(
    record: Record, now: datetime, dialect: PortalDialect, steps: str | None
) -> tuple[list[dict[str, Any]], RecordError | None]:
    """Return all that a record tells, its status last, and the first thing that is wrong in it.

    Where the status can not be read, it is not known either what its dates are of.
    """
    progress = _progress(record, steps)
    told: list[dict[str, Any]] = []
    first: RecordError | None = None
    stepped: set[int | None] = set()
    for one in progress:
        try:
            told.append(to_event(one, now, dialect))
            stepped.add(told[-1]["status"])
        except RecordError as error:
            first = first or error
            # What can not be read today may be tomorrow, and is then not to stand beside a date.
            stepped.add(_status(one, "TrangThai", dialect))
    try:
        current = to_event(_timed(record, progress, dialect), now, dialect)
    except RecordError as error:
        return told, first or error
    return [*told, *history(record, now, dialect, current=current, stepped=stepped), current], first


def _progress(record: Record, name: str | None) -> list[Record]:
    listed = record.get(name) if name else None
    entries = listed if isinstance(listed, list) else []
    # What stands within a dossier is of that dossier, whatever else it says or leaves out.
    return [{**entry, "MaHoSo": record.get("MaHoSo")} for entry in entries if isinstance(entry, Mapping)]


def _timed(record: Record, progress: Sequence[Record], dialect: PortalDialect) -> Record:
    """Return a dossier with the time and place of the step that brought it to its status.

    A status that has no date of its own would else be a fact beside that step: the same one, at the time of
    something else.
    """
    status = _status(record, "TrangThaiHoSo", dialect)
    dated = status in TIMES or record.get("DanhSachHoSoBoSung") or record.get("ThoiDiemXuLy")
    if status is None or dated:
        return record
    times = [
        (moment, place)
        for place, step in enumerate(progress)
        if _status(step, "TrangThai", dialect) is status
        and (moment := Fields(step, dialect).usable("ThoiDiemXuLy", dialect.read_time))
    ]
    if not times:
        return record
    step = progress[max(times)[1]]
    return {**record, **{name: step.get(name) for name in ("ThoiDiemXuLy", "PhongBanXuLy")}}


def _status(record: Record, name: str, dialect: PortalDialect) -> DossierStatus | None:
    return Fields(record, dialect).usable(name, lambda text: dialect.statuses[text.removesuffix(".0")])

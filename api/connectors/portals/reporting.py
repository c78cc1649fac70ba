"""Reporting to any portal until it is known what came of it: nothing is sent again before it is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from api.connectors.dialect import PortalDialect
from api.connectors.fields import Fields, RecordError
from api.connectors.portals.port import (
    NotLetInError,
    Outcome,
    Portal,
    PortalError,
    Record,
    Reported,
)

MOST_SENDS = 3
"""As new, as an update, and once more where an answer was lost."""
_CUT = 30
"""Texts that are shorter were never seen to be cut."""
_ASKED_FOR = frozenset({Outcome.UNKNOWN, Outcome.EXISTS, Outcome.MISSING})
_DATES = ("Ngay", "ThoiDiem")


async def report_dossier(
    portal: Portal, record: Record, *, updating: bool = False, doubted: bool = False
) -> Reported:
    """Send a dossier; as an update if the portal knows it, as a new one if it does not.

    Args:
        portal: to whom.
        record: the dossier, as `outward.dossier_record` writes it.
        updating: the portal is believed to know it.
        doubted: an earlier report of it ended in UNKNOWN, so it is asked for first.

    Returns:
        DONE, REFUSED or RETRYABLE; UNKNOWN where the portal could not be asked either.

    Raises:
        NotLetInError: an operator has something to mend.
        NotOfferedError: the deployment does not take dossiers.
    """
    said = Reported(outcome=Outcome.UNKNOWN)
    for turn in range(MOST_SENDS + doubted):
        if turn or not doubted:
            said = await portal.report_dossier(record, updating=updating)
            if said.outcome not in _ASKED_FOR:
                return said
        if said.outcome is _USUAL[updating]:
            updating = not updating
            continue
        try:
            known = await portal.dossier(str(record["MaHoSo"]))
        except PortalError:
            return replace(said, outcome=Outcome.UNKNOWN)
        if known is not None and same_state(record, known, portal.dialect):
            return replace(said, outcome=Outcome.DONE)
        forgotten = updating and known is None
        if said.outcome is Outcome.UNKNOWN and said.answer is not None and not forgotten:
            # It spoke in words that nobody has explained, and has not done it.
            return replace(said, outcome=Outcome.REFUSED)
        updating = known is not None
    return replace(said, outcome=Outcome.UNKNOWN)


_USUAL = {False: Outcome.EXISTS, True: Outcome.MISSING}
"""What is to be expected of a new dossier, and of an update, that are the other; the reverse is nonsense."""


async def report_progress(
    portal: Portal, records: Sequence[Record], *, doubted: bool = False
) -> list[Reported]:
    """Send steps of progress; ask for those whose answer was lost, and send again what has not arrived.

    Where the portal does not show steps, UNKNOWN stays.

    Args:
        portal: to whom.
        records: steps, as `outward.progress_record` writes them.
        doubted: an earlier report of them ended in UNKNOWN, so they are asked for first.

    Raises:
        NotLetInError: an operator has something to mend.
        NotOfferedError: the deployment does not take progress.
    """
    unknown = Reported(outcome=Outcome.UNKNOWN)
    said = [unknown] * len(records) if doubted else await portal.report_progress(records)
    lost = [at for at, one in enumerate(said) if one.outcome is Outcome.UNKNOWN]
    arrived = {at: await _arrived(portal, records[at]) for at in lost}
    for at in (at for at in lost if arrived[at]):
        said[at] = replace(said[at], outcome=Outcome.DONE)
    again = [at for at in lost if arrived[at] is False]
    if again:
        outcomes = await _sent_again(portal, [records[at] for at in again])
        for at, one in zip(again, outcomes, strict=True):
            said[at] = one
    return said


async def _sent_again(portal: Portal, records: Sequence[Record]) -> list[Reported]:
    try:
        return await portal.report_progress(records)
    except NotLetInError as error:
        # They were asked for, and are not there. What came of the others must not be forgotten.
        return [Reported(outcome=Outcome.RETRYABLE, answer=error.answer)] * len(records)


def same_state(ours: Record, theirs: Record, dialect: PortalDialect) -> bool:
    """Whether a dossier stands there as we said: its status, and each date of ours that they show.

    Texts are not compared: deployments cut them without a word.
    """
    our, their = Fields(ours, dialect), Fields(theirs, dialect)
    dates = [name for name in ours if name.startswith(_DATES)]
    try:
        if _status(our, "TrangThaiHoSo") != _status(their, "TrangThaiHoSo"):
            return False
        return all(their.text(name) is None or our.time(name) == their.time(name) for name in dates)
    except RecordError:
        return False


async def _arrived(portal: Portal, step: Record) -> bool | None:
    """Whether a step is there; none where that can not be asked, or not even its dossier is shown."""
    code = str(step["MaHoSo"])
    try:
        known = await portal.progress(code)
        if not known and await portal.dossier(code) is None:
            return None
    except PortalError:
        return None
    return any(_same_step(step, one, portal.dialect) for one in known)


def _same_step(ours: Record, theirs: Record, dialect: PortalDialect) -> bool:
    our, their = Fields(ours, dialect), Fields(theirs, dialect)
    try:
        moments = (our.time("ThoiDiemXuLy"), their.time("ThoiDiemXuLy"))
        same = moments[0] == moments[1] and _status(our, "TrangThai") == _status(their, "TrangThai")
        return same and _same_place(our.text("PhongBanXuLy"), their.text("PhongBanXuLy"))
    except RecordError:
        return False


def _same_place(ours: str | None, theirs: str | None) -> bool:
    """Whether two steps at one moment are one, by where they were taken; a name may be cut over there."""
    if ours is None or theirs is None or ours == theirs:
        return True
    return len(theirs) >= _CUT and ours.startswith(theirs)


def _status(fields: Fields, name: str) -> object:
    table: Mapping[str, object] = fields.dialect.statuses
    return fields.required(name, table.__getitem__)

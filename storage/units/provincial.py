"""Procedures that are a province's own: known by the committee that promulgates them. Pure."""

import re

from storage.procedures.record import Procedure
from storage.units.gazetteer import Gazetteer
from storage.units.record import Province

_COMMITTEE = re.compile(
    r"(?:UBND|(?:Ủy|Uỷ) ban nhân dân) (?P<name>(?:tỉnh|thành phố|TP\.?) (?P<short>.+))", re.IGNORECASE
)


def with_province(procedure: Procedure, gazetteer: Gazetteer) -> Procedure:
    """Return a procedure with the province of today that it is for, where one promulgates it.

    A procedure of a province that was merged is its successor's.
    """
    code = procedure.province or province_of(procedure.promulgating_agency or "", gazetteer)
    return procedure if code == procedure.province else procedure.model_copy(update={"province": code})


def province_of(agency: str, gazetteer: Gazetteer) -> str | None:
    """Return the code of the province whose committee a name names; none for any other agency."""
    committee = _COMMITTEE.fullmatch(agency)
    if committee is None:
        return None
    # A province that has become a city goes by the word for either for a while.
    for name in (committee["name"], committee["short"]):
        found = {match.unit.code for match in gazetteer.find(name) if isinstance(match.unit, Province)}
        if len(found) == 1:
            return found.pop()
    return None

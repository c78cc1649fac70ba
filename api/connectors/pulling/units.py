"""The list of administrative units that a portal shares."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from api.connectors.engine import Link
from api.connectors.portals.deployment import Offer
from api.connectors.portals.list_rules import UnitNames
from api.connectors.portals.port import Page, Record
from api.connectors.pulling.lists import SharedList, Taken
from storage.portal_pulls.kinds import Stream
from storage.procedures.formats.cleaning import name_line
from storage.procedures.formats.faults import Fault, Faults
from storage.procedures.formats.reasons import reason_of
from storage.unit_of_work import UnitOfWork
from storage.units import repository as units
from storage.units.files import TWICE, reason_why, require_whole
from storage.units.gazetteer import KINDS
from storage.units.merging import changed, merged
from storage.units.record import Commune, Province

_WORDS = tuple(word for word, _ in KINDS)
_PROVINCE_DIGITS = 2


async def _read(link: Link, cursor: str | None) -> Page:
    return await link.portal.units(cursor)


async def _take(uow: UnitOfWork, link: Link, records: Sequence[Record]) -> Taken:
    """Put units in force as the list tells of them. Raises FileRefusedError: all of it, or nothing."""
    told = read_units(records, link.deployment.lists.unit)
    before = await units.load_to_change(uow)
    provinces = [unit for unit in told.values() if isinstance(unit, Province)]
    communes = [unit for unit in told.values() if isinstance(unit, Commune)]
    after = merged(before, provinces, communes)
    require_whole(after)
    await units.put(uow, after, author=link.client_id, source=link.name)
    return Taken(codes=told, changed=len(changed(before, after)))


UNITS = SharedList(stream=Stream.UNITS, offer=Offer.UNITS, read=_read, take=_take, tier=len)


def read_units(records: Sequence[Record], names: UnitNames) -> Mapping[str, Province | Commune]:
    """Return units by code. One that comes twice, as pages may move, is one unless it differs.

    Raises FileRefusedError, which names all that can not be read by their places in the list.
    """
    found: dict[str, Province | Commune] = {}
    faults = Faults()
    for number, record in enumerate(records, start=1):
        unit = _unit(record, names, number)
        if isinstance(unit, Fault):
            faults.add(unit)
        elif found.setdefault(unit.code, unit) != unit:
            faults.add(Fault(number=number, unit="item", reason=TWICE.of(key=unit.code)))
    faults.require_none()
    return found


def _unit(record: Record, names: UnitNames, number: int) -> Province | Commune | Fault:
    try:
        code, name, kind, parent = (
            name_line(record.get(word)) for word in (names.code, names.name, names.kind, names.parent)
        )
    except ValueError as error:
        return Fault(number=number, unit="item", reason=reason_of(error))
    given: dict[str, Any] = {"code": code, "province_code": parent, **_named(name, kind)}
    model = Province if len(code or "") == _PROVINCE_DIGITS else Commune
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = _FIELDS[str(first["loc"][0])]
        return Fault(number=number, unit="item", field=getattr(names, field), reason=reason_why(first))


_FIELDS = {"code": "code", "name": "name", "short_name": "name", "kind": "kind", "province_code": "parent"}
"""In which field of the list a field of ours is at fault."""


def _named(name: str | None, kind: str | None) -> Mapping[str, str | None]:
    """Return a unit's name with its kind, without it, and its kind, whichever of them was told."""
    if name is None:
        return {"name": None, "short_name": None, "kind": kind}
    word = next((one for one in _WORDS if name.casefold().startswith(f"{one} ")), None)
    if word:
        return {"name": name, "short_name": name[len(word) + 1 :], "kind": name[: len(word)]}
    return {"name": f"{kind} {name}" if kind else name, "short_name": name, "kind": kind}

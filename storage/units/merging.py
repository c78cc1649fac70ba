"""Units that some list tells of, among those of which it says nothing. Pure."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from storage.units.record import Commune, Province, Units

Unit = TypeVar("Unit", Province, Commune)


def merged(before: Units, provinces: Sequence[Province], communes: Sequence[Commune]) -> Units:
    """Return units as a list tells of some; the others, and the map from former ones, stay as they are.

    A unit of which no place on earth is told keeps its own.
    """
    return before.model_copy(
        update={
            "provinces": _merged(before.provinces, provinces),
            "communes": _merged(before.communes, communes),
        }
    )


def changed(before: Units, after: Units) -> tuple[str, ...]:
    """Return the codes of units that are new or other than before, provinces first."""
    return (*_changed(before.provinces, after.provinces), *_changed(before.communes, after.communes))


def _changed(before: Sequence[Unit], after: Sequence[Unit]) -> tuple[str, ...]:
    known = {unit.code: unit for unit in before}
    return tuple(unit.code for unit in after if known.get(unit.code) != unit)


def _merged(before: Sequence[Unit], told: Sequence[Unit]) -> tuple[Unit, ...]:
    units: dict[str, Unit] = {unit.code: unit for unit in before}
    units |= {unit.code: _in_its_place(unit, units) for unit in told}
    return tuple(units[code] for code in sorted(units))


def _in_its_place(unit: Unit, known: Mapping[str, Unit]) -> Unit:
    place = known.get(unit.code)
    if place is None or (unit.latitude, unit.longitude) != (None, None):
        return unit
    return unit.model_copy(update={"latitude": place.latitude, "longitude": place.longitude})

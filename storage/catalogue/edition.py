"""One state of catalogue and units, as it is asked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from storage.procedures.record import Procedure
from storage.procedures.versions import versions
from storage.search.catalogue import Catalogue
from storage.unit_of_work import Reading
from storage.units import repository as units
from storage.units.gazetteer import Gazetteer
from storage.units.provincial import province_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Which versions of catalogue and units these are.

    Numbers alone do not tell: a database that was put back begins to count anew where it was.
    """

    catalogue: int = 0
    digest: bytes = b""
    units: int = 0
    units_imported_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A catalogue, and the units by which places are found."""

    stamp: Stamp
    catalogue: Catalogue
    gazetteer: Gazetteer

    @property
    def number(self) -> int:
        """The version of the catalogue."""
        return self.stamp.catalogue

    def __len__(self) -> int:
        """Return how many procedures there are."""
        return len(self.catalogue)


async def stamp_in_force(reading: Reading) -> Stamp:
    """Return which versions the database has now."""
    catalogue = await versions(reading, limit=1)
    of_units = await units.versions(reading, limit=1)
    return Stamp(
        catalogue=catalogue[0].number if catalogue else 0,
        digest=catalogue[0].digest if catalogue else b"",
        units=of_units[0].number if of_units else 0,
        units_imported_at=of_units[0].imported_at if of_units else None,
    )


def own_province(gazetteer: Gazetteer) -> Callable[[Procedure], str | None]:
    """Return what tells which province's own a procedure is: it says so itself, or its committee does."""
    by_agency = lru_cache(maxsize=1000)(lambda agency: province_of(agency, gazetteer))
    return lambda procedure: procedure.province or by_agency(procedure.promulgating_agency or "")

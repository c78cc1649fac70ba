"""What units that are to replace others leave out. Pure."""

from typing import Literal

from storage.errors import StorageError
from storage.procedures.comparing import MOST_GONE
from storage.units.record import Units

UnitTable = Literal["provinces", "communes", "former"]


class UnitsShrunk(StorageError):  # noqa: N818 - says what is the case
    """So many units are missing in what is to replace them that it seems to have been cut."""

    def __init__(self, *, table: UnitTable, gone: int, total: int) -> None:
        super().__init__(f"{gone} of {total} {table} would be gone")
        self.table = table
        self.gone = gone
        self.total = total


def require_no_shrinkage(before: Units, after: Units) -> None:
    """Raise UnitsShrunk where more than 30% of the provinces, of the communes or of the map would be gone.

    What is counted are codes, and pairs of codes in the map: a name or a place on earth may be mended.
    """
    tables: tuple[UnitTable, ...] = ("provinces", "communes", "former")
    for table in tables:
        kept = _keys(before, table)
        gone = len(kept - _keys(after, table))
        if gone > MOST_GONE * len(kept):
            raise UnitsShrunk(table=table, gone=gone, total=len(kept))


def _keys(units: Units, table: UnitTable) -> set[tuple[str, ...]]:
    if table == "former":
        return {(row.code, row.new_code) for row in units.former}
    return {(unit.code,) for unit in getattr(units, table)}

"""Reading a list by pages, of which any can be cut short, come twice, or move while it is read. Pure."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from api.connectors.portals.outcomes import Understood
from api.connectors.portals.port import Page, Record, UnavailableError


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a reading stands.

    Attributes:
        page: the next one, from 1.
        total: how many records there were in all by the last page, if it said so.
        before: stands for the content of the last page.
    """

    page: int = 1
    total: int | None = None
    before: str = ""

    def __str__(self) -> str:
        return f"{self.page}.{'' if self.total is None else self.total}.{self.before}"

    @classmethod
    def read(cls, cursor: str | None) -> Self:
        """Return the place that a cursor names. Raises ValueError."""
        if cursor is None:
            return cls()
        page, total, before = cursor.split(".")
        place = cls(page=int(page), total=int(total) if total else None, before=before)
        if place.page < 1:
            raise ValueError("pages are counted from 1")
        return place


def check_page(understood: Understood, place: Place, size: int | None) -> None:
    """Raise UnavailableError for a page that can not be the one that was asked for.

    Args:
        understood: what was answered.
        place: where we are.
        size: how many records a page has; None where all come at once.
    """
    found, total = understood.found, understood.total
    if total is not None and len(found) < (wanted := _wanted(total, place, size)):
        raise UnavailableError(
            f"{len(found)} records where {wanted} are told of: cut short, or page_size is not the portal's"
        )
    if found and place.before == _print(found):
        raise UnavailableError("the page before came again")


def page_of(understood: Understood, place: Place, size: int | None) -> Page:
    """Return a page that was checked, and where to go on."""
    found, total = understood.found, understood.total
    records: Sequence[Record] = [entry for entry in found if isinstance(entry, Mapping)]
    following = _following(place, found, total, size)
    return Page(
        records=records,
        cursor=None if following is None else str(following),
        total=total,
        unreadable=len(found) - len(records),
    )


def _wanted(total: int, place: Place, size: int | None) -> int:
    return total if size is None else max(0, min(size, total - (place.page - 1) * size))


def _following(place: Place, found: Sequence[Any], total: int | None, size: int | None) -> Place | None:
    if size is None:
        return None
    if total is not None and place.total is not None and total < place.total and place.page > 1:
        # Records left the list, so others moved to pages that were read already.
        back = math.ceil((place.total - total) / size)
        return Place(page=max(1, place.page - back), total=total)
    # Where nobody tells how many there are, only an empty page is known to be the last.
    more = bool(found) if total is None else place.page * size < total
    return Place(page=place.page + 1, total=total, before=_print(found)) if more else None


def _print(found: Sequence[Any]) -> str:
    content = json.dumps(found, sort_keys=True).encode()
    return hashlib.blake2s(content, digest_size=6).hexdigest()

"""The doors of the API by which an agency's system may tell: one that uses some is tried by those alone."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from api.bilingual import Words


class Door(StrEnum):
    """A part of the API; an integration rarely uses all of them."""

    EVENTS = "events"
    RESULTS = "results"
    DOSSIERS = "dossiers"
    ARRANGEMENTS = "arrangements"
    TABLES = "tables"

    @property
    def words(self) -> Words:
        """What is told there."""
        return _TITLES[self]


Doors = frozenset[Door]
ALL = frozenset(Door)
USUAL = frozenset({Door.EVENTS, Door.RESULTS})
"""What is tried where nobody says which doors are used."""
_TITLES = {
    Door.EVENTS: Words(
        "Sự kiện: POST /v1/agency/dossier-events",
        "Events: POST /v1/agency/dossier-events",
    ),
    Door.RESULTS: Words(
        "Kết quả: POST /v1/agency/results",
        "Papers: POST /v1/agency/results",
    ),
    Door.DOSSIERS: Words(
        "Cả hồ sơ: PUT /v1/agency/dossiers/{code}",
        "Whole dossiers: PUT /v1/agency/dossiers/{code}",
    ),
    Door.ARRANGEMENTS: Words(
        "Lịch hẹn, khoản phải nộp, bưu gửi: …/appointments, …/payments, …/postal-items",
        "Appointments, payments, papers by post: …/appointments, …/payments, …/postal-items",
    ),
    Door.TABLES: Words(
        "Bảng CSV: POST /v1/agency/dossier-events/csv",
        "Tables: POST /v1/agency/dossier-events/csv",
    ),
}


def read_doors(given: Any) -> Doors | None:
    """Read which doors an integration says it uses: a list of names; none where it says nothing of the kind.

    What names no door is passed over: a later kit may know more of them.
    """
    if not isinstance(given, list):
        return None
    return frozenset(door for door in Door if door.value in given) or None


def named(doors: Iterable[Door]) -> str:
    """Name doors, in their order."""
    chosen = set(doors)
    return ", ".join(door.value for door in Door if door in chosen)

"""Whom a survey is for. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from storage.surveys.kinds import ENDED_WITHIN_AT_MOST

MOST_PROCEDURES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Everybody:
    """Whoever has the link, any number of times."""

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {"kind": "everybody"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfDossiers:
    """The parties of dossiers that ended lately, each invited once.

    Attributes:
        agency_id: whose the dossiers are, or of an agency below it.
        procedures: short codes; none for all.
        ended_within: days since the end.
    """

    agency_id: UUID
    procedures: tuple[str, ...] = ()
    ended_within: timedelta

    def __post_init__(self) -> None:
        if not timedelta(days=1) <= self.ended_within <= timedelta(days=ENDED_WITHIN_AT_MOST):
            raise ValueError(f"dossiers ended 1 to {ENDED_WITHIN_AT_MOST} days ago")
        if len(self.procedures) > MOST_PROCEDURES:
            raise ValueError(f"at most {MOST_PROCEDURES} procedures are named")

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {
            "kind": "dossiers",
            "agency_id": str(self.agency_id),
            "procedures": list(self.procedures),
            "ended_within_days": self.ended_within.days,
        }


Audience = Everybody | OfDossiers


def read(kept: Mapping[str, Any]) -> Audience:
    """Read an audience as it was kept."""
    if kept["kind"] == "everybody":
        return Everybody()
    return OfDossiers(
        agency_id=UUID(kept["agency_id"]),
        procedures=tuple(kept["procedures"]),
        ended_within=timedelta(days=kept["ended_within_days"]),
    )

"""Which agency a code means on a day. Pure.

A code is one agency's own, and may be another code (an alias) of others. It means, on a day,

1. whose own it is, if that agency is in force;
2. else whose alias it is, if the alias says that the day is among its own;
3. else whose own it is, though it has ended or is yet to begin: its dossiers go on under its code;
4. else whose alias it is, if that names no days;
5. else whose alias it is on other days: a system that is late with a change of codes is still understood.

So one that has ended keeps its code until that is given on, and from that day on the code means the new one,
while what happened before is still the old one's.
"""

from dataclasses import dataclass
from datetime import date

Rank = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearing:
    """That an agency bears a code: as its own, or as another, from `valid_from` to `valid_to`, both included.

    For its own code these are the first and the last day of the agency itself.
    """

    own: bool
    valid_from: date | None = None
    valid_to: date | None = None

    def holds(self, day: date) -> bool:
        """Whether a day in Vietnam is among its days."""
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)

    def meets(self, other: "Bearing") -> bool:
        """Whether both have a day in common: then the code would mean two agencies at once."""
        return (self.valid_from or date.min) <= (other.valid_to or date.max) and (
            other.valid_from or date.min
        ) <= (self.valid_to or date.max)

    def rank(self, day: date) -> Rank:
        """Return how far it stands from being meant on a day: of several, the least is.

        Of equals, the one that began last.
        """
        return (self._place(day), -(self.valid_from or date.min).toordinal())

    def _place(self, day: date) -> int:
        if self.own:
            return 1 if self.holds(day) else 3
        if self.valid_from is None and self.valid_to is None:
            return 4
        return 2 if self.holds(day) else 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """Another code of an agency, and the first and the last day on which it is: open where none."""

    code: str
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def bearing(self) -> Bearing:
        """How the agency bears it."""
        return Bearing(own=False, valid_from=self.valid_from, valid_to=self.valid_to)

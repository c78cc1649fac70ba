"""What a representation may be by law: pure, told apart by field and reason."""

from dataclasses import dataclass
from datetime import date, datetime, time

from storage.dossiers.working_days import VIETNAM
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.representations.kinds import Power, RepresentationKind

MAJORITY = 18
"""Years of age from which a person is an adult (Civil Code 91/2015/QH13, article 20)."""

YEARS = range(1900, 3000)
"""In which a right may begin and end: the first year and the last are others by other clocks."""


class InvalidTerms(ValueError):  # noqa: N818  # named for what was found, as callers read it
    """A representation that the law, or good sense, does not know.

    ``field`` names what is at fault; ``reason`` is stable, to be worded by the caller.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """By what right, for what, and how long; whom it binds is needed to tell whether it can be.

    Attributes:
        scope: `everything`, or some powers; see `kinds`.
        valid_until: the first moment at which it is over; none only for a legal representative.
        born_on: the represented person's date of birth, where it is known better than by the number.

    Raises:
        InvalidTerms: it can not be.
    """

    kind: RepresentationKind
    representative: PartyIdentity
    represented: PartyIdentity
    scope: frozenset[str]
    valid_from: datetime
    valid_until: datetime | None
    born_on: date | None = None

    def __post_init__(self) -> None:
        self._check_parties()
        if not self.scope or not self.scope <= set(Power):
            raise InvalidTerms("scope", "unknown-scope")
        if self.born_on is not None and self.born_on.year != self._birth_year:
            raise InvalidTerms("born_on", "another-birth-year")
        self._check_time()

    def _check_parties(self) -> None:
        mine, theirs = self.representative, self.represented
        if (mine.kind, mine.number) == (theirs.kind, theirs.number):
            raise InvalidTerms("representative", "represents-itself")
        organisation = theirs.kind is PartyKind.ORGANISATION
        if self.kind is RepresentationKind.AUTHORISED:
            return
        if organisation is not (self.kind is RepresentationKind.LEGAL_REPRESENTATIVE):
            raise InvalidTerms("represented", "wrong-party-kind")
        # A guardian may be an organisation (article 50), as a home for children is; nobody else may.
        if mine.kind is PartyKind.ORGANISATION and self.kind is not RepresentationKind.GUARDIAN:
            raise InvalidTerms("representative", "wrong-party-kind")

    def _check_time(self) -> None:
        for field, at in (("valid_from", self.valid_from), ("valid_until", self.valid_until)):
            if at is not None and at.year not in YEARS:
                raise InvalidTerms(field, "out-of-range")
        if self.valid_until is None:
            if self.kind is not RepresentationKind.LEGAL_REPRESENTATIVE:
                raise InvalidTerms("valid_until", "needs-an-end")
            return
        if self.valid_until <= self.valid_from:
            raise InvalidTerms("valid_until", "ends-before-it-begins")
        if self.kind is RepresentationKind.PARENT and self.valid_until > self._adult_at:
            raise InvalidTerms("valid_until", "child-is-adult-then")

    @property
    def _birth_year(self) -> int | None:
        return birth_year(self.represented)

    @property
    def _adult_at(self) -> datetime:
        """When the represented person is an adult at the latest: at the birthday, else at the year's end."""
        if self.born_on is not None:
            day = _birthday(self.born_on, MAJORITY)
        else:
            day = date((self._birth_year or 0) + MAJORITY + 1, 1, 1)
        return datetime.combine(day, time(), VIETNAM)


def birth_year(identity: PartyIdentity) -> int | None:
    """Return the year of birth that a citizen number tells (Circular 59/2021/TT-BCA, article 4)."""
    if identity.kind is not PartyKind.PERSON:
        return None
    return 1900 + int(identity.number[3]) // 2 * 100 + int(identity.number[4:6])


def _birthday(born_on: date, years: int) -> date:
    try:
        return born_on.replace(year=born_on.year + years)
    except ValueError:  # 29 February, and no leap year
        return date(born_on.year + years, 3, 1)

"""What procedures are sifted and sorted by. Pure."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from storage.procedures.record import ApplicantKind, Channel, Level, OnlineLevel, Procedure, TimeLimit, Unit
from storage.search.index import Searchable

_DAYS = {Unit.HOUR: 1 / 24, Unit.WORKING_DAY: 1.0, Unit.DAY: 1.0, Unit.MONTH: 30.0, Unit.YEAR: 365.0}

COMMUNE_PRIOR, PROVINCE_PRIOR, CITIZEN_PRIOR, STANDARD_PRIOR = 1.0, 0.1, 0.65, 0.65


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A time limit that can be compared: so many of a unit."""

    quantity: float
    unit: Unit

    @property
    def days(self) -> float:
        """How many days of its own kind it is, working days or others."""
        return self.quantity * _DAYS[self.unit]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One procedure, as far as lists need it.

    Attributes:
        online: how much can be done online; a part at least where handing in online is a way.
        limit: the shortest time limit that is stated; none where none is.
        fee: the lowest fee that is stated, in đồng; 0 is free of charge; none where none is published.
        province: new code of the province whose own it is; none for what holds everywhere.
    """

    code: str
    name: str
    field: str | None
    agency: str | None
    levels: tuple[Level, ...]
    applicants: tuple[ApplicantKind, ...]
    online: OnlineLevel | None
    limit: Limit | None
    fee: int | None
    province: str | None

    @property
    def days(self) -> float | None:
        """How many days it takes, of the kind that the limit is stated in."""
        return self.limit.days if self.limit else None


def facts_of(procedure: Procedure, province: str | None = None) -> Facts:
    """Return what lists need of a procedure, and of the province whose own it is, if it is one's."""
    limits = [limit for limit in (_limit(method.limit) for method in procedure.methods) if limit]
    amounts = [fee.amount for method in procedure.methods for fee in method.fees if fee.amount is not None]
    by_net = any(method.channel is Channel.ONLINE for method in procedure.methods)
    return Facts(
        code=procedure.code,
        name=procedure.name,
        field=procedure.field,
        agency=procedure.promulgating_agency or procedure.agency,
        levels=procedure.levels,
        applicants=procedure.applicants,
        online=procedure.online_level or (OnlineLevel.PARTIAL if by_net else None),
        limit=min(limits, key=lambda limit: limit.days, default=None),
        fee=min(amounts, default=None),
        province=province,
    )


def searchable_of(procedure: Procedure) -> Searchable:
    """Return what the index takes of a procedure."""
    papers = (f"{paper.case or ''} {paper.name}" for paper in procedure.papers)
    results = (result.name for result in procedure.results)
    steps = (f"{steps.case or ''} {steps.text}" for steps in procedure.steps)
    body = [*steps, *papers, *results, procedure.description or "", " ".join(procedure.keywords)]
    topic = [procedure.field, procedure.agency]
    return Searchable(
        code=procedure.code,
        name=procedure.name,
        topic=" ".join(part for part in topic if part),
        body="\n".join(body),
        prior=prior_of(procedure),
    )


def prior_of(procedure: Procedure) -> float:
    """Return how likely a citizen means a procedure before anything is asked: what is near is likely."""
    prior = 0.0
    if Level.COMMUNE in procedure.levels:
        prior += COMMUNE_PRIOR
    elif Level.PROVINCE in procedure.levels:
        prior += PROVINCE_PRIOR
    if ApplicantKind.CITIZEN in procedure.applicants:
        prior += CITIZEN_PRIOR
    if procedure.scope == "standard":
        prior += STANDARD_PRIOR
    return prior


class Facet(StrEnum):
    """By what a list can be narrowed to one of several values."""

    FIELD = "field"
    AGENCY = "agency"
    LEVEL = "level"
    APPLICANT = "applicant"
    ONLINE = "online"


_VALUES: dict[Facet, Callable[[Facts], Collection[str]]] = {
    Facet.FIELD: lambda facts: (facts.field,) if facts.field else (),
    Facet.AGENCY: lambda facts: (facts.agency,) if facts.agency else (),
    Facet.LEVEL: lambda facts: facts.levels,
    Facet.APPLICANT: lambda facts: facts.applicants,
    Facet.ONLINE: lambda facts: (facts.online,) if facts.online else (),
}


def values_of(facts: Facts, facet: Facet) -> Collection[str]:
    """Return the values that a procedure has."""
    return _VALUES[facet](facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """What a procedure must be to be listed.

    Attributes:
        facets: the values of which it must have one, by facet; nothing for any.
        province: new code of the province in which somebody asks: others' own procedures are left out.
        days: the most days that it may take.
        fee: the most đồng that it may cost; 0 for what is free of charge.
    """

    facets: tuple[tuple[Facet, frozenset[str]], ...] = ()
    province: str | None = None
    days: float | None = None
    fee: int | None = None

    def without(self, facet: Facet) -> "Sieve":
        """Return the same but for one facet, which then may have any value."""
        return replace(self, facets=tuple(pair for pair in self.facets if pair[0] is not facet))


def _limit(limit: TimeLimit | None) -> Limit | None:
    if limit is None or limit.quantity is None or limit.unit is None:
        return None
    return Limit(quantity=limit.quantity, unit=limit.unit)

"""What procedures are sifted and sorted by. Pure."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from storage.procedures.record import Applicant, Channel, Level, OnlineLevel, Procedure, TimeLimit, Unit
from storage.search.index import Searchable

_DAYS = {Unit.HOUR: 1 / 24, Unit.WORKING_DAY: 1.0, Unit.DAY: 1.0, Unit.MONTH: 30.0, Unit.YEAR: 365.0}

COMMUNE_PRIOR, PROVINCE_PRIOR, CITIZEN_PRIOR, STANDARD_PRIOR = 1.0, 0.4, 1.0, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One procedure, as far as lists need it.

    Attributes:
        online: how much can be done online; a part at least where handing in online is a way.
        days: the shortest time limit that is stated, in days of its own kind; none where none is.
        fee: the lowest fee that is stated, in đồng; 0 is free of charge; none where none is published.
        province: whose it is, where it holds for one province alone.
    """

    code: str
    name: str
    field: str | None
    agency: str | None
    levels: tuple[Level, ...]
    applicants: tuple[Applicant, ...]
    online: OnlineLevel | None
    days: float | None
    fee: int | None
    province: str | None


def facts_of(procedure: Procedure) -> Facts:
    """Return what lists need of a procedure."""
    limits = [days for days in (_days(method.limit) for method in procedure.methods) if days is not None]
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
        days=min(limits, default=None),
        fee=min(amounts, default=None),
        province=procedure.province,
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
    if Applicant.CITIZEN in procedure.applicants:
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

    def passes(self, facts: Facts, *, but: Facet | None = None) -> bool:
        """Whether a procedure is listed; `but` leaves one facet out of account."""
        if self.province and facts.province not in {None, self.province}:
            return False
        if self.days is not None and (facts.days is None or facts.days > self.days):
            return False
        if self.fee is not None and (facts.fee is None or facts.fee > self.fee):
            return False
        return all(
            not wanted.isdisjoint(values_of(facts, facet))
            for facet, wanted in self.facets
            if facet is not but
        )


def all_values(catalogue: Iterable[Facts], facet: Facet) -> frozenset[str]:
    """Return every value that some procedure has."""
    return frozenset(value for facts in catalogue for value in values_of(facts, facet))


def _days(limit: TimeLimit | None) -> float | None:
    if limit is None or limit.quantity is None or limit.unit is None:
        return None
    return limit.quantity * _DAYS[limit.unit]

"""All that is known of one scenario when it is over, as the checks look at it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from api.conformance.facts import Fact, PaperFact, StatusFact
from api.conformance.outcomes import Ending, Said
from api.conformance.scenarios import Scenario
from api.conformance.wire import KEPT, REFUSED, Exchange, Tape, Told
from api.conformance.witness import Kept, Papers, Timelines

Key = tuple[str, str]
HIDDEN = "•••"


def key_of(fact: Fact) -> Key:
    """Return what `wire.Told.key` is for a fact."""
    if isinstance(fact, StatusFact):
        return (fact.dossier_code, str(int(fact.status)))
    return (fact.dossier_code, fact.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One fact as it was told in one request, and what was answered."""

    told: Told
    exchange: Exchange
    outcome: str | None

    @property
    def answered(self) -> bool:
        """Whether the sender got to know what became of it."""
        return self.outcome is not None and self.exchange.status is not None

    @property
    def kept(self) -> bool:
        """Whether it was kept, and the sender knows."""
        return self.answered and self.outcome in KEPT

    @property
    def refused(self) -> bool:
        """Whether it was refused, and the sender knows."""
        return self.answered and self.outcome == REFUSED


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One scenario, and both witnesses.

    Attributes:
        facts: as they were handed out.
        timelines: what the tenant keeps; `papers` likewise.
        secrets: none of these may stand in what an integration writes.
    """

    scenario: Scenario
    facts: Sequence[Fact]
    tape: Tape
    ending: Ending
    timelines: Timelines
    papers: Papers
    secrets: frozenset[str] = field(default=frozenset(), repr=False)

    def shown(self, text: str) -> str:
        """Return a text of the integration as a report may show it: a secret can stand anywhere in it."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return text

    @cached_property
    def distinct(self) -> Mapping[Key, Fact]:
        """Each fact once, by its key."""
        return {key_of(fact): fact for fact in self.facts}

    @property
    def expected(self) -> Iterator[Fact]:
        """The facts that the tenant should keep."""
        return (fact for fact in self.distinct.values() if not fact.refused)

    @cached_property
    def tellings(self) -> Sequence[Telling]:
        """Each telling of each thing, in order."""
        return [
            Telling(told=told, exchange=exchange, outcome=exchange.outcome(place))
            for exchange in self.tape.exchanges
            for place, told in enumerate(exchange.told)
        ]

    @cached_property
    def of_fact(self) -> Mapping[Key, Sequence[Telling]]:
        """The tellings of each fact, in order; of what is no fact, too."""
        found: dict[Key, list[Telling]] = {}
        for telling in self.tellings:
            found.setdefault(telling.told.key, []).append(telling)
        return found

    def is_kept(self, fact: Fact) -> bool:
        """Whether the tenant keeps a fact."""
        if isinstance(fact, PaperFact):
            return fact.sha256 in self.papers.values()
        return self.kept_of(fact) is not None

    def kept_of(self, fact: StatusFact) -> Kept | None:
        """Return what the tenant keeps of a fact; told with another time, it is still that fact."""
        kept = [one for one in self.timelines.get(fact.dossier_code, ()) if one.status is fact.status]
        exact = [one for one in kept if one.occurred_at == fact.occurred_at]
        return next(iter(exact or kept), None)

    def said_of(self, fact: Fact) -> Said | None:
        """Return what the integration says became of a fact."""
        return self.ending.said.get((fact.id, fact.revision))

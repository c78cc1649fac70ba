"""All that is known of one scenario when it is over, as the checks look at it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from api.conformance.colleague import POST
from api.conformance.dossier_facts import StateFact
from api.conformance.facts import Fact, Key, PaperFact, StatusFact
from api.conformance.faults import OVERTAKEN
from api.conformance.outcomes import Ending, Said
from api.conformance.scenarios import Scenario
from api.conformance.wire import KEPT, REFUSED, Exchange, Tape, Told
from api.conformance.witness import Dossiers, Kept, Papers, Timelines

HIDDEN = "•••"


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
        timelines: what the tenant keeps; `papers` and `dossiers` likewise.
        secrets: none of these may stand in what an integration writes.
    """

    scenario: Scenario
    facts: Sequence[Fact]
    tape: Tape
    ending: Ending
    timelines: Timelines
    papers: Papers
    dossiers: Dossiers = field(default_factory=dict)
    secrets: frozenset[str] = field(default=frozenset(), repr=False)

    def shown(self, text: str) -> str:
        """Return a text of the integration as a report may show it: a secret can stand anywhere in it."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return text

    @cached_property
    def distinct(self) -> Mapping[Key, Fact]:
        """Each fact once, by its key."""
        return {fact.key: fact for fact in self.facts}

    @cached_property
    def events(self) -> Mapping[Key, StatusFact]:
        """What the facts put into timelines, by its key; a dossier that is told whole puts in several."""
        return {event.key: event for fact in self.distinct.values() for event in fact.events}

    @cached_property
    def states(self) -> Sequence[StateFact]:
        """The facts that tell how something stands."""
        return [fact for fact in self.distinct.values() if isinstance(fact, StateFact)]

    @cached_property
    def told_before(self) -> frozenset[Key]:
        """What others told of timelines."""
        return frozenset(key for fact in self.states for key in fact.told_before)

    @cached_property
    def overtaken(self) -> frozenset[str]:
        """The dossiers that somebody else changed since they were read."""
        return frozenset(
            one.dossier for one in self.tape.exchanges if one.action == OVERTAKEN and one.etag is not None
        )

    def meanwhile(self, fact: StateFact) -> frozenset[str]:
        """The ids of what others arranged about a dossier since it was read."""
        return frozenset({POST["source_id"]} if fact.dossier_code in self.overtaken else ())

    def is_asked_for(self, key: Key) -> bool:
        """Whether something told, by its key, belongs to a fact.

        Of a dossier that is told whole, or whose things are, each way of telling will do.
        """
        whole = {fact.dossier_code for fact in self.states}
        return key in self.distinct or key in self.events or key in self.told_before or key[0] in whole

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
        if isinstance(fact, StateFact):
            kept = self.dossiers.get(fact.dossier_code)
            if kept is None or not fact.is_kept(kept):
                return False
        return all(self.kept_of(event) is not None for event in fact.events)

    def kept_of(self, fact: StatusFact) -> Kept | None:
        """Return what the tenant keeps of a fact; told with another time, it is still that fact."""
        kept = [one for one in self.timelines.get(fact.dossier_code, ()) if one.status is fact.status]
        exact = [one for one in kept if one.occurred_at == fact.occurred_at]
        return next(iter(exact or kept), None)

    def said_of(self, fact: Fact) -> Said | None:
        """Return what the integration says became of a fact."""
        return self.ending.said.get((fact.id, fact.revision))

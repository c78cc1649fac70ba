"""Evidence of scenarios as it would be, made by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from api.conformance.evidence import Evidence, key_of
from api.conformance.facts import Draw, Fact, StatusFact
from api.conformance.faults import UNTOUCHED, Action, Target
from api.conformance.outcomes import Ending, Said
from api.conformance.scenarios import BY_NAME
from api.conformance.wire import Exchange, Tape, Told
from api.conformance.witness import Kept

SECRET = "s3cret"


@dataclass(kw_only=True)
class Made:
    """A scenario in which one dossier is told; what is told, and what comes of it, is the test's."""

    scenario: str = "plain"
    facts: Sequence[Fact] = field(default_factory=lambda: Draw().dossier())
    exchanges: list[Exchange] = field(default_factory=list)
    ending: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Said | None] = field(default_factory=dict)
    kept: Sequence[StatusFact] | None = None
    papers: Mapping[str, bytes] = field(default_factory=dict)

    def told(
        self,
        *facts: Fact,
        at: float = 0.0,
        took: float = 0.1,
        status: int | None = 200,
        outcome: str | None = "accepted",
        action: Action = UNTOUCHED,
        **other: Any,
    ) -> "Made":
        """Add a request that tells facts, each under its own id."""
        names = other.pop("names", None) or [f"{fact.id}-{fact.revision}" for fact in facts]
        content = other.pop("content", b"c")
        exchange = Exchange(
            began=at,
            ended=at + took,
            target=other.pop("target", Target.EVENTS),
            told=[
                Told(source_id=name, key=key_of(fact), content=content)
                for name, fact in zip(names, facts, strict=True)
            ],
            action=action,
            status=status,
            outcomes=[outcome] * len(facts) if outcome else [],
            agent=other.pop("agent", "System/1.0"),
            **other,
        )
        self.exchanges.append(exchange)
        return self

    def lost(self, *facts: Fact, action: Action, at: float = 0.0, took: float = 0.1, **other: Any) -> "Made":
        """Add a request that was spoilt."""
        status = action.status or None
        return self.told(*facts, at=at, took=took, status=status, outcome=None, action=action, **other)

    def token(self, at: float = 0.0) -> "Made":
        """Add a request for a token."""
        self.exchanges.append(Exchange(began=at, ended=at, target=Target.TOKEN, status=200))
        return self

    def evidence(self) -> Evidence:
        """Return the evidence; where nothing else is said, all is well in the end."""
        good = [fact for fact in self.facts if isinstance(fact, StatusFact) and not fact.refused]
        timelines: dict[str, tuple[Kept, ...]] = {}
        for fact in good if self.kept is None else self.kept:
            timelines[fact.dossier_code] = (*timelines.get(fact.dossier_code, ()), kept(fact))
        said = {(f.id, f.revision): Said.REFUSED if f.refused else Said.TOLD for f in self.facts}
        for name, outcome in self.said.items():
            said.pop((name, 1))
            if outcome:
                said[name, 1] = outcome
        return Evidence(
            scenario=BY_NAME[self.scenario],
            facts=self.facts,
            tape=Tape(self.exchanges),
            ending=Ending(**{"finished": True, "code": 0, "said": said, "output": ""} | self.ending),
            timelines=timelines,
            papers=self.papers,
            secrets=frozenset({SECRET}),
        )


def kept(fact: StatusFact) -> Kept:
    """A fact as it is kept."""
    return Kept(
        status=fact.status,
        occurred_at=fact.occurred_at,
        sequence=fact.sequence,
        step=fact.step,
        note=fact.note,
        due_at=fact.due_at,
    )


def refused(fact: StatusFact) -> StatusFact:
    """The same fact, as one that the API refuses."""
    return replace(fact, refused=True)

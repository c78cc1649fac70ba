"""Evidence of scenarios as it would be, made by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from api.conformance.dossier_facts import ChangeFact, StateFact, ThingFact
from api.conformance.evidence import Evidence
from api.conformance.facts import Draw, Fact, StatusFact
from api.conformance.faults import UNTOUCHED, Action, Target
from api.conformance.outcomes import Ending, Said
from api.conformance.scenario_facts import things
from api.conformance.scenarios import BY_NAME
from api.conformance.wire import Exchange, Tape, Told
from api.conformance.witness import Kept, KeptDossier, KeptItem
from api.recording.arrangements import CONTENTS

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
    dossiers: Mapping[str, KeptDossier] = field(default_factory=dict)

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
                Told(source_id=name, key=fact.key, content=content, state=isinstance(fact, StateFact))
                for name, fact in zip(names, facts, strict=True)
            ],
            action=action,
            status=status,
            outcomes=[outcome] * len(facts) if outcome else [],
            agent=other.pop("agent", "System/1.0"),
            dossier=facts[0].dossier_code if facts else "",
            **other,
        )
        self.exchanges.append(exchange)
        return self

    def lost(self, *facts: Fact, action: Action, at: float = 0.0, took: float = 0.1, **other: Any) -> "Made":
        """Add a request that was spoilt."""
        status = action.status or None
        return self.told(*facts, at=at, took=took, status=status, outcome=None, action=action, **other)

    def read(self, fact: Fact, *, tag: str, at: float = 0.0, action: Action = UNTOUCHED) -> "Made":
        """Add the reading of a dossier, which gives it a tag."""
        self.exchanges.append(
            Exchange(
                began=at,
                ended=at,
                target=Target.READING,
                status=200,
                action=action,
                dossier=fact.dossier_code,
                etag=tag,
                agent="System/1.0",
            )
        )
        return self

    def token(self, at: float = 0.0) -> "Made":
        """Add a request for a token."""
        self.exchanges.append(Exchange(began=at, ended=at, target=Target.TOKEN, status=200))
        return self

    def evidence(self) -> Evidence:
        """Return the evidence; where nothing else is said, all is well in the end."""
        good = [event for fact in self.facts if not fact.refused for event in fact.events]
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
            dossiers=self.dossiers,
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


def item_of(fact: ThingFact, **changes: Any) -> KeptItem:
    """A thing as it is kept when all of it was told."""
    content: dict[str, Any] = {}
    for told in sorted(fact.told, key=lambda one: datetime.fromisoformat(one["state_at"])):
        content |= {name: value for name, value in told.items() if name not in {"state", "state_at"}}
    item = KeptItem(
        kind=fact.kind,
        source_id=fact.thing,
        state=fact.told[-1]["state"],
        states=frozenset((one["state"], datetime.fromisoformat(one["state_at"])) for one in fact.told),
        content=CONTENTS[fact.kind].model_validate(content),
    )
    return replace(item, **changes)


def keeping(fact: ChangeFact, states: Mapping[str, str]) -> dict[str, KeptDossier]:
    """A dossier that was changed as asked, in which others' things are in some states."""
    meeting, *_ = things(Draw())
    items = tuple(item_of(meeting, source_id=name, state=state) for name, state in states.items())
    return {fact.dossier_code: KeptDossier(channel=2, summary=fact.summary, items=items)}


def refused(fact: StatusFact) -> StatusFact:
    """The same fact, as one that the API refuses."""
    return replace(fact, refused=True)

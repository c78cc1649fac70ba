"""Facts about whole dossiers, and about what is arranged: things that may change, each under its name."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from api.conformance.facts import AGENCY, ONLINE, PROCEDURE, Key, StatusFact
from api.conformance.witness import KeptDossier, KeptItem
from api.recording.arrangements import CONTENTS
from storage.arrangements.kinds import CANCELLED, ArrangementKind

WHOLE = "dossier"
SEGMENTS: Mapping[ArrangementKind, str] = {
    ArrangementKind.APPOINTMENT: "appointments",
    ArrangementKind.PAYMENT: "payments",
    ArrangementKind.POSTAL_ITEM: "postal-items",
}
"""How addresses name what is arranged."""
Given = Mapping[str, Any]
_OF_STATE = frozenset({"state", "state_at", "source_id", "thing"})


@dataclass(frozen=True, kw_only=True)
class StateFact(ABC):
    """What is told of a dossier, or of a thing about it, as it stands.

    Attributes:
        prior: what another system of the same agency tells of the dossier before; none tells nothing.
    """

    id: str
    dossier_code: str
    revision: int = 1
    refused: bool = False
    prior: Given | None = None

    @property
    def key(self) -> Key:
        """Its dossier, as a whole."""
        return (self.dossier_code, WHOLE)

    @property
    def events(self) -> tuple[StatusFact, ...]:
        """What it puts into timelines."""
        return ()

    @property
    def told_before(self) -> frozenset[Key]:
        """What others told of its timeline, before."""
        events = (self.prior or {}).get("events", ())
        return frozenset((self.dossier_code, str(event["status"])) for event in events)

    @property
    def arranged_before(self) -> frozenset[str]:
        """The ids of what others arranged, before."""
        prior = self.prior or {}
        lists = (prior.get(name, ()) for name in ("appointments", "payments", "postal_items"))
        return frozenset(item["source_id"] for items in lists for item in items)

    @property
    def to_stay(self) -> frozenset[str]:
        """The ids of what others arranged, and nobody is to take back."""
        return self.arranged_before

    @abstractmethod
    def as_task(self) -> dict[str, Any]:
        """As it is handed out."""

    def own(self, kept: KeptDossier) -> Iterator[KeptItem]:
        """Yield what is kept of what it tells to be arranged; nobody else arranged that."""
        kinds = {kind for kind, _ in self.things()}
        return (one for one in kept.items if one.kind in kinds and one.source_id not in self.arranged_before)

    def things(self) -> tuple[tuple[ArrangementKind, tuple[Given, ...]], ...]:
        """What it tells to be arranged: the kind of each thing, and what is told of it, in order."""
        return ()

    def is_kept(self, kept: KeptDossier) -> bool:
        """Whether all of it arrived, in whatever words."""
        return {kind for kind, _ in self.things()} <= {one.kind for one in self.own(kept)}

    def differences(self, kept: KeptDossier) -> Iterator[str]:
        """Name what is kept otherwise than it was given."""
        for kind, told in self.things():
            for item in (one for one in self.own(kept) if one.kind is kind):
                yield from _differences(kind, told, item)


@dataclass(frozen=True, kw_only=True)
class DossierFact(StateFact):
    """A dossier that is new to the agency's system: `PUT /v1/agency/dossiers/{code}`."""

    happened: tuple[StatusFact, ...]
    summary: str
    appointment: Given = field(repr=False)

    @property
    def events(self) -> tuple[StatusFact, ...]:
        """What happened to it so far."""
        return self.happened

    def things(self) -> tuple[tuple[ArrangementKind, tuple[Given, ...]], ...]:
        """Its appointment."""
        return ((ArrangementKind.APPOINTMENT, (self.appointment,)),)

    def differences(self, kept: KeptDossier) -> Iterator[str]:
        """Name what is kept otherwise than it was given."""
        yield from _other_words(kept, self.summary)
        yield from super().differences(kept)

    def as_task(self) -> dict[str, Any]:
        """As it is handed out: the body, but for the ids of events and of what is arranged."""
        dossier = {
            "procedure_code": PROCEDURE,
            "agency_code": AGENCY,
            "channel": ONLINE,
            "summary": self.summary,
            "applicant": self.happened[0].applicant.as_json(),
            "events": [event.happening() for event in self.happened],
            "appointments": [self.appointment],
        }
        return {
            "id": self.id,
            "revision": self.revision,
            "kind": "dossier",
            "code": self.dossier_code,
            "new": True,
            "dossier": dossier,
        }


@dataclass(frozen=True, kw_only=True)
class ChangeFact(StateFact):
    """A dossier that is known is to be changed, which takes reading it first (RFC 9110, 13.1.1).

    Attributes:
        withdrawn: the id of an appointment that others made, and that is to be held no more.
    """

    summary: str
    withdrawn: str

    @property
    def to_stay(self) -> frozenset[str]:
        """All that others arranged, but for what is to be withdrawn."""
        return self.arranged_before - {self.withdrawn}

    def is_kept(self, kept: KeptDossier) -> bool:
        """Whether the summary is the new one, and what was to be withdrawn is."""
        cancelled = {one.source_id for one in kept.items if one.state == CANCELLED}
        return kept.summary == self.summary and self.withdrawn in cancelled

    def differences(self, kept: KeptDossier) -> Iterator[str]:
        """Name what is kept otherwise than it was given."""
        yield from _other_words(kept, self.summary)

    def as_task(self) -> dict[str, Any]:
        """As it is handed out: what to set, and what to leave out of its lists."""
        return {
            "id": self.id,
            "revision": self.revision,
            "kind": "dossier-change",
            "code": self.dossier_code,
            "set": {"summary": self.summary},
            "leave_out": {"appointments": [self.withdrawn]},
        }


@dataclass(frozen=True, kw_only=True)
class ThingFact(StateFact):
    """An appointment, a payment or papers by post, and what becomes of it.

    Attributes:
        thing: the agency's own name for it; it makes a good `source_id`.
        told: what is told of it, one after the other: first all, then what changes.
    """

    kind: ArrangementKind
    thing: str
    told: tuple[Given, ...] = field(repr=False)

    @property
    def key(self) -> Key:
        """Its dossier and its list."""
        return (self.dossier_code, SEGMENTS[self.kind])

    def things(self) -> tuple[tuple[ArrangementKind, tuple[Given, ...]], ...]:
        """Itself."""
        return ((self.kind, self.told),)

    def as_task(self) -> dict[str, Any]:
        """As it is handed out: what is asked for first, and the changes in their order."""
        first, *changes = self.told
        return {
            "id": self.id,
            "revision": self.revision,
            "kind": "arrangement",
            "list": SEGMENTS[self.kind],
            "dossier_code": self.dossier_code,
            "thing": self.thing,
            "first": dict(first),
            "changes": [dict(change) for change in changes],
        }


def _other_words(kept: KeptDossier, summary: str) -> Iterator[str]:
    for name, given in {"summary": summary, "channel": ONLINE}.items():
        if getattr(kept, name) != given:
            yield name


def _differences(kind: ArrangementKind, told: tuple[Given, ...], kept: KeptItem) -> Iterator[str]:
    # In the order of time, and not of telling: what is known to be newer is not written over.
    content: dict[str, Any] = {}
    for given in sorted(told, key=lambda one: datetime.fromisoformat(one["state_at"])):
        content |= {name: value for name, value in given.items() if name not in _OF_STATE}
    if CONTENTS[kind].model_validate(content) != kept.content:
        yield SEGMENTS[kind]
    states = {(one["state"], datetime.fromisoformat(one["state_at"])) for one in told}
    if states != kept.states:
        yield "state"

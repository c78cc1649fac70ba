"""What a portal is to be told of a dossier, given what it has of it already. Pure."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from api.connectors.portals.deployment import AnyDeployment, Offer
from api.connectors.portals.outward import Event, dossier_record, progress_record
from api.connectors.portals.port import Record
from storage.portal_reports.reading import KnownDossier, KnownFact
from storage.portal_reports.sending import Standing

Digest = Callable[[str], bytes]
"""Keyed: a record holds the applicant's number, and a plain hash of it could be tried out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A fact that is told as a step of progress; `doubted` says that it may have arrived."""

    fact_id: UUID
    record: Record = field(repr=False)
    doubted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be sent.

    Attributes:
        record: the dossier as it stands; none where the portal has it so, or knows better.
        digest: of the record.
        known: the portal has the dossier already, as far as we know.
        record_doubted: a record may have arrived, so it is asked for first.
        theirs: the last fact is the portal's own: no record of ours is to go, nor is one in doubt or refused.
        steps: in the order of the facts.
    """

    record: Record | None = field(default=None, repr=False)
    digest: bytes | None = None
    known: bool = False
    record_doubted: bool = False
    theirs: bool = False
    steps: tuple[Step, ...] = ()

    @property
    def empty(self) -> bool:
        """There is nothing to say."""
        return self.record is None and not self.steps


def plan(dossier: KnownDossier, standing: Standing, deployment: AnyDeployment, digest: Digest) -> Plan:
    """Return what a portal is to be told: the facts that it did not tell us itself, each once.

    The dossier as it stands is told as long as the last fact is not the portal's own: else its newer status
    would be set back. A fact that several told is whose who told it first.
    """
    portal = client_of(deployment)
    own = [fact for fact in dossier.facts if fact.client_id != portal]
    known = standing.digest is not None or len(own) < len(dossier.facts)
    theirs = bool(dossier.facts) and dossier.facts[-1].client_id == portal
    if not own:
        return Plan(known=known, theirs=theirs)
    record, made, blocked = None, None, False
    if Offer.REPORT_DOSSIER in deployment.offers and not theirs:
        record = _record(dossier, deployment)
        made = digest(json.dumps(record, sort_keys=True, ensure_ascii=False))
        if not standing.record_doubted and made in {standing.digest, standing.refused_digest}:
            # Of a dossier that it does not take, it can not take steps.
            record, blocked = None, made != standing.digest and not known
    return Plan(
        record=record,
        digest=made if record else None,
        known=known,
        record_doubted=record is not None and standing.record_doubted,
        theirs=theirs,
        steps=() if blocked else _steps(dossier, own, standing, deployment),
    )


def client_of(deployment: AnyDeployment) -> str:
    """Return the client by which facts say that they came from a portal."""
    return f"portal:{deployment.name}"


def _record(dossier: KnownDossier, deployment: AnyDeployment) -> Record:
    timeline = [_event(dossier, fact) for fact in dossier.facts]
    dialect, rules = deployment.dialect.dialect, deployment.records
    return dossier_record(timeline, dialect, rules, dossier.procedure).record


def _steps(
    dossier: KnownDossier, own: Sequence[KnownFact], standing: Standing, deployment: AnyDeployment
) -> tuple[Step, ...]:
    if Offer.REPORT_PROGRESS not in deployment.offers:
        return ()
    told = standing.told_events | standing.refused_events
    dialect, rules = deployment.dialect.dialect, deployment.records
    return tuple(
        Step(
            fact_id=fact.id,
            record=progress_record(_event(dossier, fact), dialect, rules).record,
            doubted=fact.id in standing.doubted_events,
        )
        for fact in own
        if fact.id not in told
    )


def _event(dossier: KnownDossier, fact: KnownFact) -> Event:
    """Return a fact in the shape in which agencies tell it."""
    applicant = dossier.applicant
    event: dict[str, Any] = {
        "dossier_code": dossier.code,
        "status": int(fact.status),
        "occurred_at": fact.occurred_at.isoformat(),
        "step": fact.step or None,
        "note": fact.note,
        "due_at": fact.due_at and fact.due_at.isoformat(),
        "agency_code": dossier.agency_code,
        "procedure_code": dossier.procedure_code,
        "channel": dossier.channel,
        "summary": dossier.summary,
        "applicant": {
            "kind": applicant.kind,
            "number": applicant.number,
            "name": applicant.name,
            "email": applicant.email,
            "phone": applicant.phone,
        },
    }
    return {name: value for name, value in event.items() if value is not None}

"""Telling a portal of one dossier: the dossier first, then its steps in order, until one does not go."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby

from api.connectors.portals import reporting
from api.connectors.portals.answer_rules import AnswerRules
from api.connectors.portals.deployment import AnyDeployment, Offer
from api.connectors.portals.outcomes import Meaning, meaning_of
from api.connectors.portals.port import Answer, NotLetInError, Outcome, Portal, Reported
from api.connectors.pushing.planning import Plan, Step
from storage.portal_reports.sending import Standing

_GOES_ON = frozenset({Outcome.DONE, Outcome.EXISTS, Outcome.REFUSED})
"""What does not keep the next step from being sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of it.

    Attributes:
        standing: what the portal has now.
        left: what came of the part at which it ended; none where all of it was answered.
        anything: the portal took something in.
        shut: we are not let in, and an operator has something to mend.
        answer: what the portal said last.
        retry_after: for how long it, or our breaker, wants us to stay away.
    """

    standing: Standing
    left: Outcome | None = None
    anything: bool = False
    shut: bool = False
    answer: Answer | None = None
    retry_after: timedelta | None = None


async def tell(portal: Portal, plan: Plan, standing: Standing, deployment: AnyDeployment) -> Told:
    """Tell a portal what a plan says.

    Args:
        portal: whom.
        plan: what.
        standing: what the portal has.
        deployment: how it is spoken to. Where it can not be asked for steps, those in doubt are left to a
            person, and newer ones are sent all the same.
    """
    told = Told(standing=_before(plan, standing))
    try:
        if plan.record is not None:
            told = await _record(portal, plan, told, deployment.answers)
        for steps in _calls(plan.steps, deployment):
            if told.left is not None:
                break
            told = await _steps(portal, steps, told)
    except NotLetInError as error:
        return replace(told, left=Outcome.RETRYABLE, shut=True, answer=error.answer)
    return told


def _before(plan: Plan, standing: Standing) -> Standing:
    if plan.record is not None:
        return standing
    refused = None if plan.theirs else standing.refused_digest
    return replace(standing, record_doubted=False, refused_digest=refused)


async def _record(portal: Portal, plan: Plan, told: Told, rules: AnswerRules) -> Told:
    if plan.record is None:
        return told
    said = await reporting.report_dossier(
        portal, plan.record, updating=plan.known, doubted=plan.record_doubted
    )
    before = told.standing
    match said.outcome:
        case Outcome.DONE:
            after = replace(before, digest=plan.digest, refused_digest=None, record_doubted=False)
            return _heard(told, said, after, left=None, anything=True)
        case Outcome.REFUSED if _explained(said.answer, rules):
            after = replace(before, refused_digest=plan.digest, record_doubted=False)
            # Steps go on where it has the dossier as it was before.
            return _heard(told, said, after, left=None if plan.known else said.outcome)
        case Outcome.RETRYABLE:
            return _heard(told, said, replace(before, record_doubted=False), left=said.outcome)
    return _heard(told, said, replace(before, record_doubted=True), left=Outcome.UNKNOWN)


def _explained(answer: Answer | None, rules: AnswerRules) -> bool:
    """Whether a refusal is one by the deployment's tables: another may be a fault that passes."""
    return answer is None or meaning_of(answer, rules) is Meaning.REFUSED


async def _steps(portal: Portal, steps: Sequence[Step], told: Told) -> Told:
    doubted = steps[0].doubted
    for step, said in zip(
        steps,
        await reporting.report_progress(portal, [step.record for step in steps], doubted=doubted),
        strict=True,
    ):
        told = _step(told, step, said)
    return told


def _step(told: Told, step: Step, said: Reported) -> Told:
    standing, this = told.standing, frozenset({step.fact_id})
    standing = replace(standing, doubted_events=standing.doubted_events - this)
    match said.outcome:
        case Outcome.DONE | Outcome.EXISTS:
            standing = replace(standing, told_events=standing.told_events | this)
        case Outcome.REFUSED:
            standing = replace(standing, refused_events=standing.refused_events | this)
        case Outcome.UNKNOWN:
            standing = replace(standing, doubted_events=standing.doubted_events | this)
        case Outcome.MISSING:
            # It was told of the dossier, and has lost it: it is told anew.
            standing = replace(standing, digest=None)
    left = told.left if said.outcome in _GOES_ON else said.outcome
    return _heard(told, said, standing, left=left, anything=said.outcome is Outcome.DONE)


def _heard(
    told: Told, said: Reported, standing: Standing, *, left: Outcome | None, anything: bool = False
) -> Told:
    return Told(
        standing=standing,
        left=left,
        anything=told.anything or anything,
        answer=said.answer or told.answer,
        retry_after=said.retry_after or told.retry_after,
    )


def _calls(steps: Sequence[Step], deployment: AnyDeployment) -> Iterator[Sequence[Step]]:
    """Yield the steps of each call: those in doubt are asked for, and never beside others."""
    shown = Offer.PROGRESS in deployment.offers
    asked = [step for step in steps if shown or not step.doubted]
    for _, alike in groupby(asked, key=lambda step: step.doubted):
        together = list(alike)
        for start in range(0, len(together), deployment.chunk):
            yield together[start : start + deployment.chunk]

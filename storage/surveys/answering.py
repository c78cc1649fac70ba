"""A survey is answered: by whoever was invited, once; by everybody, where it is for everybody.

An answer says nothing of whose it is. What is personal is taken out of its texts before it is ever written.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from storage.dossiers.working_days import VIETNAM
from storage.errors import NotFoundError
from storage.surveys import checking, reading
from storage.surveys.audience import OfDossiers
from storage.surveys.errors import AnswerIdReused, SurveyAnswered, SurveyChanged, SurveyNotOpen
from storage.surveys.forms import Form
from storage.surveys.invitations import Invitation
from storage.surveys.kinds import Source, SurveyStanding
from storage.surveys.reading import SurveyView, VersionView
from storage.unit_of_work import UnitOfWork

# Of two answers to one invitation at once, the second waits, and finds that it is too late.
_SPEND = """
UPDATE survey_invitation SET answered_on = %(today)s
WHERE survey_id = %(survey_id)s AND party_id = %(party_id)s AND answered_on IS NULL
"""
_ADD = """
INSERT INTO survey_answer (survey_id, id, version, answers, context, source, answered_on)
VALUES (%(survey_id)s, %(id)s, %(version)s, %(answers)s, %(context)s, %(source)s, %(today)s)
ON CONFLICT DO NOTHING
"""
_KEPT = "SELECT version, answers FROM survey_answer WHERE survey_id = %s AND id = %s"
_RANDOM = 4
"""The version of a UUID that tells neither time nor order (RFC 9562, section 5.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAnswer:
    """What somebody answers.

    Attributes:
        id: drawn by whoever sends it, so that it counts once however often it is sent.
        version: of the form that was answered.
        given: by the names of questions, as they came.
        context: what is known of it where nobody was invited: see `models.SurveyAnswer`.
    """

    id: UUID
    version: int
    given: Mapping[str, Any]
    source: Source
    context: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.id.version != _RANDOM:
            raise ValueError("the id of an answer is random")


async def answer(
    uow: UnitOfWork, survey: SurveyView, new: NewAnswer, invitation: Invitation | None, *, now: datetime
) -> bool:
    """Keep an answer; return whether it was new, and no repeat of what was kept before.

    Args:
        uow: in which it is kept.
        survey: what is answered.
        new: the answer.
        invitation: by which it is answered, where there is one.
        now: the moment.

    Raises:
        NotFoundError: the survey is for those who were invited.
        SurveyNotOpen: it may not be answered now.
        SurveyAnswered: whoever was invited has answered already.
        SurveyChanged: the version was replaced over a day ago, or never was.
        InvalidAnswers: they do not fit the version's form.
        AnswerIdReused: another answer has the id.
    """
    standing = survey.standing(now)
    if standing is SurveyStanding.DRAFT or (invitation is None and isinstance(survey.audience, OfDossiers)):
        raise NotFoundError("survey")
    version = await _version(uow, survey, new.version)
    if await _repeats(uow, survey, new, version.form):
        return False
    if standing is not SurveyStanding.OPEN:
        raise SurveyNotOpen(standing)
    if not version.taken(now):
        raise SurveyChanged(survey.version)
    today = now.astimezone(VIETNAM).date()
    row = {
        "survey_id": survey.id,
        "id": new.id,
        "version": new.version,
        "answers": Jsonb(await _kept(version.form, new.given)),
        "context": Jsonb(dict(invitation.context if invitation else new.context)),
        "source": new.source.value,
        "today": today,
    }
    if invitation is not None and not await spend(uow, invitation, today=today):
        if await _repeats(uow, survey, new, version.form):
            return False
        raise SurveyAnswered
    added = (await (await uow.driver()).execute(_ADD, row)).rowcount == 1
    # Where it was not, the same may have come twice at once: the second waited for the first.
    return added or not await _repeats(uow, survey, new, version.form)


async def spend(uow: UnitOfWork, invitation: Invitation, *, today: date) -> bool:
    """Note on which day an invitation was answered; return whether it had not been before."""
    given = {"survey_id": invitation.survey_id, "party_id": invitation.party_id, "today": today}
    return (await (await uow.driver()).execute(_SPEND, given)).rowcount == 1


async def _version(uow: UnitOfWork, survey: SurveyView, version: int) -> VersionView:
    try:
        return await reading.version_of(uow, survey.id, version)
    except NotFoundError as error:
        raise SurveyChanged(survey.version) from error


async def _repeats(uow: UnitOfWork, survey: SurveyView, new: NewAnswer, form: Form) -> bool:
    """Tell whether an answer was kept before. Raises AnswerIdReused where another one was."""
    found: Any = await (await (await uow.driver()).execute(_KEPT, (survey.id, new.id))).fetchone()
    if found is None:
        return False
    if found != (new.version, await _kept(form, new.given)):
        raise AnswerIdReused
    return True


async def _kept(form: Form, given: Mapping[str, Any]) -> dict[str, Any]:
    # Off the loop: to look for names and numbers in pages of text takes its time.
    return await asyncio.to_thread(lambda: checking.scrubbed(form, checking.check(form, given)))

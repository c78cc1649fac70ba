"""Surveys that are answered on another platform, and the answers that come from there."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from psycopg.types.json import Jsonb

from storage.errors import NotFoundError
from storage.surveys import answering, checking, invitations, reading
from storage.surveys.checking import InvalidAnswers
from storage.surveys.kinds import Source
from storage.surveys.reading import SurveyView
from storage.unit_of_work import UnitOfWork

_SHOWN = "UPDATE survey SET external_id = %s, external_version = %s WHERE id = %s"
_FETCHED = "UPDATE survey SET external_cursor = %s WHERE id = %s"
_ADD = """
INSERT INTO survey_answer (survey_id, id, version, answers, context, source, external_id, answered_on)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalAnswer:
    """An answer as a platform has it.

    Attributes:
        external_id: what the platform calls it, by which it is kept once.
        ref: of the invitation that the answered link was for, if it was for one.
    """

    external_id: str
    version: int
    given: Mapping[str, Any]
    answered_on: date
    ref: bytes | None = None
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of answers.

    Attributes:
        refused: external ids of those that do not fit the form, or answer a version that never was.
    """

    kept: int
    repeated: int
    refused: tuple[str, ...]


async def shown(uow: UnitOfWork, survey: SurveyView, external_id: str) -> None:
    """Note what a platform calls a survey, and that it shows the version in force."""
    await (await uow.driver()).execute(_SHOWN, (external_id, survey.version, survey.id))


async def take(
    uow: UnitOfWork, survey: SurveyView, source: Source, answers: Sequence[ExternalAnswer], *, cursor: str
) -> Taken:
    """Keep answers that were fetched, each once, and up to where they were fetched, in one transaction.

    A second answer to one invitation is kept as well: the platform has taken it, and shows it.
    """
    kept = repeated = 0
    refused: list[str] = []
    for one in answers:
        try:
            added = await _add(uow, survey, source, one)
        except (InvalidAnswers, NotFoundError):
            refused.append(one.external_id)
            continue
        kept, repeated = kept + added, repeated + (not added)
    await (await uow.driver()).execute(_FETCHED, (cursor, survey.id))
    return Taken(kept=kept, repeated=repeated, refused=tuple(refused))


async def _add(uow: UnitOfWork, survey: SurveyView, source: Source, one: ExternalAnswer) -> bool:
    form = (await reading.version_of(uow, survey.id, one.version)).form
    answers = await asyncio.to_thread(lambda: checking.scrubbed(form, checking.check(form, one.given)))
    invitation = await invitations.by_ref(uow, survey.id, one.ref) if one.ref else None
    context = dict(invitation.context if invitation else one.context)
    row = (
        survey.id,
        uuid4(),
        one.version,
        Jsonb(answers),
        Jsonb(context),
        source.value,
        one.external_id,
        one.answered_on,
    )
    if (await (await uow.driver()).execute(_ADD, row)).rowcount == 0:
        return False
    if invitation is not None:
        await answering.spend(uow, invitation, today=one.answered_on)
    return True

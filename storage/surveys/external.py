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

# Of two workers that published two versions at once the older one may have come last: then it is done again.
_SHOWN = """
UPDATE survey SET external_id = %(external_id)s,
  external_version = CASE WHEN version = %(version)s THEN version END
WHERE id = %(id)s
"""
# Another worker may have been at the same place, and be farther now: it is not set back.
_FETCHED = """
UPDATE survey SET external_cursor = %(cursor)s
WHERE id = %(id)s AND external_cursor IS NOT DISTINCT FROM %(before)s::text
"""
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
    """Note what a platform calls a survey, and that it shows its version."""
    given = {"external_id": external_id, "version": survey.version, "id": survey.id}
    await (await uow.driver()).execute(_SHOWN, given)


async def take(
    uow: UnitOfWork, survey: SurveyView, source: Source, answers: Sequence[ExternalAnswer], *, cursor: str
) -> Taken:
    """Keep answers that were fetched after `external_cursor`, each once, and up to where they were fetched.

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
    given = {"cursor": cursor, "id": survey.id, "before": survey.external_cursor}
    await (await uow.driver()).execute(_FETCHED, given)
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

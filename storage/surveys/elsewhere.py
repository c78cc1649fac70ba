"""Surveys that are answered on another platform: what it shows of them, and what it has told us."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from psycopg.types.json import Jsonb

from storage.surveys.kinds import Source
from storage.surveys.reading import SurveyView
from storage.unit_of_work import UnitOfWork

# Two workers may have published two versions at once, and the older one came later: then both are told anew.
_PUBLISHED = """
UPDATE survey SET external_id = %(external_id)s,
  external_version = CASE WHEN version = %(version)s THEN version END
WHERE id = %(survey_id)s
"""
_KEEP = """
INSERT INTO survey_answer (survey_id, id, version, answers, context, source, external_id, answered_on)
VALUES (%(survey_id)s, %(id)s, %(version)s, %(answers)s, %(context)s, %(source)s, %(external_id)s, %(on)s)
ON CONFLICT (survey_id, external_id) WHERE external_id IS NOT NULL DO NOTHING
"""
# Another worker may have been at the same place, and be farther now: it is not set back.
_GO_ON = """
UPDATE survey SET external_cursor = %(cursor)s
WHERE id = %(survey_id)s AND external_cursor IS NOT DISTINCT FROM %(before)s::text
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """An answer that was fetched: it fits its version's form, and nothing personal is left in it.

    Attributes:
        external_id: the platform's name for it.
    """

    external_id: str
    version: int
    answered_on: date
    context: Mapping[str, str]
    answers: Mapping[str, Any] = field(repr=False)


async def note_published(uow: UnitOfWork, survey: SurveyView, *, external_id: str) -> None:
    """Keep what the platform calls a survey, and that it shows this version."""
    given = {"survey_id": survey.id, "version": survey.version, "external_id": external_id}
    await (await uow.driver()).execute(_PUBLISHED, given)


async def keep(
    uow: UnitOfWork, survey: SurveyView, fetched: Sequence[Fetched], *, before: str | None, cursor: str
) -> None:
    """Keep answers, each once however often it is fetched.

    Args:
        uow: in which they are kept.
        survey: which they are to.
        fetched: the answers.
        before: the place after which they were.
        cursor: where to go on.
    """
    driver = await uow.driver()
    async with driver.cursor() as statements:
        await statements.executemany(_KEEP, [_row(survey, one) for one in fetched])
    given = {"survey_id": survey.id, "cursor": cursor, "before": before}
    await driver.execute(_GO_ON, given)


def _row(survey: SurveyView, one: Fetched) -> dict[str, Any]:
    return {
        "survey_id": survey.id,
        "id": uuid4(),
        "version": one.version,
        "answers": Jsonb(dict(one.answers)),
        "context": Jsonb(dict(one.context)),
        "source": Source.VNFORM.value,
        "external_id": one.external_id,
        "on": one.answered_on,
    }

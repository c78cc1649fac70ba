"""Surveys that are answered on another platform: what it is still to be told, and what it has told us."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from storage.surveys.kinds import Platform
from storage.unit_of_work import Reading, UnitOfWork

FETCHED_FOR = timedelta(days=7)
"""After a survey's end: what was answered before it may be told later."""

_UNPUBLISHED = """
SELECT s.id, s.code, s.version, v.form FROM survey s
JOIN survey_version v ON v.survey_id = s.id AND v.version = s.version
WHERE s.state = 'open' AND s.platform = %(platform)s AND s.external_version IS DISTINCT FROM s.version
  AND (s.closes_at IS NULL OR s.closes_at > %(now)s)
ORDER BY s.id
"""
# Two workers may have published two versions at once, and the older one came later: then both are told anew.
_PUBLISHED = """
UPDATE survey SET external_id = %(external_id)s,
  external_version = CASE WHEN version = %(version)s THEN version END
WHERE id = %(survey_id)s
"""
_FETCHED = """
SELECT id, code, external_id, external_cursor, closes_at FROM survey
WHERE state <> 'draft' AND platform = %(platform)s AND external_id IS NOT NULL
  AND (closes_at IS NULL OR closes_at > %(since)s)
ORDER BY id
"""
_FORMS = "SELECT version, form FROM survey_version WHERE survey_id = %s AND version = ANY(%s)"
_KEEP = """
INSERT INTO survey_answer (survey_id, id, version, answers, context, source, external_id, answered_on)
VALUES (%(survey_id)s, %(id)s, %(version)s, %(answers)s, %(context)s, %(platform)s, %(external_id)s, %(on)s)
ON CONFLICT (survey_id, external_id) WHERE external_id IS NOT NULL DO NOTHING
"""
# Another worker may be at the same place, and farther: it is not set back.
_GO_ON = """
UPDATE survey SET external_cursor = %(cursor)s
WHERE id = %(survey_id)s AND external_cursor IS NOT DISTINCT FROM %(before)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpublished:
    """A survey whose version in force the platform does not show yet; `form` as `forms.of_text` reads it."""

    survey_id: UUID
    code: str
    version: int
    form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetching:
    """A survey whose answers are at the platform, and up to where they were fetched."""

    survey_id: UUID
    code: str
    external_id: str
    cursor: str | None
    closes_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """An answer that was fetched: it fits its version's form, and nothing personal is left in it."""

    external_id: str
    version: int
    answered_on: date
    context: Mapping[str, str]
    answers: Mapping[str, Any] = field(repr=False)


async def unpublished(reading: Reading, platform: Platform, *, now: datetime) -> Sequence[Unpublished]:
    """Return the surveys that a platform is to show, in the version in force."""
    rows = await _rows(reading, _UNPUBLISHED, {"platform": platform.value, "now": now})
    return [
        Unpublished(survey_id=survey_id, code=code, version=version, form=form)
        for survey_id, code, version, form in rows
    ]


async def note_published(uow: UnitOfWork, survey: Unpublished, *, external_id: str) -> None:
    """Keep what the platform calls a survey, and which version it shows."""
    given = {"survey_id": survey.survey_id, "version": survey.version, "external_id": external_id}
    await (await uow.driver()).execute(_PUBLISHED, given)


async def fetching(reading: Reading, platform: Platform, *, now: datetime) -> Sequence[Fetching]:
    """Return the surveys of which a platform may have answers that were not fetched."""
    rows = await _rows(reading, _FETCHED, {"platform": platform.value, "since": now - FETCHED_FOR})
    return [
        Fetching(survey_id=survey_id, code=code, external_id=external_id, cursor=cursor, closes_at=closes_at)
        for survey_id, code, external_id, cursor, closes_at in rows
    ]


async def forms_of(reading: Reading, survey_id: UUID, versions: Collection[int]) -> Mapping[int, str]:
    """Return the forms of those versions that there are."""
    found = await (await reading.driver()).execute(_FORMS, (survey_id, list(versions)))
    rows: list[Any] = await found.fetchall()
    return dict(rows)


async def keep(uow: UnitOfWork, survey: Fetching, fetched: Sequence[Fetched], *, cursor: str) -> None:
    """Keep answers, each once however often it is fetched, and where to go on."""
    driver = await uow.driver()
    async with driver.cursor() as statements:
        await statements.executemany(_KEEP, [_row(survey, one) for one in fetched])
    given = {"survey_id": survey.survey_id, "cursor": cursor, "before": survey.cursor}
    await driver.execute(_GO_ON, given)


def _row(survey: Fetching, one: Fetched) -> dict[str, Any]:
    return {
        "survey_id": survey.survey_id,
        "id": uuid4(),
        "version": one.version,
        "answers": Jsonb(dict(one.answers)),
        "context": Jsonb(dict(one.context)),
        "platform": Platform.VNFORM.value,
        "external_id": one.external_id,
        "on": one.answered_on,
    }


async def _rows(reading: Reading, query: str, given: Mapping[str, object]) -> list[Any]:
    rows: list[Any] = await (await (await reading.driver()).execute(query.encode(), given)).fetchall()
    return rows

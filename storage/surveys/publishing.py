"""A survey comes to be, changes, opens and closes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from storage.agencies.authority import spoken_for
from storage.errors import NotFoundError
from storage.ids import new_id
from storage.surveys.audience import Audience
from storage.surveys.errors import SurveyFixed, SurveyTaken
from storage.surveys.forms import Form
from storage.surveys.kinds import Platform
from storage.unit_of_work import UnitOfWork

# Within each statement: a survey may have come to be, or to be another's, since it was looked for.
_MAY: LiteralString = f"(%(by)s::uuid IS NULL OR s.agency_id = ANY({spoken_for('%(by)s::uuid')}))"
# Of two that make one survey at once, the second waits, and finds it there.
_MAKE = """
INSERT INTO survey (id, code, agency_id, state, audience, platform, version)
VALUES (%(id)s, %(code)s, %(agency_id)s, 'draft', %(audience)s, %(platform)s, 0)
ON CONFLICT (code) DO NOTHING
"""
_LOCK = f"""
SELECT s.id, s.agency_id, s.state, s.platform, s.audience->>'kind', s.version, v.form, {_MAY} FROM survey s
LEFT JOIN survey_version v ON v.survey_id = s.id AND v.version = s.version
WHERE s.code = %(code)s FOR UPDATE OF s
"""
_SET = """
UPDATE survey SET agency_id = %(agency_id)s, audience = %(audience)s, platform = %(platform)s,
  version = %(version)s
WHERE id = %(id)s
"""
_ADD_VERSION = """
INSERT INTO survey_version (survey_id, version, title, form, made_at)
VALUES (%(id)s, %(version)s, %(title)s, %(form)s, %(now)s)
"""
_OPEN = f"""
UPDATE survey s SET state = 'open', opens_at = %(opens_at)s, closes_at = %(closes_at)s
WHERE s.code = %(code)s AND {_MAY}
"""
# What was never opened has no time in which it could have been answered.
_CLOSE = f"""
UPDATE survey s SET state = 'closed', opens_at = least(s.opens_at, %(now)s - interval '1 second'),
  closes_at = least(s.closes_at, %(now)s)
WHERE s.code = %(code)s AND {_MAY}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A survey as its agency wants it."""

    code: str
    agency_id: UUID
    form: Form
    audience: Audience
    platform: Platform = Platform.OWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What publishing came to.

    Attributes:
        made: the survey was not there before.
        changed: the form has a new version.
    """

    version: int
    made: bool
    changed: bool


async def publish(uow: UnitOfWork, draft: Draft, *, now: datetime, by: UUID | None = None) -> Published:
    """Make a survey, or let it be as wanted from now on; a form that changed is a version of its own.

    Whoever had begun to answer the version before may do so for a day: see `answering`.

    Args:
        uow: in which it is kept.
        draft: the survey.
        now: the moment.
        by: the agency that asks for it; none for an operator, who may speak for all.

    Raises:
        SurveyTaken: there is one, of an agency for which whoever asks may not speak.
        SurveyFixed: it is another agency's, answered elsewhere, or for another kind of audience, and was
            opened already.
    """
    driver = await uow.driver()
    given = {
        "id": new_id(),
        "code": draft.code,
        "agency_id": draft.agency_id,
        "audience": Jsonb(draft.audience.as_json()),
        "platform": draft.platform.value,
        "by": by,
    }
    made = (await driver.execute(_MAKE, given)).rowcount == 1
    row: Any = await (await driver.execute(_LOCK, given)).fetchone()
    survey_id, agency_id, state, platform, kind, version, form, may = row
    if not may:
        raise SurveyTaken
    # Were it for everybody for a while, whoever asks could add all answers but that of one who was invited.
    wanted = (draft.agency_id, draft.platform, draft.audience.as_json()["kind"])
    if state != "draft" and (agency_id, platform, kind) != wanted:
        raise SurveyFixed
    changed = form != draft.form.text
    given |= {"id": survey_id, "version": version + changed, "form": draft.form.text, "now": now}
    if changed:
        title = draft.form.title
        names = {"vi": title.vi} | ({"en": title.en} if title.en else {})
        await driver.execute(_ADD_VERSION, given | {"title": Jsonb(names)})
    await driver.execute(_SET, given)
    return Published(version=version + changed, made=made, changed=changed)


async def open_(
    uow: UnitOfWork, code: str, *, opens_at: datetime, closes_at: datetime | None, by: UUID | None = None
) -> None:
    """Let a survey be answered from one moment on, to another if there is one; also one that was closed.

    `by` is as of `publish`.

    Raises:
        NotFoundError: there is none, or it is another agency's.
        ValueError: it would close before it opens.
    """
    if closes_at is not None and closes_at <= opens_at:
        raise ValueError("a survey opens before it closes")
    await _one(uow, _OPEN, {"code": code, "opens_at": opens_at, "closes_at": closes_at, "by": by})


async def close(uow: UnitOfWork, code: str, *, now: datetime, by: UUID | None = None) -> None:
    """Let a survey be answered no more. Raises NotFoundError. `by` is as of `publish`."""
    await _one(uow, _CLOSE, {"code": code, "now": now, "by": by})


async def _one(uow: UnitOfWork, statement: str, given: dict[str, object]) -> None:
    if (await (await uow.driver()).execute(statement.encode(), given)).rowcount == 0:
        raise NotFoundError("survey")

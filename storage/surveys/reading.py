"""Surveys as they are found: by their code, of an agency, and for whom somebody was invited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString, Self
from uuid import UUID

from storage.agencies.authority import spoken_for
from storage.errors import NotFoundError
from storage.surveys import audience, forms
from storage.surveys.audience import Audience
from storage.surveys.forms import Form
from storage.surveys.kinds import REPLACED_TAKEN_FOR, Platform, SurveyStanding, SurveyState
from storage.unit_of_work import Reading

_SURVEYS: LiteralString = """
SELECT s.id, s.code, s.agency_id, a.code, a.name, s.state, s.opens_at, s.closes_at, s.audience,
  whose.code, s.platform, s.version, v.form, v.made_at, s.external_id, s.external_version, s.external_cursor
FROM survey s
JOIN survey_version v ON v.survey_id = s.id AND v.version = s.version
JOIN agency a ON a.id = s.agency_id
LEFT JOIN agency whose ON whose.id = (s.audience->>'agency_id')::uuid
"""
_FIND = f"{_SURVEYS} WHERE s.code = %s"
_FIND_SPOKEN_FOR = f"{_SURVEYS} WHERE s.code = %s AND s.agency_id = ANY({spoken_for('%s')})"
_LIST_SPOKEN_FOR = (
    f"{_SURVEYS} WHERE s.agency_id = ANY({spoken_for('%s')}) AND s.code > %s ORDER BY s.code LIMIT %s"
)
_LIST = f"{_SURVEYS} ORDER BY s.code"
_INVITED = f"""{_SURVEYS}
JOIN survey_invitation i ON i.survey_id = s.id
WHERE i.party_id = %(party_id)s AND i.answered_on IS NULL AND s.state = 'open'
  AND coalesce(s.opens_at <= %(now)s, true) AND coalesce(%(now)s < s.closes_at, true)
ORDER BY i.invited_on DESC, s.code
"""
_INVITING = f"""{_SURVEYS}
WHERE s.state = 'open' AND s.audience->>'kind' = 'dossiers'
  AND coalesce(s.opens_at <= %(now)s, true) AND coalesce(%(now)s < s.closes_at, true)
ORDER BY s.code
"""
_OF_PLATFORM = f"{_SURVEYS} WHERE s.platform = %s AND s.state <> 'draft' ORDER BY s.code"
_VERSION = """
SELECT v.form, next.made_at FROM survey_version v
LEFT JOIN survey_version next ON next.survey_id = v.survey_id AND next.version = v.version + 1
WHERE v.survey_id = %s AND v.version = %s
"""
_FORMS = "SELECT form FROM survey_version WHERE survey_id = %s ORDER BY version DESC"


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyView:
    """A survey with its form in force; see `models.Survey`.

    Attributes:
        audience_code: of the agency whose dossiers it is about, if it is about some.
        made_at: when the version in force came.
    """

    id: UUID
    code: str
    agency_id: UUID
    agency_code: str
    agency_name: str
    state: SurveyState
    opens_at: datetime | None
    closes_at: datetime | None
    audience: Audience
    audience_code: str | None
    platform: Platform
    version: int
    form: Form
    made_at: datetime
    external_id: str | None
    external_version: int | None
    external_cursor: str | None

    @classmethod
    def of(cls, row: Sequence[Any]) -> Self:
        """Read a row of the query above."""
        given = dict(zip(cls.__slots__, row, strict=True))
        return cls(
            **given
            | {
                "state": SurveyState(given["state"]),
                "audience": audience.read(given["audience"]),
                "platform": Platform(given["platform"]),
                "form": forms.of_text(given["form"]),
            }
        )

    def standing(self, now: datetime) -> SurveyStanding:
        """Tell whether it may be answered at a moment."""
        if self.state is SurveyState.DRAFT:
            return SurveyStanding.DRAFT
        if self.state is SurveyState.CLOSED or (self.closes_at is not None and self.closes_at <= now):
            return SurveyStanding.CLOSED
        if self.opens_at is not None and now < self.opens_at:
            return SurveyStanding.NOT_YET
        return SurveyStanding.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """A form as it was at some time.

    Attributes:
        replaced_at: when the next one came; none of the one in force.
    """

    version: int
    form: Form
    replaced_at: datetime | None

    def taken(self, now: datetime) -> bool:
        """Tell whether it may be answered still: see `kinds.REPLACED_TAKEN_FOR`."""
        return self.replaced_at is None or now < self.replaced_at + REPLACED_TAKEN_FOR


async def find(reading: Reading, code: str) -> SurveyView:
    """Return a survey, drafts as well. Raises NotFoundError."""
    return _only(await _rows(reading, _FIND, (code,)))


async def find_spoken_for(reading: Reading, agency_id: UUID, code: str) -> SurveyView:
    """Return a survey of an agency for which another may speak. Raises NotFoundError."""
    return _only(await _rows(reading, _FIND_SPOKEN_FOR, (code, agency_id)))


async def spoken_for_by(
    reading: Reading, agency_id: UUID, *, after: str = "", limit: int
) -> list[SurveyView]:
    """Return surveys of the agencies for which one may speak, by their codes, those after one."""
    return await _rows(reading, _LIST_SPOKEN_FOR, (agency_id, after, limit))


async def every(reading: Reading) -> list[SurveyView]:
    """Return all surveys, by their codes."""
    return await _rows(reading, _LIST, ())


async def waiting_for(reading: Reading, party_id: UUID, now: datetime) -> list[SurveyView]:
    """Return the open surveys to which a party was invited and has not answered, the latest first."""
    return await _rows(reading, _INVITED, {"party_id": party_id, "now": now})


async def inviting(reading: Reading, now: datetime) -> list[SurveyView]:
    """Return the open surveys to which parties are invited, by their codes."""
    return await _rows(reading, _INVITING, {"now": now})


async def on_platform(reading: Reading, platform: Platform) -> list[SurveyView]:
    """Return the surveys that are, or were, answered on a platform."""
    return await _rows(reading, _OF_PLATFORM, (platform.value,))


async def version_of(reading: Reading, survey_id: UUID, version: int) -> VersionView:
    """Return a version of a survey. Raises NotFoundError."""
    row: Any = await (await (await reading.driver()).execute(_VERSION, (survey_id, version))).fetchone()
    if row is None:
        raise NotFoundError("version of a survey")
    text, replaced_at = row
    return VersionView(version=version, form=forms.of_text(text), replaced_at=replaced_at)


async def forms_of(reading: Reading, survey_id: UUID) -> list[Form]:
    """Return the forms of all versions, the newest first."""
    rows: list[Any] = await (await (await reading.driver()).execute(_FORMS, (survey_id,))).fetchall()
    return [forms.of_text(text) for (text,) in rows]


async def _rows(reading: Reading, query: str, given: Any) -> list[SurveyView]:
    rows: list[Any] = await (await (await reading.driver()).execute(query.encode(), given)).fetchall()
    return [SurveyView.of(row) for row in rows]


def _only(found: list[SurveyView]) -> SurveyView:
    if not found:
        raise NotFoundError("survey")
    return found[0]

"""Who was invited to a survey, by its party or by the link that it was sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from storage.unit_of_work import Reading

_INVITATION: LiteralString = """
SELECT i.survey_id, i.party_id, i.ref, i.invited_on, i.answered_on, a.code, d.procedure_code,
  to_char(d.ended_at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'YYYY-MM')
FROM survey_invitation i
LEFT JOIN dossier d ON d.id = i.dossier_id
LEFT JOIN agency a ON a.id = d.agency_id
"""
_OF_PARTY = f"{_INVITATION} JOIN survey s ON s.id = i.survey_id WHERE s.code = %s AND i.party_id = %s"
_BY_REF = f"{_INVITATION} WHERE i.survey_id = %s AND i.ref = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A party's invitation to a survey.

    Attributes:
        context: what is known of the dossier for whose sake it was asked, as of `models.SurveyAnswer`.
    """

    survey_id: UUID
    party_id: UUID
    ref: bytes
    invited_on: date
    answered_on: date | None
    context: Mapping[str, str]


async def of_party(reading: Reading, code: str, party_id: UUID) -> Invitation | None:
    """Return a party's invitation to a survey, if there is one and it was invited."""
    return await _one(reading, _OF_PARTY, (code, party_id))


async def by_ref(reading: Reading, survey_id: UUID, ref: bytes) -> Invitation | None:
    """Return the invitation that a personal link names, if there is one."""
    return await _one(reading, _BY_REF, (survey_id, ref))


async def _one(reading: Reading, query: str, given: tuple[object, ...]) -> Invitation | None:
    row: Any = await (await (await reading.driver()).execute(query.encode(), given)).fetchone()
    if row is None:
        return None
    survey_id, party_id, ref, invited_on, answered_on, agency, procedure, month = row
    known = {"agency_code": agency, "procedure_code": procedure, "month": month}
    return Invitation(
        survey_id=survey_id,
        party_id=party_id,
        ref=bytes(ref),
        invited_on=invited_on,
        answered_on=answered_on,
        context={name: value for name, value in known.items() if value is not None},
    )

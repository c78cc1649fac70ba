"""Who is invited to a survey, of those whose dossiers ended lately: each once, and to few surveys."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.dossiers.working_days import VIETNAM
from storage.surveys.audience import OfDossiers
from storage.surveys.kinds import INVITED_EVERY
from storage.surveys.links import REF_BYTES
from storage.surveys.reading import SurveyView
from storage.unit_of_work import UnitOfWork

# One at a time, whichever survey: of two that invite at once, neither would see whom the other invites.
_ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended('survey.inviting', 0))"
# The last dossier of each party stands for it.
_DUE = """
SELECT DISTINCT ON (d.party_id) d.party_id, d.id FROM dossier d
JOIN agency a ON a.id = d.agency_id
WHERE d.ended_at BETWEEN %(from)s AND %(now)s AND %(agency)s = ANY(a.lineage)
  AND (cardinality(%(procedures)s::text[]) = 0 OR d.procedure_code = ANY(%(procedures)s))
  AND NOT EXISTS (
    SELECT FROM survey_invitation i
    WHERE i.party_id = d.party_id AND (i.survey_id = %(survey)s OR i.invited_on > %(lately)s))
ORDER BY d.party_id, d.ended_at DESC, d.id LIMIT %(limit)s
"""
_INVITE = """
INSERT INTO survey_invitation (survey_id, party_id, ref, dossier_id, invited_on)
SELECT %(survey)s, g.party_id, g.ref, g.dossier_id, %(today)s
FROM unnest(%(parties)s::uuid[], %(refs)s::bytea[], %(dossiers)s::uuid[]) AS g(party_id, ref, dossier_id)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """A party that was invited just now; see `models.SurveyInvitation`."""

    party_id: UUID
    dossier_id: UUID
    ref: bytes


async def invite(uow: UnitOfWork, survey: SurveyView, *, now: datetime, limit: int) -> Sequence[Invited]:
    """Invite up to `limit` parties to a survey of dossiers; nobody while another process invites."""
    if not isinstance(survey.audience, OfDossiers):
        return []
    driver = await uow.driver()
    if await (await driver.execute(_ALONE)).fetchone() != (True,):
        return []
    today = now.astimezone(VIETNAM).date()
    given = {
        "survey": survey.id,
        "from": now - survey.audience.ended_within,
        "now": now,
        "agency": survey.audience.agency_id,
        "procedures": list(survey.audience.procedures),
        "today": today,
        "lately": today - INVITED_EVERY,
        "limit": limit,
    }
    rows: list[Any] = await (await driver.execute(_DUE, given)).fetchall()
    found = [
        Invited(party_id=party_id, dossier_id=dossier_id, ref=secrets.token_bytes(REF_BYTES))
        for party_id, dossier_id in rows
    ]
    columns = {
        "parties": [one.party_id for one in found],
        "refs": [one.ref for one in found],
        "dossiers": [one.dossier_id for one in found],
    }
    await driver.execute(_INVITE, given | columns)
    return found

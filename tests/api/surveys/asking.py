"""Surveys that are there, and what is answered to them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from secrets import token_bytes
from typing import Any
from uuid import UUID, uuid4

from api.services import Services
from storage.surveys import answering, forms, publishing, reading
from storage.surveys.answering import NewAnswer
from storage.surveys.audience import Audience, Everybody, OfDossiers
from storage.surveys.kinds import Platform, Source
from storage.surveys.models import SurveyInvitation
from storage.surveys.publishing import Draft

FORM: dict[str, Any] = {
    "type": "object",
    "title": "Khảo sát bộ phận một cửa",
    "x-title-en": "One-stop desk survey",
    "properties": {
        "ease": {"type": "integer", "title": "Dễ đến đâu?", "minimum": 1, "maximum": 5},
        "channel": {
            "type": "string",
            "title": "Nộp bằng cách nào?",
            "oneOf": [{"const": "online", "title": "Trực tuyến"}, {"const": "desk", "title": "Tại quầy"}],
        },
        "liked": {
            "type": "array",
            "title": "Hài lòng về",
            "uniqueItems": True,
            "items": {"oneOf": [{"const": "speed", "title": "Nhanh"}, {"const": "staff", "title": "Cán bộ"}]},
        },
        "again": {"type": "boolean", "title": "Sẽ dùng lại?"},
        "wish": {"type": "string", "title": "Mong muốn", "maxLength": 1000},
    },
    "required": ["ease"],
}
"""One question of each kind."""
ANSWERS: dict[str, Any] = {
    "ease": 4,
    "channel": "online",
    "liked": ["staff"],
    "again": True,
    "wish": "Nhanh hơn",
}


def changed(**root: Any) -> dict[str, Any]:
    """Return another form: with a title, or whatever else, of its own."""
    return {**FORM, "title": "Khảo sát đã đổi"} | root


def of_dossiers(agency_id: UUID, *, days: int = 30, procedures: tuple[str, ...] = ()) -> OfDossiers:
    """Return the audience of an agency's dossiers."""
    return OfDossiers(agency_id=agency_id, procedures=procedures, ended_within=timedelta(days=days))


async def make_survey(
    services: Services,
    agency_id: UUID,
    code: str | None = None,
    *,
    audience: Audience | None = None,
    form: Mapping[str, Any] = FORM,
    platform: Platform = Platform.OWN,
) -> str:
    """Make an open survey; return its code."""
    code = code or f"khao-sat-{uuid4().hex[:8]}"
    draft = Draft(
        code=code,
        agency_id=agency_id,
        form=forms.read(form),
        audience=audience or Everybody(),
        platform=platform,
    )
    now = datetime.now(UTC)
    async with services.unit_of_work() as uow:
        await publishing.publish(uow, draft, now=now)
        await publishing.open_(uow, code, opens_at=now, closes_at=None)
        await uow.commit()
    return code


async def invite(services: Services, code: str, party_id: UUID) -> bytes:
    """Invite a party to a survey; return by what its link names the invitation."""
    ref = token_bytes(16)
    async with services.unit_of_work() as uow:
        survey = await reading.find(uow, code)
        row = SurveyInvitation(
            survey_id=survey.id, party_id=party_id, ref=ref, invited_on=datetime.now(UTC).date()
        )
        uow.session.add(row)
        await uow.commit()
    return ref


def answer(version: int = 1, **answers: Any) -> dict[str, Any]:
    """Return a new answer as an app sends it."""
    return {"id": str(uuid4()), "version": version, "answers": answers or ANSWERS}


async def keep_answers(services: Services, code: str, count: int, **answers: Any) -> None:
    """Have a survey for everybody answered so many times."""
    async with services.unit_of_work() as uow:
        survey = await reading.find(uow, code)
        for _ in range(count):
            new = NewAnswer(id=uuid4(), version=survey.version, given=answers or ANSWERS, source=Source.APP)
            assert await answering.answer(uow, survey, new, None, now=datetime.now(UTC))
        await uow.commit()

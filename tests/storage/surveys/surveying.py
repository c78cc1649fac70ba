"""Surveys of an agency's, and what is answered to them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from storage.surveys import answering, forms, publishing, reading
from storage.surveys.answering import NewAnswer
from storage.surveys.audience import Audience, Everybody, OfDossiers
from storage.surveys.invitations import Invitation
from storage.surveys.kinds import Platform, Source
from storage.surveys.publishing import Draft, Published
from storage.surveys.reading import SurveyView
from storage.unit_of_work import UnitOfWork

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
CODE = "mot-cua-2026"
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
ANSWERS: dict[str, Any] = {"ease": 4, "channel": "online", "liked": ["staff"], "again": True, "wish": "Nhanh"}


def form(**questions: Any) -> dict[str, Any]:
    """Return a form with these questions, none of them required."""
    return {"type": "object", "title": "Khảo sát", "properties": questions}


def of_dossiers(agency_id: UUID, *, days: int = 30, procedures: tuple[str, ...] = ()) -> OfDossiers:
    """Return the audience of an agency's dossiers."""
    return OfDossiers(agency_id=agency_id, procedures=procedures, ended_within=timedelta(days=days))


async def publish(
    uow: UnitOfWork,
    agency_id: UUID,
    schema: Mapping[str, Any] = FORM,
    *,
    code: str = CODE,
    audience: Audience | None = None,
    platform: Platform = Platform.OWN,
    now: datetime = NOW,
    by: UUID | None = None,
) -> Published:
    """Publish a survey."""
    draft = Draft(
        code=code,
        agency_id=agency_id,
        form=forms.read(schema),
        audience=audience or Everybody(),
        platform=platform,
    )
    return await publishing.publish(uow, draft, now=now, by=by)


async def make_open(uow: UnitOfWork, agency_id: UUID, **more: Any) -> SurveyView:
    """Publish a survey, and open it."""
    await publish(uow, agency_id, **more)
    code = more.get("code", CODE)
    await publishing.open_(uow, code, opens_at=NOW, closes_at=None)
    return await reading.find(uow, code)


def new_answer(given: Mapping[str, Any] | None = None, *, version: int = 1, **more: Any) -> NewAnswer:
    """Return an answer that nobody has sent yet."""
    return NewAnswer(
        id=uuid4(), version=version, given=ANSWERS if given is None else given, source=Source.APP, **more
    )


async def answer(
    uow: UnitOfWork, new: NewAnswer, invitation: Invitation | None = None, *, now: datetime = NOW
) -> bool:
    """Answer the survey as it is now."""
    return await answering.answer(uow, await reading.find(uow, CODE), new, invitation, now=now)


async def kept(uow: UnitOfWork, columns: str = "version, answers") -> list[Any]:
    """Return what is kept of answers."""
    return await (
        await (await uow.driver()).execute(f"SELECT {columns} FROM survey_answer".encode())
    ).fetchall()

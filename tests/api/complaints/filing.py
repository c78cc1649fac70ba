"""How tests file complaints, as an app does, and handle them, as officers' pages do."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self
from uuid import UUID

import httpx

from api.complaints import moderator_service, officer_service
from api.complaints.drafts import Attempt
from api.complaints.moderator_service import Draft
from api.services import Services
from auth.principals import Officer
from storage.complaints.opening import OpenedComplaint
from storage.ids import new_id
from storage.officers import repository as officers
from storage.officers.models import OfficerRole
from storage.officers.roles import Role
from storage.unit_of_work import UnitOfWork
from tests.api.callers import Agency, Citizen

PATH = "/v1/complaints"
PUBLISHED = f"{PATH}/published"
WRITTEN = "Hồ sơ đã quá hẹn mười ngày mà chưa có kết quả."
ANSWER = "Hồ sơ đã được trả; cán bộ chậm trễ đã bị nhắc nhở."
LINK = "https://app.tindan.example/complaints/1"


@dataclass(frozen=True, kw_only=True)
class Filer:
    """A party with its app."""

    client: httpx.AsyncClient
    citizen: Citizen

    async def send(self, text: str = WRITTEN, /, **fields: Any) -> httpx.Response:
        """Complain to H26.1, privately, unless fields say otherwise; header fields are given as `headers`."""
        headers = self.citizen.headers | fields.pop("headers", {})
        body = {"kind": "complaint", "topic": "delay", "text": text, "public": False, "agency_code": "H26.1"}
        body = {name: value for name, value in (body | fields).items() if value is not None}
        return await self.client.post(PATH, json=body, headers=headers)

    async def file(self, text: str = WRITTEN, /, **fields: Any) -> dict[str, Any]:
        """File what is taken."""
        return _told(await self.send(text, **fields), 201)

    async def one(self, complaint_id: str) -> dict[str, Any]:
        """Read one that is there."""
        return _told(await self.client.get(f"{PATH}/{complaint_id}", headers=self.citizen.headers), 200)

    async def page(self, **query: Any) -> dict[str, Any]:
        """Read a page of one's own."""
        return _told(await self.client.get(PATH, params=query, headers=self.citizen.headers), 200)

    async def supply(self, complaint_id: str, text: str = "Ngày 3.", **headers: str) -> httpx.Response:
        """Add what was asked for."""
        where = f"{PATH}/{complaint_id}/supplements"
        return await self.client.post(where, json={"text": text}, headers=self.citizen.headers | headers)

    async def withdraw(self, complaint_id: str) -> httpx.Response:
        """Take one back."""
        return await self.client.post(f"{PATH}/{complaint_id}/withdrawal", headers=self.citizen.headers)

    async def consent(self, complaint_id: str, *, public: bool) -> httpx.Response:
        """Say whether others may read one."""
        where = f"{PATH}/{complaint_id}/publication"
        return await self.client.put(where, json={"public": public}, headers=self.citizen.headers)


def _told(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    return told


@dataclass(frozen=True, kw_only=True)
class Counter:
    """An officer of an agency who may do everything with complaints, by the services of the pages."""

    services: Services
    officer: Officer

    @classmethod
    async def of(cls, services: Services, agency: Agency) -> Self:
        """Return the counter of an agency."""
        now = datetime.now(UTC)
        async with services.unit_of_work() as uow:
            email = f"{agency.code}@tindan.example"
            officer_id = await officers.invite(uow, email=email, invited_by="test", name="Lê Văn Bình")
            for role in (Role.OFFICER, Role.MODERATOR):
                uow.session.add(
                    OfficerRole(
                        officer_id=officer_id,
                        role=role,
                        agency_id=agency.id,
                        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
                        granted_by="test",
                    )
                )
            await uow.commit()
        return cls(
            services=services, officer=Officer(officer_id=officer_id, session_id=new_id(), signed_in_at=now)
        )

    async def opened(self, complaint_id: str) -> OpenedComplaint:
        """Open a complaint."""
        async with self.services.unit_of_work() as uow:
            found = await officer_service.opened(uow, self.officer, UUID(complaint_id))
            await uow.commit()
        return found

    async def attempt(self, complaint_id: str) -> Attempt:
        """Draw a form for a complaint as it is."""
        return Attempt(form_id=new_id(), seen=(await self.opened(complaint_id)).last.id)

    async def do(self, step: str, complaint_id: str, attempt: Attempt | None = None, **given: Any) -> None:
        """Do something of `officer_service`, by a form of its own if none is given."""
        attempt = attempt or await self.attempt(complaint_id)
        if step in {"decline", "answer", "forward"}:
            given["calendar"] = self.services.calendar
        async with self.services.unit_of_work() as uow:
            work = getattr(officer_service, step)
            await work(uow, self.officer, UUID(complaint_id), attempt, link=LINK, **given)
            await uow.commit()

    async def answer(self, complaint_id: str, text: str = ANSWER) -> None:
        """Take one on, and answer it."""
        await self.do("accept", complaint_id)
        await self.do("answer", complaint_id, text=text)

    async def publish(self, complaint_id: str, text: str = WRITTEN, answer: str = ANSWER) -> None:
        """Let everybody read one."""
        async with self.services.unit_of_work() as uow:
            draft = Draft(text=text, answer=answer)
            await moderator_service.publish(uow, self.officer, UUID(complaint_id), draft, link=LINK)
            await uow.commit()


async def notices(open_unit: Any) -> list[tuple[str, str, str]]:
    """Return category, matter and agency of each notice of a complaint, in their order."""
    async with open_unit() as uow:
        assert isinstance(uow, UnitOfWork)
        rows: list[Any] = await (
            await (await uow.driver()).execute(
                "SELECT category, params->>'complaint', params->>'agency_name' FROM notification ORDER BY id"
            )
        ).fetchall()
    return [(category, matter, agency) for category, matter, agency in rows]

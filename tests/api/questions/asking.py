"""How tests ask, as an app does, and answer, as officers' pages do."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID

import httpx

from api.services import Services
from storage.ids import new_id
from storage.officers import repository as officers
from storage.officers.desk import MODERATORS, WORKERS, Desk
from storage.officers.models import OfficerRole
from storage.officers.roles import Role
from storage.parties import repository as parties
from storage.procedures import repository as procedures
from storage.procedures.record import Procedure
from storage.questions import asking, handling, publishing
from storage.questions.asking import NewQuestion
from storage.questions.handling import NewAnswer
from storage.questions.holding import hold
from storage.questions.kinds import DeclineReason
from storage.questions.publishing import Entry, Published
from storage.questions.resting import RestsOn
from tests.api.callers import Agency, Citizen
from tests.api.conftest import PROCEDURE

PATH = "/v1/questions"
MINE = f"{PATH}/mine"
QUESTION = "Làm lại giấy khai sinh cho con ở nơi tạm trú được không?"
ANSWER = "Được, bạn nộp ở nơi tạm trú."


@dataclass(frozen=True, kw_only=True)
class Asker:
    """A party with its app, at the counter of an agency."""

    client: httpx.AsyncClient
    citizen: Citizen

    async def send(self, text: str = QUESTION, /, **fields: Any) -> httpx.Response:
        """Ask H26.1, privately, unless fields say otherwise; header fields are given as `headers`."""
        headers = self.citizen.headers | fields.pop("headers", {})
        body = {"text": text, "public": False, "agency_code": "H26.1"} | fields
        body = {name: value for name, value in body.items() if value is not None}
        return await self.client.post(PATH, json=body, headers=headers)

    async def ask(self, text: str = QUESTION, /, **fields: Any) -> dict[str, Any]:
        """Ask what is taken."""
        answer = await self.send(text, **fields)
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def page(self, **query: Any) -> dict[str, Any]:
        """Read a page of one's own."""
        answer = await self.client.get(MINE, params=query, headers=self.citizen.headers)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def read(self, question_id: str, **headers: str) -> httpx.Response:
        """Read one of one's own."""
        return await self.client.get(f"{MINE}/{question_id}", headers=self.citizen.headers | headers)

    async def one(self, question_id: str) -> dict[str, Any]:
        """Read one that is there."""
        answer = await self.read(question_id)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def withdraw(self, question_id: str) -> httpx.Response:
        """Take one back."""
        return await self.client.post(f"{MINE}/{question_id}/withdraw", headers=self.citizen.headers)


@dataclass(frozen=True, kw_only=True)
class Office:
    """An officer of an agency who may do everything with questions."""

    services: Services
    agency_id: UUID
    officer_id: UUID

    @classmethod
    async def of(cls, services: Services, agency: Agency) -> Self:
        """Return the office of an agency."""
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
        return cls(services=services, agency_id=agency.id, officer_id=officer_id)

    async def answer(self, question_id: str, text: str = ANSWER, *, version: int | None = None) -> UUID:
        """Answer what was asked, resting on a version of the procedure of the tests where one is given."""
        rests_on = RestsOn(code=PROCEDURE.code, version=version) if version is not None else None
        async with self.services.unit_of_work() as uow:
            held = await hold(uow, Desk(officer_id=self.officer_id, roles=WORKERS), UUID(question_id))
            seen = held.last.id if held.last else None
            new = NewAnswer(id=new_id(), text=text, rests_on=rests_on, seen=seen)
            await handling.answer(uow, held, self.officer_id, new, now=datetime.now(UTC))
            await uow.commit()
        return new.id

    async def decline(self, question_id: str, reason: DeclineReason) -> None:
        """Decline to answer."""
        async with self.services.unit_of_work() as uow:
            held = await hold(uow, Desk(officer_id=self.officer_id, roles=WORKERS), UUID(question_id))
            await handling.decline(uow, held, reason, now=datetime.now(UTC))
            await uow.commit()

    async def publish(self, question_id: str, question: str = QUESTION, answer: str = ANSWER) -> UUID:
        """Let the last answer be read, and return under which id."""
        async with self.services.unit_of_work() as uow:
            held = await hold(uow, Desk(officer_id=self.officer_id, roles=MODERATORS), UUID(question_id))
            assert held.last
            new = Published(id=new_id(), question=question, answer=answer, seen=held.last.id)
            await publishing.publish(uow, held, new, by=str(self.officer_id), now=datetime.now(UTC))
            await uow.commit()
        await self.services.answers.renew()
        return new.id

    async def write(self, question: str, answer: str = ANSWER, **fields: Any) -> UUID:
        """Publish what is asked often."""
        entry_id = await keep_answer(self.services, self.agency_id, question, answer, **fields)
        await self.services.answers.renew()
        return entry_id


async def catalogue(services: Services, *records: Procedure, whole: bool = False) -> int:
    """Import procedures; return the version of the catalogue."""
    async with services.unit_of_work() as uow:
        outcome = await procedures.put(uow, records, author="test", source="test", whole=whole, shrink=True)
        await uow.commit()
    return outcome.version


async def keep_question(services: Services, party_id: UUID, agency_id: UUID) -> str:
    """Keep a question of a party's, without asking so often that it is slowed; return its id."""
    now, question_id = datetime.now(UTC), new_id()
    new = NewQuestion(
        id=question_id,
        author_ref=str(party_id),
        agency_id=agency_id,
        procedure_code=None,
        text=QUESTION,
        public=False,
        asked_at=now,
        due_at=now + timedelta(days=7),
    )
    async with services.unit_of_work() as uow:
        await asking.ask(uow, await parties.open_key(uow, party_id), new)
        await uow.commit()
    return str(question_id)


async def keep_answer(
    services: Services, agency_id: UUID, question: str = QUESTION, answer: str = ANSWER, **fields: Any
) -> UUID:
    """Publish what is asked often, and return its id; it is found once that is looked for."""
    entry = Entry(id=new_id(), agency_id=agency_id, question=question, answer=answer, **fields)
    async with services.unit_of_work() as uow:
        await publishing.put(uow, entry, by="test", now=datetime.now(UTC))
        await uow.commit()
    return entry.id

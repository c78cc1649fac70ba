"""An office with questions before it: agencies, officers with roles, a procedure, and who asks."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from storage.agencies.models import Agency
from storage.ids import new_id
from storage.officers import repository as officers
from storage.officers.desk import Desk
from storage.officers.models import OfficerRole
from storage.officers.roles import Role
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.procedures import repository as procedures
from storage.procedures.record import Procedure
from storage.questions.kinds import Publication, QuestionState
from storage.questions.models import Question
from storage.questions.sealed import QUESTION
from storage.unit_of_work import UnitOfWork

NOW = datetime.now(UTC)
BIRTH = Procedure(code="1.001193", name="Đăng ký khai sinh", agency="Ủy ban nhân dân cấp xã")
MARRIAGE = Procedure(code="1.000894", name="Đăng ký kết hôn", agency="Ủy ban nhân dân cấp xã")
ASKED = "Làm giấy khai sinh cho con cần giấy gì?"
OpenUnit = Callable[[], UnitOfWork]


async def agency(
    open_unit: OpenUnit, code: str, *, parent: UUID | None = None, valid_to: date | None = None
) -> UUID:
    """Make an agency."""
    agency_id = new_id()
    async with open_unit() as uow:
        above = (await uow.session.get_one(Agency, parent)).lineage if parent else []
        uow.session.add(
            Agency(
                id=agency_id,
                code=code,
                name=f"Ủy ban nhân dân {code}",
                parent_id=parent,
                lineage=[*above, agency_id],
                valid_to=valid_to,
            )
        )
        await uow.commit()
    return agency_id


async def officer(
    open_unit: OpenUnit, email: str, *roles: tuple[Role, UUID], ended: bool = False, name: str = "Lê Văn Bình"
) -> UUID:
    """Invite an officer with roles; with `ended`, such as counted until yesterday."""
    async with open_unit() as uow:
        officer_id = await officers.invite(uow, email=email, invited_by="test", name=name)
        for role, agency_id in roles:
            uow.session.add(
                OfficerRole(
                    officer_id=officer_id,
                    role=role,
                    agency_id=agency_id,
                    valid_from=NOW - timedelta(days=9),
                    valid_until=NOW - timedelta(days=1) if ended else None,
                    granted_by="test",
                )
            )
        await uow.commit()
    return officer_id


def desk(officer_id: UUID, *roles: Role) -> Desk:
    """Return an officer's desk."""
    return Desk(officer_id=officer_id, roles=frozenset(roles))


async def catalogue(open_unit: OpenUnit, *, fee: str = "", without: str | None = None) -> int:
    """Import the catalogue, with another name of the first procedure or without one; return the version."""
    records = [
        BIRTH.model_copy(update={"name": f"{BIRTH.name}{fee}"}),
        MARRIAGE,
        *(Procedure(code=f"2.00000{n}", name=f"Thủ tục {n}") for n in range(4)),
    ]
    async with open_unit() as uow:
        kept = [one for one in records if one.code != without]
        outcome = await procedures.put(uow, kept, author="test", source="test", whole=True)
        await uow.commit()
    return outcome.version


async def asker(open_unit: OpenUnit, name: str = "Nguyễn Thị An", number: str = "001190000011") -> UUID:
    """Make a party."""
    async with open_unit() as uow:
        identity = PartyIdentity(kind=PartyKind.PERSON, number=number, name=name)
        (key,) = await parties.find_or_create(uow, [identity])
        await uow.commit()
    return key.party_id


async def question(
    open_unit: OpenUnit,
    party_id: UUID,
    agency_id: UUID,
    *,
    text: str = ASKED,
    public: bool = False,
    procedure_code: str | None = None,
    asked_at: datetime = NOW,
    due_at: datetime | None = None,
) -> UUID:
    """Ask."""
    question_id = new_id()
    async with open_unit() as uow:
        key = await parties.open_key(uow, party_id)
        uow.session.add(
            Question(
                id=question_id,
                party_id=party_id,
                author_ref=str(party_id),
                agency_id=agency_id,
                procedure_code=procedure_code,
                text_sealed=key.encrypt(text, QUESTION),
                state=QuestionState.ASKED,
                publication=Publication.WANTED if public else Publication.PRIVATE,
                asked_at=asked_at,
                due_at=due_at or asked_at + timedelta(days=7),
            )
        )
        await uow.commit()
    return question_id


async def withdraw(open_unit: OpenUnit, question_id: UUID) -> None:
    """Let the asker take it back."""
    async with open_unit() as uow:
        row = await uow.session.get_one(Question, question_id)
        row.state, row.closed_at = QuestionState.WITHDRAWN, row.closed_at or NOW
        await uow.commit()


async def row_of(open_unit: OpenUnit, question_id: UUID) -> Question:
    """Return a question as it is kept."""
    async with open_unit() as uow:
        return await uow.session.get_one(Question, question_id)


async def somebody_waits(open_unit: OpenUnit) -> None:
    """Return once a transaction waits for another's row."""
    asked = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
    async with asyncio.timeout(5), open_unit() as uow:
        driver = await uow.driver()
        while await (await driver.execute(asked)).fetchone() != (True,):
            pass

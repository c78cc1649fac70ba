"""The party asks, takes back, and reads what it was answered."""

from datetime import UTC, datetime, time
from uuid import UUID

from api.problems import Problem, invalid
from api.questions.schemas import NewQuestion, QuestionDetail
from api.questions.wording import detail
from api.services import Services
from auth.principals import Citizen
from storage.agencies import repository as agencies
from storage.dossiers.working_days import VIETNAM, WorkingCalendar
from storage.ids import new_id
from storage.parties import repository as parties
from storage.procedures import repository as procedures
from storage.procedures.codes import ProcedureCode, split_procedure_code
from storage.questions import asking, own
from storage.questions.asking import QuestionDeclined
from storage.unit_of_work import Reading, UnitOfWork

END_OF_DAY = time(23, 59, 59, tzinfo=VIETNAM)


async def ask(
    uow: UnitOfWork, services: Services, citizen: Citizen, given: NewQuestion, locale: str
) -> QuestionDetail:
    """Keep a question for the agency that answers it.

    Raises:
        Problem: 422 naming what does not fit.
        NotFoundError: the party is no more.
    """
    code = split_procedure_code(given.procedure_code) if given.procedure_code else None
    if code and not await procedures.known_codes(uow, [code.short]):
        raise invalid("unknown-procedure", "procedure_code", value=code.short)
    agency_id = await _addressee(uow, services, given.agency_code, code)
    key, now = await parties.open_key(uow, citizen.party_id), datetime.now(UTC)
    question = asking.NewQuestion(
        id=new_id(),
        author_ref=str(citizen.signed_in_as),
        agency_id=agency_id,
        procedure_code=code.short if code else None,
        text=given.text,
        public=given.public,
        asked_at=now,
        due_at=due(services.calendar, now, services.settings.questions.answer_days),
    )
    await asking.ask(uow, key, question)
    return await one(uow, citizen, question.id, locale)


async def one(reading: Reading, citizen: Citizen, question_id: UUID, locale: str) -> QuestionDetail:
    """Return a question of the citizen's. Raises NotFoundError, as well where it is another's."""
    question, answers = await own.one(reading, citizen.party_id, question_id)
    return detail(question, answers, citizen.party_id, locale)


async def withdraw(uow: UnitOfWork, citizen: Citizen, question_id: UUID, locale: str) -> QuestionDetail:
    """Take a question back.

    Raises:
        NotFoundError: there is none, or it is another's.
        Problem: 409 where the agency has declined it.
    """
    try:
        await asking.withdraw(uow, citizen.party_id, question_id, now=datetime.now(UTC))
    except QuestionDeclined as error:
        raise Problem("question-declined", 409) from error
    return await one(uow, citizen, question_id, locale)


def due(calendar: WorkingCalendar, asked_at: datetime, days: int) -> datetime:
    """Return the end of the last of so many working days (Civil Code 2015, articles 147 and 148)."""
    day = calendar.add_working_days(asked_at.astimezone(VIETNAM).date(), days)
    return datetime.combine(day, END_OF_DAY)


async def _addressee(
    reading: Reading, services: Services, given: str | None, procedure: ProcedureCode | None
) -> UUID:
    """Return the agency that is asked: the one given, the procedure's publisher, or the front desk.

    Somebody must speak for it: one that has ended is asked where it has a successor. Raises Problem (422).
    """
    wanted = (given, procedure and procedure.agency, services.settings.questions.front_desk_code())
    codes = [code for code in wanted if code]
    found = await agencies.resolve(reading, codes)
    speakers = await services.authority.speakers(reading, [agency.id for agency in found.values()])
    if given and given not in found:
        raise invalid("unknown-agency", "agency_code", value=given)
    if given and not speakers[found[given].id]:
        raise invalid("agency-closed", "agency_code", value=given)
    heard = (found[code].id for code in codes if code in found and speakers[found[code].id])
    agency_id = next(heard, None)
    if agency_id is None:
        raise invalid("agency-needed", "agency_code")
    return agency_id

"""The party files complaints and suggestions, adds to them, takes them back, and says who may read them."""

from datetime import UTC, datetime
from uuid import UUID

from api.complaints.schemas import ComplaintDetail, NewComplaint
from api.complaints.wording import detail
from api.problems import Problem, invalid
from api.services import Services
from auth.principals import Citizen
from storage.agencies import repository as agencies
from storage.complaints import filing, own
from storage.complaints.codes import new_code
from storage.complaints.errors import Decided, NotNow
from storage.complaints.filing import OwnDossier
from storage.dossiers.working_days import WorkingCalendar
from storage.ids import new_id
from storage.parties import repository as parties
from storage.unit_of_work import Reading, UnitOfWork


async def file(
    uow: UnitOfWork, services: Services, citizen: Citizen, given: NewComplaint, locale: str
) -> ComplaintDetail:
    """Keep a complaint for the agency that is to process it.

    Raises:
        Problem: 422 naming what does not fit.
        NotFoundError: the dossier, or the party, is none of the citizen's or no more.
    """
    dossier = None
    if given.dossier_code:
        dossier = await filing.dossier(uow, citizen.party_id, given.dossier_code)
    complaint = filing.NewComplaint(
        id=new_id(),
        code=new_code(),
        author_ref=str(citizen.signed_in_as),
        agency_id=await _addressee(uow, services, given.agency_code, dossier),
        dossier_id=dossier.id if dossier else None,
        kind=given.kind,
        topic=given.topic,
        text=given.text,
        public=given.public,
        received_at=datetime.now(UTC),
    )
    key = await parties.open_key(uow, citizen.party_id)
    await filing.file(uow, key, complaint, services.calendar)
    return await one(uow, citizen, complaint.id, locale)


async def one(reading: Reading, citizen: Citizen, complaint_id: UUID, locale: str) -> ComplaintDetail:
    """Return a complaint of the citizen's. Raises NotFoundError, as well where it is another's."""
    complaint, entries = await own.one(reading, citizen.party_id, complaint_id)
    return detail(complaint, entries, citizen.party_id, locale)


async def supply(
    uow: UnitOfWork, citizen: Citizen, complaint_id: UUID, text: str, *, calendar: WorkingCalendar
) -> None:
    """Add what an agency has asked for.

    Raises:
        NotFoundError: there is no such complaint, or it is another's.
        Problem: 409 where nobody asks for more.
    """
    now = datetime.now(UTC)
    try:
        await filing.supply(uow, citizen.party_id, complaint_id, text, now=now, calendar=calendar)
    except NotNow as error:
        raise Problem("nothing-asked", 409) from error


async def withdraw(uow: UnitOfWork, citizen: Citizen, complaint_id: UUID) -> None:
    """Take a complaint back.

    Raises:
        NotFoundError: there is no such complaint, or it is another's.
        Problem: 409 where it was answered or declined.
    """
    try:
        await filing.withdraw(uow, citizen.party_id, complaint_id, now=datetime.now(UTC))
    except NotNow as error:
        raise Problem("complaint-closed", 409) from error


async def consent(
    uow: UnitOfWork, citizen: Citizen, complaint_id: UUID, *, public: bool, calendar: WorkingCalendar
) -> None:
    """Say whether others may read a complaint; what is published and may not be read is gone at once.

    Raises:
        NotFoundError: there is no such complaint, or it is another's.
        Problem: 409 where it ended without an answer, or a moderator has decided that nobody reads it.
    """
    now = datetime.now(UTC)
    if not public:
        await filing.disagree(uow, citizen.party_id, complaint_id, now=now)
        return
    try:
        await filing.agree(uow, citizen.party_id, complaint_id, now=now, calendar=calendar)
    except NotNow as error:
        raise Problem("complaint-closed", 409) from error
    except Decided as error:
        raise Problem("publication-decided", 409) from error


async def _addressee(
    reading: Reading, services: Services, given: str | None, dossier: OwnDossier | None
) -> UUID:
    """Return the agency that gets it: the one given, else the dossier's. Raises Problem (422).

    Somebody must speak for it: one that has ended is addressed where it has a successor.
    """
    if given is not None:
        found = await agencies.resolve(reading, [given])
        if given not in found:
            raise invalid("unknown-agency", "agency_code", value=given)
        agency_id, closed = found[given].id, invalid("agency-closed", "agency_code", value=given)
    elif dossier is not None:
        agency_id, closed = dossier.agency_id, invalid("complaint-agency-needed", "agency_code")
    else:
        raise invalid("complaint-agency-needed", "agency_code")
    speakers = await services.authority.speakers(reading, [agency_id])
    if not speakers.get(agency_id):
        raise closed
    return agency_id

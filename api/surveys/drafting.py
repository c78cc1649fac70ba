"""What an agency, or an operator, gives of a survey becomes one that can be kept."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

from api.problems import Problem, invalid
from api.surveys.agency_schemas import AgencySurvey, SurveyOpening
from api.surveys.service import field_errors
from storage.procedures import repository as procedures
from storage.surveys import forms, publishing
from storage.surveys.errors import SurveyFixed, SurveyTaken
from storage.surveys.forms import Form, InvalidForm
from storage.surveys.kinds import FARTHEST
from storage.surveys.publishing import Draft, Published
from storage.unit_of_work import UnitOfWork

Find = Callable[[str], Awaitable[UUID | None]]
"""Returns the id of the agency with a code, if whoever asks may speak for it."""


async def publish(
    uow: UnitOfWork,
    code: str,
    given: AgencySurvey,
    find: Find,
    own: UUID | None,
    *,
    by: UUID | None = None,
) -> Published:
    """Make a survey, or change it; `own` is the agency where none is named, `by` the one that asks.

    Raises Problem: 422 where the form or something that it names can not be used; 409 where it is of an
    agency for which the one that asks does not speak, or was opened and would become another agency's or be
    answered elsewhere.
    """
    form = _form(given)
    agency_id = await _agency(given.agency_code, own, find, "agency_code")
    whose = await _agency(given.audience.agency_code, agency_id, find, "audience", "agency_code")
    known = await procedures.known_codes(uow, given.audience.procedures)
    for place, procedure in enumerate(given.audience.procedures):
        if procedure not in known:
            raise invalid("unknown-procedure", "audience", "procedures", place, value=procedure)
    draft = Draft(
        code=code,
        agency_id=agency_id,
        form=form,
        audience=given.audience.audience(whose),
        platform=given.platform,
    )
    try:
        return await publishing.publish(uow, draft, now=datetime.now(UTC), by=by)
    except SurveyTaken as error:
        raise Problem("survey-code-taken", 409) from error
    except SurveyFixed as error:
        raise Problem("survey-fixed", 409) from error


async def open_(uow: UnitOfWork, code: str, given: SurveyOpening, *, by: UUID | None = None) -> None:
    """Let a survey be answered. Raises NotFoundError, and Problem (422) for times that can not be."""
    now = datetime.now(UTC)
    opens_at = given.opens_at or now
    for name, at in (("opens_at", given.opens_at), ("closes_at", given.closes_at)):
        # Told as a duration: near the ends of the calendar no other zone has such a time.
        if at is not None and abs(at - now) > FARTHEST:
            raise invalid("out-of-range", name)
    if given.closes_at is not None and given.closes_at <= max(now, opens_at):
        raise invalid("survey-dates", "closes_at")
    await publishing.open_(uow, code, opens_at=opens_at, closes_at=given.closes_at, by=by)


def _form(given: AgencySurvey) -> Form:
    try:
        return forms.read(given.form)
    except InvalidForm as error:
        raise Problem("validation", 422, errors=field_errors(error.faults, "form")) from error


async def _agency(code: str | None, own: UUID | None, find: Find, *where: str) -> UUID:
    found = await find(code) if code else own
    if found is None:
        raise invalid("agency-not-yours", *where, value=code or "")
    return found

"""What officers may learn of themselves and of one another."""

from uuid import UUID

from api.officers.schemas import Colleague, Colleagues, HeldRole, OfficerMe
from api.paging import Mark, PageQuery, cut
from auth.principals import Officer
from storage.agencies.codes import InvalidCode, normalise_agency_code
from storage.errors import NotFoundError
from storage.officers import reading as officers
from storage.officers.roles import Role
from storage.unit_of_work import Reading

IN_CHARGE = frozenset({Role.SUPERVISOR})
"""Who may see who works in an agency."""


class _Mark(Mark):
    """The role with which a page ended."""

    role_id: UUID


async def me(reading: Reading, officer: Officer) -> OfficerMe:
    """Return who is signed in. Raises NotFoundError for whoever was shut out."""
    found = await officers.enabled_officer(reading, officer.officer_id)
    if found is None:
        raise NotFoundError("officer")
    return OfficerMe(
        id=found.id,
        name=found.name,
        email=found.email,
        roles=[
            HeldRole(
                role=role.role,
                agency_code=role.agency_code,
                agency_name=role.agency_name,
                valid_from=role.valid_from,
                valid_until=role.valid_until,
            )
            for role in found.current
        ],
    )


async def colleagues(reading: Reading, officer: Officer, code: str, page: PageQuery) -> Colleagues:
    """Return who holds roles in an agency and below it.

    Raises:
        NotFoundError: there is no such agency, or the officer does not supervise it.
    """
    try:
        agency_code = normalise_agency_code(code)
    except InvalidCode as error:
        raise NotFoundError("agency") from error
    after = _Mark.decode(page.cursor, parameter="cursor").role_id if page.cursor else None
    found = await officers.colleagues(
        reading,
        officer.officer_id,
        IN_CHARGE,
        agency_code=agency_code,
        after=after,
        limit=page.limit + 1,
    )
    if found is None:
        raise NotFoundError("agency")
    rows, more = cut(found, page.limit)
    return Colleagues(
        items=[Colleague.model_validate(row, from_attributes=True) for row in rows],
        next_cursor=_Mark(role_id=rows[-1].role_id).encode() if more else None,
    )

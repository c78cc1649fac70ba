"""Officers in tests: with roles, and as services see them."""

from collections.abc import Iterable
from datetime import UTC, datetime

from api.services import Services
from auth.principals import Officer
from storage.ids import new_id
from storage.officers import repository
from storage.officers.roles import Role
from tests.api.callers import Agency


async def make_officer(services: Services, email: str, roles: Iterable[tuple[Role, Agency]]) -> Officer:
    """Make an officer who holds roles for agencies."""
    async with services.unit_of_work() as uow:
        officer_id = await repository.invite(uow, email=email, name=f"Cán bộ {email}", invited_by="test")
        for role, agency in roles:
            await repository.grant(uow, officer_id, role, agency_id=agency.id, granted_by="test")
        await uow.commit()
    return Officer(officer_id=officer_id, session_id=new_id(), signed_in_at=datetime.now(UTC))

"""An officer never sees outside of the subtrees for which roles are held, on trees and roles drawn at random."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.agencies.models import Agency
from storage.ids import new_id
from storage.officers import reading, repository
from storage.officers.authority import holds
from storage.officers.models import OfficerRole
from storage.officers.roles import Role

NOW = datetime.now(UTC)
AGENCY_ROLES = [role for role in Role if role.of_an_agency]
LONG_AGO, SOON = NOW - timedelta(days=9), NOW + timedelta(days=9)
TERMS = [(LONG_AGO, None), (LONG_AGO, SOON), (LONG_AGO, NOW - timedelta(days=1)), (SOON, None)]


@st.composite
def offices(draw):
    """Agencies, some of them ended; roles with their terms, held by one officer; and the roles asked for."""
    agencies: list[Agency] = []
    for place in range(draw(st.integers(1, 10))):
        parent, agency_id = draw(st.sampled_from([None, *agencies])), new_id()
        agencies.append(
            Agency(
                id=agency_id,
                code=f"T{place}",
                name=f"{place}",
                parent_id=parent and parent.id,
                lineage=[*(parent.lineage if parent else []), agency_id],
                valid_to=draw(st.sampled_from([None, None, date(2020, 1, 1)])),
            )
        )
    held = draw(
        st.lists(
            st.tuples(st.sampled_from(AGENCY_ROLES), st.sampled_from(agencies), st.sampled_from(TERMS)),
            max_size=5,
        )
    )
    return agencies, held, draw(st.sets(st.sampled_from(AGENCY_ROLES), min_size=1))


def expected(agencies: list[Agency], held, asked) -> set[UUID]:
    """The agencies in force below one in force for which an asked role counts now."""
    tops = {
        agency.id
        for role, agency, (start, end) in held
        if role in asked and start <= NOW and (end is None or end > NOW) and agency.valid_to is None
    }
    return {one.id for one in agencies if one.valid_to is None and tops & set(one.lineage)}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(office=offices(), shut_out=st.booleans())
async def test_never_outside_of_the_subtree(unit_of_work, office, shut_out: bool):
    """Exactly what lies below a role that counts is seen, in the predicate and in the list of colleagues."""
    agencies, held, asked = office
    async with unit_of_work() as uow:  # never committed
        me = await repository.invite(uow, email="an@example.vn", invited_by="test")
        for agency in agencies:
            uow.session.add(agency.model_copy())
            await uow.session.flush()
        for role, agency, (start, end) in held:
            uow.session.add(
                OfficerRole(
                    officer_id=me,
                    role=role,
                    agency_id=agency.id,
                    valid_from=start,
                    valid_until=end,
                    granted_by="t",
                )
            )
        await repository.set_enabled(uow, me, enabled=not shut_out)
        rows = await (await uow.driver()).execute(
            f"SELECT a.id FROM agency a WHERE {holds('a.id')}",
            {"officer": me, "roles": [role.value for role in asked]},
        )
        seen = {agency_id for (agency_id,) in await rows.fetchall()}
        lists = {
            agency.id: await reading.colleagues(
                uow, me, asked, agency_code=agency.code, after=None, limit=100
            )
            for agency in agencies
        }
    wanted = set() if shut_out else expected(agencies, held, asked)
    assert seen == wanted
    assert {agency_id for agency_id, found in lists.items() if found is not None} == wanted
    by_code = {agency.code: agency for agency in agencies}
    for agency_id in wanted:
        assert all(agency_id in by_code[one.agency_code].lineage for one in lists[agency_id])


@pytest.fixture
async def office(unit_of_work) -> UUID:
    """An agency."""
    agency_id = new_id()
    async with unit_of_work() as uow:
        uow.session.add(Agency(id=agency_id, code="H26", name="Sở", lineage=[agency_id]))
        await uow.commit()
    return agency_id


async def test_a_role_ends_at_once(office, unit_of_work):
    """A role is given once, counts until it is taken away, and stays on record with its end."""
    async with unit_of_work() as uow:
        me = await repository.invite(uow, email="an@example.vn", invited_by="test")
        for fresh in (True, False):
            given = await repository.grant(uow, me, Role.VIEWER, agency_id=office, granted_by="test")
            assert given is fresh
        await uow.commit()
    async with unit_of_work() as uow:
        (role,) = (await reading.enabled_officer(uow, me)).current
        assert (role.role, role.agency_code, role.granted_by) == (Role.VIEWER, "H26", "test")
        assert await repository.revoke(uow, me, Role.VIEWER, agency_id=office)
        assert not await repository.revoke(uow, me, Role.OFFICER, agency_id=office)
        await uow.commit()
    async with unit_of_work() as uow:
        one = await reading.officer(uow, me)
        assert (len(one.roles), one.current) == (1, ())
        assert await repository.grant(uow, me, Role.VIEWER, agency_id=office, granted_by="test")


async def test_operators_have_no_agency(office, unit_of_work):
    """A role that fits its agency is the only one to be had, and an operator is one until shut out."""
    async with unit_of_work() as uow:
        me = await repository.invite(uow, email="an@example.vn", invited_by="test")
        for role, agency_id in ((Role.OPERATOR, office), (Role.VIEWER, None)):
            with pytest.raises(ValueError, match="operator"):
                await repository.grant(uow, me, role, agency_id=agency_id, granted_by="test")
        assert not await reading.is_operator(uow, me)
        await repository.grant(uow, me, Role.OPERATOR, agency_id=None, granted_by="test")
        assert await reading.is_operator(uow, me)
        await repository.set_enabled(uow, me, enabled=False)
        assert not await reading.is_operator(uow, me)
        assert await reading.enabled_officer(uow, me) is None

"""Agencies found by any of their codes."""

import pytest

from storage.agencies import clients, repository
from storage.agencies.models import Agency, AgencyAlias
from storage.ids import new_id


@pytest.fixture
async def province(unit_of_work):
    """A province with a department that has an older code."""
    above, below = new_id(), new_id()
    async with unit_of_work() as uow:
        uow.session.add(Agency(id=above, code="H26", name="Hà Nội", lineage=[above]))
        await uow.session.flush()
        department = Agency(id=below, code="H26.18", name="Sở", parent_id=above, lineage=[above, below])
        uow.session.add(department)
        await uow.session.flush()
        uow.session.add(AgencyAlias(code="G09.18", agency_id=below))
        await uow.commit()
    return above, below


async def test_resolve(province, reading):
    """Own codes and older ones lead to the agency and to the way down to it; unknown ones to nothing."""
    above, below = province
    async with reading() as read:
        found = await repository.resolve(read, {"H26", "H26.18", "G09.18", "H99"})
    department = repository.AgencyRef(id=below, code="H26.18", path=(above, below))
    assert found == {
        "H26": repository.AgencyRef(id=above, code="H26", path=(above,)),
        "H26.18": department,
        "G09.18": department,
    }


async def test_own_code_comes_first(province, unit_of_work):
    """A code that one agency has now and another had once means the one that has it now."""
    above, below = province
    async with unit_of_work() as uow:
        uow.session.add(AgencyAlias(code="H26", agency_id=below))
        found = await repository.resolve(uow, ["H26"])
    assert found["H26"].id == above


async def test_nothing(reading):
    """Nothing is found for nothing."""
    async with reading() as read:
        assert await repository.resolve(read, []) == {}
        assert await clients.find_client(read, "nobody") is None

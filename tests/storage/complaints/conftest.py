"""A bureau that is open."""

import pytest

from tests.storage.complaints.bureau import Bureau, OpenUnit


@pytest.fixture
async def bureau(unit_of_work: OpenUnit) -> Bureau:
    """Two agencies, an officer each, and somebody who files."""
    return await Bureau.open(unit_of_work)

"""The people and organisations of demonstrations."""

import pytest

from infra.sandbox import people
from infra.sandbox.people import is_tax_code


async def test_demonstration_people_are_well_formed_and_evident():
    """Numbers have the right form, serials show that they are invented, and sexes fit the fourth digit."""
    accounts = list(people.load().values())
    assert [account.number[6:] for account in accounts] == [f"{n:06}" for n in range(1, len(accounts) + 1)]
    for account in accounts:
        century = "01" if account.born.startswith("19") else "23"
        assert account.number[3] in century
        assert account.email.endswith("example.vn")
        assert account.phone.startswith("+849")


@pytest.mark.parametrize(
    ("code", "valid"), [("0100109106", True), ("0100109107", False), ("123", False), ("9900000071", False)]
)
async def test_tax_code_check_digit(code, valid):
    """The check digit of a known tax code is right, any other is not."""
    assert is_tax_code(code) is valid

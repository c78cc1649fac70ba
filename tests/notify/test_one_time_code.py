"""Codes that prove addresses: six digits, the same each time, evenly spread, and nobody else's to derive."""

from collections import Counter
from secrets import token_bytes
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.one_time_code import DIGITS, code_of, matches
from storage.cipher import Cipher
from storage.ids import new_id

FIXED = Cipher(master_key=bytes(32), index_key=bytes(range(32)))


@given(st.uuids())
def test_a_code_is_six_digits_and_stays_the_same(verification_id: UUID) -> None:
    """Sender and checker derive it apart from each other."""
    code = code_of(FIXED, verification_id)
    assert len(code) == DIGITS
    assert set(code) <= set("0123456789")
    assert code_of(Cipher(master_key=token_bytes(32), index_key=bytes(range(32))), verification_id) == code


def test_leading_zeros_are_kept() -> None:
    """Of two thousand codes some begin with a zero, and all have six digits."""
    codes = [code_of(FIXED, UUID(int=n)) for n in range(2000)]
    assert {len(code) for code in codes} == {DIGITS}
    assert any(code.startswith("0") for code in codes)


def test_codes_are_spread_evenly() -> None:
    """Each first and each last digit comes about as often (chi-squared, 9 degrees, once in 10^6)."""
    codes = [code_of(FIXED, UUID(int=n)) for n in range(10_000)]
    for place in (0, -1):
        counts = Counter(code[place] for code in codes)
        assert sum((counts[digit] - 1000) ** 2 / 1000 for digit in "0123456789") < 46


def test_another_installation_has_other_codes() -> None:
    """Without the index key the id says nothing."""
    other = Cipher(master_key=bytes(32), index_key=token_bytes(32))
    ids = [new_id() for _ in range(50)]
    assert sum(code_of(FIXED, one) == code_of(other, one) for one in ids) < 5


@pytest.mark.parametrize("change", ["wrong", "short", "long", "empty", "letters"])
def test_only_the_code_itself_matches(change: str) -> None:
    """Neither a part of it nor more than it, and text of any kind may be asked about."""
    verification_id = new_id()
    code = code_of(FIXED, verification_id)
    given_instead = {
        "wrong": f"{(int(code) + 1) % 10**DIGITS:06}",
        "short": code[:-1],
        "long": code + "0",
        "empty": "",
        "letters": "mã sáu số",
    }
    assert matches(FIXED, verification_id, code)
    assert not matches(FIXED, verification_id, given_instead[change])

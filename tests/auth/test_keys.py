"""Signing keys that take over by the clock: no token is refused while an installation changes over."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey
from pydantic import SecretStr

from auth.errors import InvalidToken
from auth.keys import KeyRing, public_set, rotated
from auth.settings import AuthSettings
from auth.tokens import Tokens
from storage.settings import Environment
from storage.signing import new_key, read_keys, signs_from, write_keys
from tests.auth.test_tokens import AGENCY

OVERLAP = 630
HOUR = 3600
KEYS = [*read_keys(new_key()), *read_keys(new_key()), *read_keys(new_key())]


def timed(key: ECKey, start: int) -> ECKey:
    return read_keys(json.dumps({**key.as_dict(private=True), "nbf": start}))[0]


def tokens(keys: list[ECKey], clock) -> Tokens:
    secret = SecretStr(write_keys(keys))
    return Tokens(AuthSettings(env=Environment.DEVELOPMENT, token_key=secret), now=clock)


def test_untimed_set():
    """Of keys that name no time the first signs, and all count for good."""
    ring = KeyRing(KEYS, overlap=OVERLAP)
    assert ring.signing(0) is ring.signing(1e12) is KEYS[0]
    assert ring.counting(1e12) == KEYS


def test_takes_over_by_the_clock():
    """The next key counts before it signs, and the old one until its last token has expired."""
    old, new = KEYS[0], timed(KEYS[1], 1000)
    ring = KeyRing([old, new], overlap=OVERLAP)
    assert [ring.signing(now) for now in (0, 999, 1000, 5000)] == [old, old, new, new]
    assert [len(ring.counting(now)) for now in (0, 999, 1000, 1629, 1630)] == [2, 2, 2, 2, 1]
    assert ring.counting(1630) == [new]


def test_a_single_key_ahead_of_its_time():
    """Where no key's time has come the first to come signs, rather than none."""
    later, sooner = timed(KEYS[0], 3000), timed(KEYS[1], 2000)
    assert KeyRing([later, sooner], overlap=OVERLAP).signing(1000) is sooner


def test_rotated():
    """A fresh key stands last and waits; keys that are over are left out; none is added while one waits."""
    keys = rotated(KEYS[:1], now=1000, signs_at=1000 + HOUR, overlap=OVERLAP)
    assert [signs_from(key) for key in keys] == [0, 1000 + HOUR]
    with pytest.raises(ValueError, match="waits already"):
        rotated(keys, now=999 + HOUR, signs_at=9 * HOUR, overlap=OVERLAP)
    third = rotated(keys, now=1000 + 2 * HOUR, signs_at=9 * HOUR, overlap=OVERLAP)
    assert [key.kid for key in third[:-1]] == [keys[1].kid]


def test_written_and_read():
    """A set comes back as it was written, times and names included."""
    keys = [KEYS[0], timed(KEYS[1], 1000)]
    again = read_keys(write_keys(keys))
    assert [(key.kid, signs_from(key), key.is_private) for key in again] == [
        (key.kid, signs_from(key), True) for key in keys
    ]


@pytest.mark.parametrize("start", [-1, 1.5, "1000", True, None])
def test_odd_times(start):
    """A key whose time is no time is refused at the start, not when it should sign."""
    with pytest.raises(ValueError, match="nbf"):
        read_keys(json.dumps({**KEYS[0].as_dict(private=True), "nbf": start}))


def test_published():
    """What is published is the public halves, the next key's among them, and says nothing of times."""
    published = public_set([KEYS[0], timed(KEYS[1], 1000)])["keys"]
    assert [key["kid"] for key in published] == [KEYS[0].kid, KEYS[1].kid]
    assert all(not {"d", "nbf"} & key.keys() for key in published)


@settings(deadline=None)
@given(
    moves=st.lists(st.integers(min_value=0, max_value=HOUR), min_size=3, max_size=3),
    steps=st.lists(st.integers(min_value=1, max_value=900), min_size=1, max_size=25),
)
def test_roll_out(moves, steps):
    """Whenever each of three processes gets the new set in time, each takes the tokens of all for their life."""
    clock = _Clock()
    changed = rotated(KEYS[:1], now=0, signs_at=HOUR, overlap=OVERLAP)
    old, new = [tokens(KEYS[:1], clock) for _ in moves], [tokens(changed, clock) for _ in moves]
    issued: list[tuple[float, str]] = []
    for step in steps:
        clock.seconds += step
        fleet = [new[i] if clock() >= move else old[i] for i, move in enumerate(moves)]
        issued = [(born, token) for born, token in issued if clock() < born + 600]
        issued += [(clock(), process.for_agency(AGENCY)) for process in fleet]
        for process in fleet:
            for _, token in issued:
                assert process.verify_agency(token) == AGENCY


class _Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_withdrawn_key(clock):
    """Tokens of a key that was taken out end at once; those of a key that is over end with the last of them."""
    old, new = KEYS[0], timed(KEYS[1], int(clock()) + HOUR)
    token = tokens([old], clock).for_agency(AGENCY)
    with pytest.raises(InvalidToken):
        tokens([new], clock).verify_agency(token)
    clock.forward(HOUR - 1)
    last = tokens([old, new], clock).for_agency(AGENCY)
    clock.forward(600)
    assert tokens([old, new], clock).verify_agency(last) == AGENCY
    clock.forward(31)
    assert [key["kid"] for key in tokens([old, new], clock).jwks()["keys"]] == [new.kid]

"""How people name a complaint."""

import secrets
from typing import Final

PREFIX: Final = "PA-"
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's Base32: no letter that is taken for a digit or another letter when it is read out."""
LENGTH: Final = 8


def new_code() -> str:
    """Return a code such as PA-7K3M0QXV, of 40 random bits: it tells neither how many there are nor when."""
    return PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))

"""The code that proves an address: derived whenever it is needed, kept nowhere. Pure.

Whoever reads the database, a backup or a log of it learns no code: without the index key, the id of a
verification says nothing.
"""

import hmac
from datetime import timedelta
from uuid import UUID

from storage.cipher import Cipher

PURPOSE = "contact.code"
DIGITS = 6
LIFETIME = timedelta(minutes=10)
"""How long a code is good; its wording says so, too."""
MOST_TRIES = 5
"""Guesses that a code bears: five in a million."""


def code_of(cipher: Cipher, verification_id: UUID) -> str:
    """Return the six digits of a verification, leading zeros included.

    Reducing 256 random bits to six digits favours some codes over others by less than one part in 10^71.
    """
    number = int.from_bytes(cipher.blind_index(PURPOSE, str(verification_id)))
    return f"{number % 10**DIGITS:0{DIGITS}}"


def matches(cipher: Cipher, verification_id: UUID, given: str) -> bool:
    """Whether the code of a verification was given; how long this takes does not tell how much was right."""
    return hmac.compare_digest(code_of(cipher, verification_id).encode(), given.encode())

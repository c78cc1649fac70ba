"""A link by which a dossier is rated without an app: it proves that a notice about it arrived. Pure.

What it proves by is derived whenever it is needed, and kept nowhere (decision 15). An agency has all else
that could prove a dossier: its code, its applicant's number, and the slip.
"""

import hmac
from base64 import urlsafe_b64encode

from storage.cipher import Cipher

PURPOSE = "rating.link"
PROOF_BYTES = 16


def proof_of(cipher: Cipher, code: str) -> str:
    """Return what proves a dossier, by its normalised code, in base64url (RFC 4648, 5)."""
    digest = cipher.blind_index(PURPOSE, code)[:PROOF_BYTES]
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def is_proof(cipher: Cipher, code: str, given: str) -> bool:
    """Whether it proves a dossier; how long this takes does not tell how much was right."""
    return hmac.compare_digest(proof_of(cipher, code).encode(), given.encode())

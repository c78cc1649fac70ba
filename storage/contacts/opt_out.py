"""The token in a message by which whoever holds the address gives it up, without an account."""

import base64
import binascii
import hmac
from uuid import UUID

from storage.cipher import Cipher

PURPOSE = "contact.opt-out"
MAC_BYTES = 16


def opt_out_token(cipher: Cipher, contact_id: UUID) -> str:
    """Return a token that stands for one contact and that nobody else can make."""
    mac = cipher.blind_index(PURPOSE, str(contact_id))[:MAC_BYTES]
    return base64.urlsafe_b64encode(contact_id.bytes + mac).rstrip(b"=").decode()


def contact_of(cipher: Cipher, token: str) -> UUID | None:
    """Return the contact that a token stands for, or none where it was not made by us."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        contact_id = UUID(bytes=raw[:16])
    except (binascii.Error, ValueError):
        return None
    mac = cipher.blind_index(PURPOSE, str(contact_id))[:MAC_BYTES]
    return contact_id if hmac.compare_digest(mac, raw[16:]) else None

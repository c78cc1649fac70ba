"""Encryption of personal text: one key per party, wrapped by a master key; found by keyed hash.

Destroying a party's wrapped key makes everything written under it unreadable for good, which is
how a party is erased (Law 91/2025/QH15 on personal data protection, the right to delete).
"""

import hmac
from dataclasses import dataclass, field
from os import urandom
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.errors import StorageError

KEY_BYTES = 32
NONCE_BYTES = 12
VERSION = b"\x01"
"""Leads every ciphertext and wrapped key, so that another cipher or master key can be told apart later."""


class UndecipherableError(StorageError):
    """The bytes were not written under this key, for this party and field, or were changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyKey:
    """The open key of one party. Lives in memory only, for the length of a request or a send."""

    party_id: UUID
    _aead: AESGCM = field(repr=False)

    def encrypt(self, text: str, purpose: str) -> bytes:
        """Return version, nonce and ciphertext (AES-256-GCM), bound to this party and to `purpose`."""
        return self._seal(text.encode(), purpose.encode())

    def decrypt(self, sealed: bytes, purpose: str) -> str:
        """Return the text; raise UndecipherableError when it is not this party's, or was changed."""
        try:
            plain = self._open(sealed, purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise UndecipherableError(purpose) from error
        return plain.decode()

    def encrypt_optional(self, text: str | None, purpose: str) -> bytes | None:
        """Encrypt, or keep nothing as nothing."""
        return None if text is None else self.encrypt(text, purpose)

    def decrypt_optional(self, sealed: bytes | None, purpose: str) -> str | None:
        """Decrypt, or keep nothing as nothing."""
        return None if sealed is None else self.decrypt(sealed, purpose)

    def wrap(self, raw: bytes, purpose: str, about: UUID) -> bytes:
        """Encrypt bytes, such as a file's key, bound to this party, `purpose` and the thing they are of."""
        return self._seal(raw, _about(purpose, about))

    def unwrap(self, wrapped: bytes, purpose: str, about: UUID) -> bytes:
        """Return what `wrap` was given; raise UndecipherableError when it is another's, or was changed."""
        try:
            return self._open(wrapped, _about(purpose, about))
        except (InvalidTag, ValueError) as error:
            raise UndecipherableError(purpose) from error

    def _seal(self, plain: bytes, binding: bytes) -> bytes:
        nonce = urandom(NONCE_BYTES)
        return VERSION + nonce + self._aead.encrypt(nonce, plain, self.party_id.bytes + binding)

    def _open(self, sealed: bytes, binding: bytes) -> bytes:
        return self._aead.decrypt(*_opened(sealed), self.party_id.bytes + binding)


def _about(purpose: str, about: UUID) -> bytes:
    # No purpose of a text begins with this byte: what is wrapped never passes for a text.
    return b"\x00" + about.bytes + purpose.encode()


def _opened(sealed: bytes) -> tuple[bytes, bytes]:
    """Split into nonce and ciphertext. Raises ValueError for another version."""
    if sealed[:1] != VERSION:
        raise ValueError("written by another version")
    return sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]


class Cipher:
    """Wraps and opens party keys, and makes blind indexes.

    Args:
        master_key: 32 bytes; wraps party keys.
        index_key: 32 bytes; keys the blind indexes. Kept apart, so that a change of the master key
            would touch no index.
    """

    def __init__(self, *, master_key: bytes, index_key: bytes) -> None:
        if len(master_key) != KEY_BYTES or len(index_key) != KEY_BYTES:
            raise ValueError(f"root keys are {KEY_BYTES} bytes long")
        self._master = AESGCM(master_key)
        self._index_key = index_key

    def new_party_key(self, party_id: UUID) -> tuple[PartyKey, bytes]:
        """Draw a key for a party; return it open, and wrapped for keeping."""
        raw = urandom(KEY_BYTES)
        nonce = urandom(NONCE_BYTES)
        wrapped = VERSION + nonce + self._master.encrypt(nonce, raw, party_id.bytes)
        return PartyKey(party_id=party_id, _aead=AESGCM(raw)), wrapped

    def open_party_key(self, party_id: UUID, wrapped: bytes) -> PartyKey:
        """Open a wrapped key; raise UndecipherableError when it is another party's or master's."""
        try:
            raw = self._master.decrypt(*_opened(wrapped), party_id.bytes)
        except (InvalidTag, ValueError) as error:
            raise UndecipherableError("party key") from error
        return PartyKey(party_id=party_id, _aead=AESGCM(raw))

    def seal(self, text: str, purpose: str) -> bytes:
        """Encrypt what belongs to no party under the master key, bound to `purpose`."""
        nonce = urandom(NONCE_BYTES)
        return VERSION + nonce + self._master.encrypt(nonce, text.encode(), purpose.encode())

    def unseal(self, sealed: bytes, purpose: str) -> str:
        """Return what `seal` kept; raise UndecipherableError when it is another purpose's or master's."""
        try:
            plain = self._master.decrypt(*_opened(sealed), purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise UndecipherableError(purpose) from error
        return plain.decode()

    def blind_index(self, purpose: str, value: str) -> bytes:
        """Return 32 bytes by which an encrypted value is found (HMAC-SHA-256, one space per purpose).

        Citizen numbers are few enough to be enumerated, so a plain hash would hide nothing.
        """
        # By its name: OpenSSL would look it up each time by the function, which takes as long as the hash.
        return hmac.digest(self._index_key, f"{purpose}\x00{value}".encode(), "sha256")

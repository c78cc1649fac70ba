"""The keys that seal, behind a port: a file today, a security module or a service of keys just as well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from storage.errors import SettingsError
from storage.seals import es256
from storage.seals.errors import Fault, SealError
from storage.seals.key_sets import KeySet, PublicKey, public_key
from storage.signing import read_keys, signing, signs_from


class Signer(Protocol):
    """Signs with one key, wherever that is. The key itself never comes out."""

    @property
    def kid(self) -> str:
        """The JWK thumbprint (RFC 7638) of its public half."""

    async def sign(self, message: bytes) -> bytes:
        """Return the ES256 signature of a message: r and s, 32 bytes each."""


class FileSigner:
    """Signs with a key that was read from a setting."""

    def __init__(self, key: ECKey) -> None:
        private = key.private_key
        if not isinstance(private, EllipticCurvePrivateKey):
            raise TypeError("not a private key")
        self.kid = public_key(key).kid
        self._private = private

    async def sign(self, message: bytes) -> bytes:
        """Return the signature: it takes some 30 µs, so nobody need wait for a thread."""
        return es256.sign(self._private, message)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A key that may seal, and from when on it does (seconds since 1970)."""

    public: PublicKey
    signs_from: int
    signer: Signer

    async def sign(self, message: bytes) -> bytes:
        """Return a signature that was tried: what is printed can not be called back.

        Raises:
            SealError: `signature` where the signer returns anything but one of this key.
        """
        signature = await self.signer.sign(message)
        if not es256.is_signed(self.public.key, message, signature):
            raise SealError(Fault.SIGNATURE, f"the signer of {self.public.kid} signs with another key")
        return signature


class SealKeys:
    """All keys of an installation: the next, the one that seals, those retired, those withdrawn.

    A retired key stays published, as its seals stay good; its private half need not be kept. One that was
    withdrawn is published with that time, and seals no more.

    Args:
        keys: as they are in the setting, each private or not.
        signers: those that sign elsewhere, by their `kid`. They come before what `keys` hold.

    Raises:
        ValueError: a time is none, a key is there twice, or there is none that may seal.
    """

    def __init__(self, keys: Sequence[ECKey], *, signers: Mapping[str, Signer] | None = None) -> None:
        self._signing = []
        published = []
        for key in keys:
            public = public_key(key)
            published.append(public)
            signer = (signers or {}).get(public.kid) or (FileSigner(key) if key.is_private else None)
            if signer and public.withdrawn_at is None:
                self._signing.append(SigningKey(public=public, signs_from=signs_from(key), signer=signer))
        if not self._signing:
            raise ValueError("it holds no private key that may seal")
        self.key_set = KeySet(published)
        """What seals are judged by."""

    def signing(self, now: float) -> SigningKey:
        """Return the key that seals: of those whose time has come the latest."""
        return signing(self._signing, now, starts=lambda key: key.signs_from)

    def published(self) -> dict[str, Any]:
        """Return the public halves of all keys as a JWK set, the next one among them."""
        return self.key_set.as_dict()


def read_seal_keys(text: str) -> list[ECKey]:
    """Read the setting TINDAN_SEAL_KEY: a PEM, a JWK, or a JWK set in which public keys may stand too.

    Raises SettingsError.
    """
    try:
        keys = read_keys(text, also_public=True)
        SealKeys(keys)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        # The cause could quote the key: it is named, not chained.
        raise SettingsError(
            "TINDAN_SEAL_KEY is no EC P-256 private key in PEM or JWK, or set of keys with one "
            f"({type(error).__name__}). Make one with: tindan seal keys new"
        ) from None
    return keys

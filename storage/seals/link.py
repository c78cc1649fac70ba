"""The printed link: ``HTTPS://<HOST>/V/<CODE>#<TOKEN>``, all of it in characters that a QR code packs well.

The code leads to the online status. The token, in Base32 without padding (RFC 4648, section 6), stands in the
fragment, which no browser sends anywhere. Capitals throughout: a QR code holds them and digits in 5.5 bits
each, in its alphanumeric mode; the `#` alone takes a segment of bytes.
"""

import base64
import binascii
import re
import secrets
from dataclasses import dataclass

from storage.seals.cbor import MOST_BYTES
from storage.seals.errors import Fault, SealError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: without I, L, O and U."""
CODE_LENGTH = 12
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None})
_CODE = re.compile(f"[{ALPHABET}]{{{CODE_LENGTH}}}")
_HOST = re.compile(r"[0-9A-Z]([0-9A-Z.-]{0,251}[0-9A-Z])?(:[0-9]{1,5})?")
_LINK = re.compile(r"(?P<head>HTTPS?://(?P<host>[^/#?\s]+)/V/(?P<code>[^/#?]+))(#(?P<token>.+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link in the parts that become segments of a QR code: alphanumeric, `#` as a byte, alphanumeric."""

    prefix: str
    fragment: str

    @property
    def text(self) -> str:
        """The whole."""
        return f"{self.prefix}#{self.fragment}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What was read from a paper. Neither host nor code is covered by any signature.

    Attributes:
        host: in capitals, with the port if one is named; none where the token stood alone.
        code: likewise.
        token: none where the link has no fragment.
    """

    host: str | None = None
    code: str | None = None
    token: bytes | None = None

    def require_token(self) -> bytes:
        """Return the token, or raise SealError (`no_token`)."""
        if self.token is None:
            raise SealError(Fault.NO_TOKEN, "the link has no fragment")
        return self.token


def new_code() -> str:
    """Return a code nobody can guess: 60 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def link(host: str, code: str, token: bytes, *, secure: bool = True) -> Link:
    """Return the link of a seal.

    Args:
        host: where the page of verification is, with a port if need be.
        code: as `new_code` made it.
        token: COSE_Sign1.
        secure: by https; anything else is for one's own machine.

    Raises:
        SealError: `no_link` where host or code can not be part of one.
    """
    name = host.upper()
    if not _HOST.fullmatch(name) or not _CODE.fullmatch(code):
        raise SealError(Fault.NO_LINK, "host or code")
    scheme = "HTTPS" if secure else "HTTP"
    return Link(prefix=f"{scheme}://{name}/V/{code}", fragment=_to_base32(token))


def read_code(text: str) -> str:
    """Return a code as it is kept, from one that a person typed: in any case, with spaces or hyphens.

    Raises:
        SealError: `no_link` where it is none.
    """
    if len(text) > MOST_BYTES:
        raise SealError(Fault.TOO_LONG, f"{len(text)} characters")
    code = "".join(text.split()).upper().translate(_READ_AS)
    if not text.isascii() or not _CODE.fullmatch(code):
        raise SealError(Fault.NO_LINK, "it is no code")
    return code


def read_link(text: str) -> Scanned:
    """Read a link in any case, or a token in Base32 alone.

    Raises:
        SealError: `too_long`, `no_link` or `base32`.
    """
    if len(text) > MOST_BYTES:
        raise SealError(Fault.TOO_LONG, f"{len(text)} characters")
    given = text.strip()
    # Outside ASCII there are letters whose capital is one within, such as a long s.
    if not given or not given.isascii():
        raise SealError(Fault.NO_LINK, "it is neither a link nor a token")
    given = given.upper()
    if ":" not in given:
        return Scanned(token=_from_base32(given))
    parts = _LINK.fullmatch(given)
    if parts is None or not _HOST.fullmatch(parts["host"]):
        raise SealError(Fault.NO_LINK, "it is no link of a seal")
    token = None if parts["token"] is None else _from_base32(parts["token"])
    return Scanned(host=parts["host"], code=read_code(parts["code"]), token=token)


def _to_base32(token: bytes) -> str:
    return base64.b32encode(token).decode().rstrip("=")


def _from_base32(text: str) -> bytes:
    try:
        token = base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError) as error:
        raise SealError(Fault.BASE32, "it is no Base32") from error
    # The last character has bits to spare, in which a change would go unseen.
    if _to_base32(token) != text:
        raise SealError(Fault.BASE32, "it is not written in its one way")
    return token

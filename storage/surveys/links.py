"""Signed links to a survey, with what is known of it filled in. Pure.

Whoever holds the key vouches for the whole query: HMAC-SHA256 (RFC 2104) over it in one spelling, names in
order, each byte but the unreserved ones percent-encoded (RFC 3986, section 2.3).
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Self
from urllib.parse import parse_qsl, quote

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.errors import StorageError

REF_BYTES = 16
KEY_BYTES = 32
LONGEST = 2_000
"""Characters of a query."""
SIGNATURE = "sig"
_CONTEXT = "c."
_MOST_MEMBERS = 20
_PURPOSE = b"tindan.survey-link.1\x00"


class ForgedLink(StorageError):  # noqa: N818 - says what is the case
    """No key of ours has signed it as it stands."""


class ExpiredLink(StorageError):  # noqa: N818 - likewise
    """It was good once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedLink:
    """What a link says.

    Attributes:
        survey: the code.
        version: of the form, at the time.
        ref: of the invitation that it is for.
        context: what is known beforehand, as of `models.SurveyAnswer.context`.
        expires: when it stops being good, in whole seconds.
    """

    survey: str
    version: int
    ref: bytes
    context: Mapping[str, str] = field(default_factory=dict)
    expires: datetime

    def __post_init__(self) -> None:
        if len(self.ref) != REF_BYTES:
            raise ValueError(f"a reference has {REF_BYTES} bytes")
        if self.expires.microsecond or self.expires.tzinfo is None:
            raise ValueError("it expires at a whole second, told with its zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkKeys:
    """Keys of 32 bytes or more: the first signs, all verify."""

    keys: tuple[bytes, ...] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.keys or any(len(key) < KEY_BYTES for key in self.keys):
            raise ValueError(f"keys of links are {KEY_BYTES} bytes long, and there is at least one")

    @classmethod
    def derived(cls, roots: Sequence[bytes], purpose: str) -> Self:
        """Derive a key of its own from each root key, for one purpose (HKDF-SHA256, RFC 5869)."""
        return cls(keys=tuple(_derived(root, purpose) for root in roots))

    def sign(self, link: SignedLink) -> str:
        """Return a link as a query, without the question mark."""
        query = _canonical(_members(link))
        return f"{query}&{SIGNATURE}={_text(_tag(self.keys[0], query))}"

    def verify(self, query: str, *, now: datetime) -> SignedLink:
        """Return what a query says, if it was signed as it stands.

        Its members may come in any order.

        Raises:
            ForgedLink: it was not.
            ExpiredLink: it was, and its time is over.
        """
        members = _parsed(query)
        given = members.pop(SIGNATURE, "").encode("ascii", "replace")
        canonical = _canonical(members)
        good = [hmac.compare_digest(_text(_tag(key, canonical)).encode(), given) for key in self.keys]
        if not any(good):
            raise ForgedLink
        link = _link(members)
        if link.expires <= now:
            raise ExpiredLink
        return link


def _derived(root: bytes, purpose: str) -> bytes:
    info = b"tindan.survey-link." + purpose.encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(root)


def _members(link: SignedLink) -> dict[str, str]:
    return {
        "s": link.survey,
        "v": str(link.version),
        "r": _text(link.ref),
        "e": str(int(link.expires.timestamp())),
        **{f"{_CONTEXT}{name}": value for name, value in link.context.items()},
    }


def _link(members: Mapping[str, str]) -> SignedLink:
    """Read what we wrote ourselves, as the signature says."""
    context = {
        name.removeprefix(_CONTEXT): value for name, value in members.items() if name.startswith(_CONTEXT)
    }
    return SignedLink(
        survey=members["s"],
        version=int(members["v"]),
        ref=urlsafe_b64decode(members["r"] + "=="),
        context=context,
        expires=datetime.fromtimestamp(int(members["e"]), UTC),
    )


def _parsed(query: str) -> dict[str, str]:
    """Raises ForgedLink where it is no query of ours at all."""
    if len(query) > LONGEST:
        raise ForgedLink
    try:
        pairs = parse_qsl(
            query, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=_MOST_MEMBERS
        )
    except ValueError as error:
        raise ForgedLink from error
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ForgedLink
    return members


def _canonical(members: Mapping[str, str]) -> str:
    return "&".join(f"{quote(name, safe='')}={quote(members[name], safe='')}" for name in sorted(members))


def _tag(key: bytes, query: str) -> bytes:
    return hmac.digest(key, _PURPOSE + query.encode(), sha256)


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()

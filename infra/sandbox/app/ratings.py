"""Rating a dossier as an app does (RFC 9474): a token is drawn, signed unseen, and sent by nobody.

Whoever signs sees who asks, and not the token; whoever takes the rating sees the token, and not who sends it.
A phone waits some hours between the two, for those who watch the network: this stand-in sends at once.
"""

import base64
import datetime as dt
import secrets
import zoneinfo
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from infra.sandbox.app.api import Api, ApiFailedError
from infra.sandbox.app.blinding import PREFIX_BYTES, Blinded, blind, finalize, prepare
from infra.sandbox.app.sessions import Session

TOKEN_BYTES = 32
_CONFLICT = 409
_LOCAL = zoneinfo.ZoneInfo("Asia/Ho_Chi_Minh")


class OwnKeyError(Exception):
    """The key that is shown for a dossier is not the one of all: by it, one could be told from the others."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody says, in the words of the API."""

    level: str
    reasons: tuple[str, ...]
    text: str


@dataclass(kw_only=True)
class Rating:
    """What the phone keeps of one: lost, it is lost.

    Attributes:
        kid: Names the key.
        public: That key.
        prepared: The token after its random prefix.
        hidden: What goes out to be signed; the same each time, as another one is not signed.
        signature: There once it was signed.
        said: What was sent last.
        editable_until: The last day on which it may be changed, as the API tells it.
    """

    kid: str
    public: RSAPublicKey
    prepared: bytes
    hidden: Blinded
    signature: bytes | None = None
    said: Said | None = None
    editable_until: str | None = None

    def body(self, said: Said) -> dict[str, Any]:
        """Return the rating as it is sent: nothing in it is of a person or a dossier."""
        return {
            "kid": self.kid,
            "prefix": _text(self.prepared[:PREFIX_BYTES]),
            "message": _text(self.prepared[PREFIX_BYTES:]),
            "signature": _text(self.signature or b""),
            "level": said.level,
            "reasons": list(said.reasons),
            "text": said.text or None,
        }


class Ratings:
    """Those of every session."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def rate(
        self, session: Session, dossier: dict[str, Any], key: dict[str, str] | None, said: Said
    ) -> None:
        """Rate a dossier, or change what was said of it.

        Args:
            session: Whose dossier it is.
            dossier: As the API shows it.
            key: That of its invitation (RFC 7517).
            said: What to say.

        Raises:
            ApiFailedError: The API cannot be reached, or refuses.
            SignedOutError: There is no token that the API still takes.
            OwnKeyError: The key is not that of all.
            BlindingError: What came back is no signature.
        """
        kept = session.ratings.get(dossier["code"])
        if kept is None:
            kept = session.ratings[dossier["code"]] = _drawn(await self._common(dossier, key))
        if kept.signature is None:
            kept.signature = await self._signed(session, dossier["code"], kept)
        answer = await self._api.call_as_nobody("POST", "/v1/ratings", json=kept.body(said))
        kept.said, kept.editable_until = said, answer["editable_until"]

    async def _signed(self, session: Session, code: str, kept: Rating) -> bytes:
        body = {"blinded": _text(kept.hidden.message)}
        try:
            answer = await self._api.call(session, "POST", f"/v1/dossiers/{code}/rating-token", json=body)
        except ApiFailedError as error:
            if error.status == _CONFLICT:
                # Another device was first, or it is too late: this token is signed no more.
                del session.ratings[code]
            raise
        return finalize(kept.public, kept.prepared, _bytes(answer["signed"]), kept.hidden.inverse)

    async def _common(self, dossier: dict[str, Any], key: dict[str, str] | None) -> dict[str, str]:
        """Ask as anybody could which key is that of agency and month; return the one shown if it is that.

        Raises OwnKeyError.
        """
        if key is None or dossier["ended_at"] is None:
            raise OwnKeyError
        ended = dt.datetime.fromisoformat(dossier["ended_at"]).astimezone(_LOCAL)
        path = f"/v1/agencies/{dossier['agency']['code']}/ratings"
        public = await self._api.call_as_nobody("GET", path, params={"month": f"{ended:%Y-%m}"})
        if public["kid"] != key["kid"]:
            raise OwnKeyError
        return key


def _drawn(key: dict[str, str]) -> Rating:
    modulus, exponent = (int.from_bytes(_bytes(key[name])) for name in ("n", "e"))
    public = RSAPublicNumbers(exponent, modulus).public_key()
    prepared = prepare(secrets.token_bytes(TOKEN_BYTES))
    return Rating(kid=key["kid"], public=public, prepared=prepared, hidden=blind(public, prepared))


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

"""What an app does to rate a dossier, and what makes dossiers that may be rated."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from secrets import token_bytes
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from api.ratings.watching import Watch
from api.services import Services
from storage.ratings.blind_signing import PREFIX_BYTES, Blinded, blind, finalize, prepare
from tests.api.callers import Citizen, PushEvent


def text(content: bytes) -> str:
    """Write bytes in base64url."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def content(text: str) -> bytes:
    """Read them."""
    return urlsafe_b64decode(text + "==")


def watch(services: Services) -> Watch:
    """Return what the worker runs."""
    return Watch(services.unit_of_work, services.calendar)


async def close(push: PushEvent, code: str, **whose: Any) -> None:
    """Hand out the result of a dossier."""
    for status in (2, 10):
        await push(code, status, **whose)


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A token that an app has drawn, and keeps."""

    kid: str
    public: Any
    prepared: bytes
    hidden: Blinded

    @property
    def body(self) -> dict[str, Any]:
        """What is sent to be signed."""
        return {"blinded": text(self.hidden.message)}

    def rating(self, signed: str, **said: Any) -> dict[str, Any]:
        """Unblind what came back, and say something by it."""
        signature = finalize(self.public, self.prepared, content(signed), self.hidden.inverse)
        token = {
            "kid": self.kid,
            "prefix": text(self.prepared[:PREFIX_BYTES]),
            "message": text(self.prepared[PREFIX_BYTES:]),
            "signature": text(signature),
        }
        return {**token, "level": "satisfied", **said}


async def shown(client: httpx.AsyncClient, citizen: Citizen, code: str) -> dict[str, Any]:
    """Return what the app is told of rating a dossier."""
    answer = await client.get(f"/v1/dossiers/{code}/rating", headers=citizen.headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def draw(key: dict[str, str]) -> Drawn:
    """Draw a token for a key (RFC 7517), and blind it."""
    n, e = (int.from_bytes(content(key[name])) for name in ("n", "e"))
    public, prepared = RSAPublicNumbers(e, n).public_key(), prepare(token_bytes(32))
    return Drawn(kid=key["kid"], public=public, prepared=prepared, hidden=blind(public, prepared))


async def take(client: httpx.AsyncClient, citizen: Citizen, code: str, **said: Any) -> dict[str, Any]:
    """Have a token signed for a dossier; return a rating by it, which is yet to be sent."""
    drawn = draw((await shown(client, citizen, code))["key"])
    answer = await client.post(f"/v1/dossiers/{code}/rating-token", json=drawn.body, headers=citizen.headers)
    assert answer.status_code == 200, answer.text
    return drawn.rating(answer.json()["signed"], **said)


async def take_by_link(client: httpx.AsyncClient, code: str, proof: str, **said: Any) -> dict[str, Any]:
    """Have a token signed by the link of a notice; return a rating by it, which is yet to be sent."""
    link = {"code": code, "proof": proof}
    told = await client.post("/v1/rating-links/invitations", json=link)
    assert told.status_code == 200, told.text
    drawn = draw(told.json()["key"])
    answer = await client.post("/v1/rating-links/tokens", json=link | drawn.body)
    assert answer.status_code == 200, answer.text
    return drawn.rating(answer.json()["signed"], **said)

"""The agency and the citizen of the story: clients of the public API, and of nothing else."""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import httpx

TIMEOUT = 30.0


class ActError(Exception):
    """Something answered otherwise than the story expects; the message says what."""


def expect(answer: httpx.Response, *statuses: int) -> httpx.Response:
    """Return an answer of the expected status; raise ActError otherwise."""
    if answer.status_code not in statuses:
        where = f"{answer.request.method} {answer.request.url.path}"
        raise ActError(f"{where} → {answer.status_code}: {answer.text[:500]}")
    return answer


class Actor:
    """Somebody at one end of a connection, which is closed with the block."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=TIMEOUT)

    def __enter__(self) -> Self:
        """Hold the connection."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._http.close()


class AgencyActor(Actor):
    """An agency's system: it signs in with its client and pushes events."""

    def __init__(self, api_url: str, client_id: str, secret: str) -> None:
        super().__init__(api_url)
        granted = self._http.post(
            "/oauth/token", data={"grant_type": "client_credentials"}, auth=(client_id, secret)
        )
        token = expect(granted, 200).json()["access_token"]
        self._http.headers["authorization"] = f"Bearer {token}"

    def push(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Push one event; return the answer."""
        answer = self._http.post("/v1/agency/dossier-events", json=event)
        body: dict[str, Any] = expect(answer, 200, 201).json()
        return body

    def push_batch(self, events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Push up to 1,000 events; return the answer to each."""
        answer = self._http.post("/v1/agency/dossier-events", json={"events": list(events)})
        results: list[dict[str, Any]] = expect(answer, 200).json()["results"]
        return results

    def hand_over(self, metadata: Mapping[str, Any], file: bytes) -> dict[str, Any]:
        """Hand a paper to its owner's store; return the answer."""
        parts: dict[str, tuple[str | None, bytes | str, str]] = {
            "metadata": (None, json.dumps(metadata), "application/json"),
            "file": ("ket-qua.pdf", file, "application/pdf"),
        }
        answer = self._http.post("/v1/agency/results", files=parts)
        body: dict[str, Any] = expect(answer, 200, 201).json()
        return body


class Stranger(Actor):
    """Whoever is shown a paper: has no account, and a camera."""

    def verification(self, code: str) -> dict[str, Any]:
        """Ask how a sealed document stands."""
        body: dict[str, Any] = expect(self._http.get(f"/v1/verifications/{code}"), 200).json()
        return body

    def seal_keys(self) -> dict[str, Any]:
        """Get the keys by which seals are verified without asking."""
        body: dict[str, Any] = expect(self._http.get("/.well-known/tindan-seal-keys.json"), 200).json()
        return body


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One of the people whom the sandbox's identity provider knows."""

    account: str
    number: str
    name: str
    email: str
    phone: str


def people(sandbox_url: str) -> list[Person]:
    """Return the demonstration people."""
    answer = expect(httpx.get(f"{sandbox_url}/sandbox/people", timeout=TIMEOUT), 200).json()
    return [
        Person(
            account=person["sub"],
            number=person["SoDinhDanh"],
            name=person["HoVaTen"],
            email=person["email"],
            phone=person["phone"],
        )
        for person in answer["items"]
        if "MaSoThue" not in person
    ]


class CitizenActor(Actor):
    """A citizen's app: it signs in as any app would, registers its phone, reads and confirms."""

    def __init__(self, api_url: str, sandbox_url: str, person: Person) -> None:
        super().__init__(api_url)
        self._sandbox_url = sandbox_url
        self.person = person
        self.installation = uuid4()
        self.push_token = f"demo-{self.installation}"

    def sign_in(self) -> None:
        """Go the whole way: our authorization endpoint, the identity provider's page, and back (RFC 8252)."""
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        redirect_uri = f"{self._sandbox_url}/app/callback"
        asked = {
            "response_type": "code",
            "client_id": "tindan-app",
            "redirect_uri": redirect_uri,
            "scope": "openid",
            "state": secrets.token_urlsafe(16),
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        to_provider = expect(self._http.get("/oauth/authorize", params=asked), 302, 303, 307)
        form = dict(parse_qsl(urlsplit(to_provider.headers["location"]).query))
        form["account"] = self.person.account
        chosen = expect(self._http.post(f"{self._sandbox_url}/idp/authorize", data=form), 302, 303)
        back = expect(self._http.get(chosen.headers["location"]), 302, 303, 307)
        answer = dict(parse_qsl(urlsplit(back.headers["location"]).query))
        if answer.get("state") != asked["state"] or "code" not in answer:
            raise ActError(f"sign-in came back with {sorted(answer)}")
        exchange = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": redirect_uri,
            "client_id": "tindan-app",
            "code_verifier": verifier,
        }
        tokens = expect(self._http.post("/oauth/token", data=exchange), 200).json()
        self._http.headers["authorization"] = f"Bearer {tokens['access_token']}"

    def register_phone(self) -> None:
        """Register this installation for push."""
        device = {
            "platform": "android",
            "push_token": self.push_token,
            "confirms_receipt": True,
            "app_version": "1.0.0",
        }
        expect(self._http.put(f"/v1/devices/{self.installation}", json=device), 200, 201, 204)
        # So that the sandbox shows on whose phone its pushes arrive.
        shown = f"{self._sandbox_url}/sandbox/phones/{self.push_token}"
        expect(httpx.put(shown, json={"account": self.person.account}, timeout=TIMEOUT), 200, 201, 204)

    def dossier(self, code: str) -> dict[str, Any]:
        """Read one dossier with its timeline."""
        body: dict[str, Any] = expect(self._http.get(f"/v1/dossiers/{code}"), 200).json()
        return body

    def document(self, document_id: str) -> dict[str, Any]:
        """Read one document of the store."""
        body: dict[str, Any] = expect(self._http.get(f"/v1/vault/documents/{document_id}"), 200).json()
        return body

    def copy(self, document_id: str) -> bytes:
        """Get the stamped copy of a document."""
        return expect(self._http.get(f"/v1/vault/documents/{document_id}/copy"), 200).content

    def inbox(self) -> dict[str, Any]:
        """Read the newest notices."""
        body: dict[str, Any] = expect(self._http.get("/v1/notifications"), 200).json()
        return body

    def confirm(self, notification_ids: Sequence[str]) -> None:
        """Confirm that notices arrived on this phone."""
        answer = self._http.post("/v1/notifications/received", json={"ids": list(notification_ids)})
        expect(answer, 200, 204)

"""Somebody who has a dossier with the ward of the demonstration, and writes about it through the API."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from api.demonstration.actors import AgencyActor, CitizenActor, expect, people
from api.demonstration.load import CLIENT_ID
from api.stack import Stack
from tests.api.ratings.rating import draw

PROCEDURE = "1.001193"
_serials = itertools.count(1)


class Applicant(CitizenActor):
    """A citizen who is signed in and writes messages."""

    def write(self, code: str, text: str, **fields: Any) -> dict[str, Any]:
        """Write about a dossier."""
        answer = self._http.post(f"/v1/dossiers/{code}/messages", json={"text": text} | fields)
        told: dict[str, Any] = expect(answer, 201).json()
        return told

    def attach(self, code: str, file: bytes, name: str) -> None:
        """Send a file."""
        parts = {
            "message": (None, json.dumps({"file_name": name}), "application/json"),
            "file": (name, file, "application/pdf"),
        }
        expect(self._http.post(f"/v1/dossiers/{code}/messages/files", files=parts), 201)

    def messages(self, code: str) -> list[dict[str, Any]]:
        """Read what was written, the newest first."""
        answer = expect(self._http.get(f"/v1/dossiers/{code}/messages"), 200)
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    def similar(self, text: str, procedure_code: str | None = None) -> dict[str, Any]:
        """Ask what there is already on what is about to be asked."""
        given = {"text": text, "procedure_code": procedure_code}
        found: dict[str, Any] = expect(self._http.post("/v1/questions/similar", json=given), 200).json()
        return found

    def ask(self, text: str, **fields: Any) -> dict[str, Any]:
        """Ask an agency."""
        told: dict[str, Any] = expect(
            self._http.post("/v1/questions", json={"text": text} | fields), 201
        ).json()
        return told

    def question(self, question_id: str) -> dict[str, Any]:
        """Read a question of one's own with its answers."""
        told: dict[str, Any] = expect(self._http.get(f"/v1/questions/mine/{question_id}"), 200).json()
        return told

    def rate(self, code: str, **said: Any) -> None:
        """Have a token signed for a closed dossier, and rate it by that, as nobody."""
        key = expect(self._http.get(f"/v1/dossiers/{code}/rating"), 200).json()["key"]
        drawn = draw(key)
        signed = expect(self._http.post(f"/v1/dossiers/{code}/rating-token", json=drawn.body), 200).json()
        answer = httpx.post(
            self._http.base_url.join("/v1/ratings"), json=drawn.rating(signed["signed"], **said), timeout=30
        )
        expect(answer, 201)

    def complain(self, **fields: Any) -> dict[str, Any]:
        """File a complaint or a suggestion."""
        told: dict[str, Any] = expect(self._http.post("/v1/complaints", json=fields), 201).json()
        return told


def applicant(stack: Stack) -> Applicant:
    """Return one who is signed in."""
    made = Applicant(stack.api_url, stack.sandbox_url, people(stack.sandbox_url)[0])
    made.sign_in()
    return made


def dossier(stack: Stack, secret: str, who: Applicant) -> str:
    """Have the ward tell of a new dossier in process, due in ten days; return its code."""
    now, code = datetime.now(UTC), f"H26.1-261122-{next(_serials):04d}"
    event = {
        "event_id": f"{code}/1",
        "dossier_code": code,
        "status": 4,
        "occurred_at": (now - timedelta(minutes=1)).isoformat(),
        "due_at": (now + timedelta(days=10)).isoformat(),
        "procedure_code": PROCEDURE,
        "agency_code": "H26.1",
        "applicant": {"number": who.person.number, "email": who.person.email},
    }
    with AgencyActor(stack.api_url, CLIENT_ID, secret) as agency:
        agency.push(event)
    return code

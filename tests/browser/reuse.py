"""A ward that asks for results and fetches them, on a whole installation."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import uuid4

import httpx

from api.demonstration.actors import AgencyActor, expect
from api.demonstration.load import CLIENT_ID
from api.demonstration.paper import certificate
from api.stack import Stack
from tests.browser.applicant import PROCEDURE, Applicant

ASKING = "/v1/agency/result-requests"


class Asker(AgencyActor):
    """The ward's system."""

    def hand(self, who: Applicant, title: str, type_code: str) -> dict[str, Any]:
        """Put a result into somebody's store."""
        metadata = {
            "source_id": uuid4().hex,
            "kind": "result",
            "owner": {"number": who.person.number, "name": who.person.name},
            "title": title,
            "type_code": type_code,
            "type_name": "Giấy khai sinh",
            "number": "123/2026/TP-KS",
            "procedure_code": PROCEDURE,
            "issued_on": date(2026, 11, 1).isoformat(),
            "agency_code": "H26.1",
        }
        return self.hand_over(metadata, certificate(who.person))

    def ask(self, who: Applicant, *types: str) -> str:
        """Ask somebody for results of these types; return the request's id."""
        given = {
            "source_id": uuid4().hex,
            "owner": {"number": who.person.number},
            "types": types,
            "procedure_code": PROCEDURE,
            "reason": "Xác minh quan hệ cha con khi đăng ký thường trú",
            "agency_code": "H26.1",
        }
        answer: Mapping[str, Any] = expect(self._http.post(ASKING, json=given), 201).json()
        return str(answer["id"])

    def state(self, request_id: str) -> str:
        """Return how a request stands."""
        return str(expect(self._http.get(f"{ASKING}/{request_id}"), 200).json()["state"])

    def fetch(self, request_id: str) -> list[httpx.Response]:
        """Fetch all files that were granted."""
        listed = expect(self._http.get(f"{ASKING}/{request_id}/results"), 200).json()["items"]
        return [self._http.get(file["href"]) for one in listed for file in one["files"]]


def asker(stack: Stack, secret: str) -> Asker:
    """Return one that holds a token."""
    return Asker(stack.api_url, CLIENT_ID, secret)

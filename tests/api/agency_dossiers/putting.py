"""Dossiers as agencies put them in tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.api.callers import Agency
from tests.api.telling import CODE, PERSON, event

PATH = "/v1/agency/dossiers"
HOST = "thanhtoan.example.vn"
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0)


def later(hours: float = 0) -> str:
    """A time from tomorrow on, in hours."""
    return (TOMORROW + timedelta(hours=hours)).isoformat()


def told(event_id: str = "e-1", status: int = 2, hours: float = 0, **fields: Any) -> dict[str, Any]:
    """An event that leaves procedure and applicant to its dossier."""
    return event(event_id, status, hours, procedure_code=None, applicant=None, **fields)


def dossier(**fields: Any) -> dict[str, Any]:
    """A dossier as an agency puts it; a field given as None is left out."""
    usual = {"procedure_code": "1.001193", "applicant": PERSON, "events": [told()]}
    return {name: value for name, value in (usual | fields).items() if value is not None}


def appointment(source_id: str = "LH-1", state: str = "confirmed", **fields: Any) -> dict[str, Any]:
    """An appointment of tomorrow's."""
    usual = {"source_id": source_id, "state": state, "starts_at": later(), "place": "Quầy 3"}
    return {name: value for name, value in (usual | fields).items() if value is not None}


def payment(source_id: str = "TT-1", state: str = "requested", **fields: Any) -> dict[str, Any]:
    """A payment that is asked for."""
    usual = {"source_id": source_id, "state": state, "amount": 150_000, "reason": "Lệ phí"}
    return usual | {"link": f"https://{HOST}/{source_id}"} | fields


def postal_item(source_id: str = "BC-1", state: str = "ordered", **fields: Any) -> dict[str, Any]:
    """A result that goes by post."""
    return {"source_id": source_id, "state": state, "direction": "return", "carrier": "VNPost"} | fields


async def put(
    client: httpx.AsyncClient, agency: Agency, body: Any, *, code: str = CODE, **headers: str
) -> httpx.Response:
    """Put a dossier; a condition is a header, with `_` for `-`."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.put(f"{PATH}/{code}", json=body, headers=agency.headers | given)


async def read(client: httpx.AsyncClient, agency: Agency, code: str = CODE) -> tuple[dict[str, Any], str]:
    """Read a dossier back, and its tag."""
    answer = await client.get(f"{PATH}/{code}", headers=agency.headers)
    assert answer.status_code == 200, answer.text
    return answer.json(), answer.headers["etag"]


async def batch(client: httpx.AsyncClient, agency: Agency, *dossiers: Any) -> dict[str, Any]:
    """Put several dossiers."""
    answer = await client.post(PATH, json={"dossiers": list(dossiers)}, headers=agency.headers)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def states(shown: dict[str, Any], name: str) -> dict[str, str]:
    """Return the states of a list of a dossier that was read."""
    return {item["source_id"]: item["state"] for item in shown[name]}

"""Another system of the same agency: what it tells has to stay, whatever the integration tells."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from api.stack import StackError

TIMEOUT = 30.0
POST: Mapping[str, Any] = {
    "source_id": "DN-BG-2",
    "state": "ordered",
    "direction": "return",
    "carrier": "VNPost",
}
"""What it tells of a dossier that it overtakes: papers that go by post."""


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """A client that is not tried, and meets no faults."""

    api_url: str
    client_id: str
    client_secret: str = field(repr=False)

    async def tell(self, dossiers: Mapping[str, Mapping[str, Any]]) -> None:
        """Tell dossiers, by their codes. Raises StackError where one is not taken."""
        async with httpx.AsyncClient(base_url=self.api_url, timeout=TIMEOUT, trust_env=False) as http:
            granted = await http.post(
                "/oauth/token",
                data={"grant_type": "client_credentials"},
                auth=(self.client_id, self.client_secret),
            )
            token = granted.raise_for_status().json()["access_token"]
            for code, dossier in dossiers.items():
                answer = await http.put(
                    f"/v1/agency/dossiers/{code}",
                    json=dict(dossier),
                    headers={"authorization": f"Bearer {token}"},
                )
                if not answer.is_success:
                    raise StackError(f"what is told of {code} beforehand was refused: {answer.text[:300]}")

    async def overtake(self, code: str) -> None:
        """Change a dossier between its reading and its writing by another."""
        await self.tell({code: {"postal_items": [POST]}})

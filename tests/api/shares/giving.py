"""An owner who gives links away, and whoever gets one."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from api.services import Services
from tests.api.callers import Citizen
from tests.api.documents import keep_document

SHARES = "/v1/vault/shares"


@dataclass(frozen=True, kw_only=True)
class Giver:
    """An owner with documents."""

    client: httpx.AsyncClient
    services: Services
    owner: Citizen
    ids: list[UUID]

    async def post(self, /, headers: dict[str, str] | None = None, **told: Any) -> httpx.Response:
        """Ask for a link to all documents; what is told replaces or completes what is asked for."""
        body = {"document_ids": [str(one) for one in self.ids], "purpose": "Nộp hồ sơ nhập học"} | told
        return await self.client.post(SHARES, json=body, headers=self.owner.headers | (headers or {}))

    async def give(self, **told: Any) -> dict[str, Any]:
        """Make a link."""
        answer = await self.post(**told)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def listed(self) -> list[dict[str, Any]]:
        """Return the owner's links."""
        answer = await self.client.get(SHARES, headers=self.owner.headers)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    async def end(self, share_id: str) -> int:
        """Take a link back; return the status."""
        return (await self.client.delete(f"{SHARES}/{share_id}", headers=self.owner.headers)).status_code

    def guest(self) -> httpx.AsyncClient:
        """Return a browser of somebody else's, with cookies of its own."""
        return httpx.AsyncClient(transport=self.client._transport, base_url="http://tindan.test")


def path_of(share: dict[str, Any]) -> str:
    """Return where a link is looked at by a program."""
    return f"/v1/shares/{share['link'].rpartition('/')[2]}"


def page_of(share: dict[str, Any]) -> str:
    """Return where a link leads people."""
    return f"/chia-se/{share['link'].rpartition('/')[2]}"


async def make_giver(client: httpx.AsyncClient, services: Services, owner: Citizen) -> Giver:
    """Put two documents into somebody's store."""
    ids = [await keep_document(services, owner, name, title=f"Giấy {name}") for name in ("một", "hai")]
    return Giver(client=client, services=services, owner=owner, ids=ids)

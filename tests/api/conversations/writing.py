"""How tests write messages, as an app and as an agency's system do."""

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.api.callers import Agency, Citizen

PULL = "/v1/agency/messages"


def _serials() -> "Iterator[int]":
    return itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Talk:
    """What a party writes about one dossier, and reads."""

    client: httpx.AsyncClient
    citizen: Citizen
    code: str

    @property
    def path(self) -> str:
        """Where the conversation is."""
        return f"/v1/dossiers/{self.code}/messages"

    async def send(self, text: str | None = "Xin chào", /, **fields: Any) -> httpx.Response:
        """Write; header fields are given as `headers`."""
        headers = self.citizen.headers | fields.pop("headers", {})
        body = {name: value for name, value in ({"text": text} | fields).items() if value is not None}
        return await self.client.post(self.path, json=body, headers=headers)

    async def say(self, text: str | None = "Xin chào", /, **fields: Any) -> dict[str, Any]:
        """Write what is taken."""
        answer = await self.send(text, **fields)
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def attach(self, file: bytes, /, kind: str = "application/pdf", **said: Any) -> httpx.Response:
        """Write with a file; header fields are given as `headers`."""
        headers = self.citizen.headers | said.pop("headers", {})
        files = parts({"file_name": "Giấy chứng sinh.pdf"} | said, file, kind)
        return await self.client.post(f"{self.path}/files", files=files, headers=headers)

    async def page(self, **query: Any) -> dict[str, Any]:
        """Read a page."""
        answer = await self.client.get(self.path, params=query, headers=self.citizen.headers)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def read(self, up_to: str) -> int:
        """Mark as read."""
        body = {"up_to": up_to}
        answer = await self.client.post(f"{self.path}/read", json=body, headers=self.citizen.headers)
        assert answer.status_code == 200, answer.text
        marked: int = answer.json()["marked"]
        return marked

    async def dossier(self) -> dict[str, Any]:
        """Read the dossier itself."""
        answer = await self.client.get(f"/v1/dossiers/{self.code}", headers=self.citizen.headers)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What an agency's system writes, and reads."""

    client: httpx.AsyncClient
    agency: Agency
    serial: "Iterator[int]" = field(default_factory=_serials)

    async def send(self, code: str, text: str | None = "Kính gửi", /, **fields: Any) -> httpx.Response:
        """Write, under a new id unless one is given."""
        body = {"source_id": f"TD-{next(self.serial)}", "text": text} | fields
        body = {name: value for name, value in body.items() if value is not None}
        return await self.client.post(
            f"/v1/agency/dossiers/{code}/messages", json=body, headers=self.agency.headers
        )

    async def say(self, code: str, text: str | None = "Kính gửi", /, **fields: Any) -> dict[str, Any]:
        """Write what is taken."""
        answer = await self.send(code, text, **fields)
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def ask(self, code: str, *names: str, **fields: Any) -> dict[str, Any]:
        """Ask for a supplement."""
        request = {"items": [{"name": name} for name in names], "due_on": "2026-12-05"}
        return await self.say(code, "Đề nghị bổ sung", request=request, **fields)

    async def attach(self, code: str, file: bytes, /, **said: Any) -> httpx.Response:
        """Write with a file, under a new id unless one is given."""
        files = parts({"source_id": f"TD-{next(self.serial)}", "file_name": "Mẫu đơn.pdf"} | said, file)
        path = f"/v1/agency/dossiers/{code}/messages/files"
        return await self.client.post(path, files=files, headers=self.agency.headers)

    async def pull(self, **query: Any) -> dict[str, Any]:
        """Read a page of everything."""
        answer = await self.client.get(PULL, params=query, headers=self.agency.headers)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def read(self, code: str, up_to: str) -> int:
        """Mark as read."""
        path = f"/v1/agency/dossiers/{code}/messages/read"
        answer = await self.client.post(path, json={"up_to": up_to}, headers=self.agency.headers)
        assert answer.status_code == 200, answer.text
        marked: int = answer.json()["marked"]
        return marked


def parts(said: Mapping[str, Any], file: bytes, kind: str = "application/pdf") -> dict[str, Any]:
    """Return the parts of a message with a file as an HTTP client takes them."""
    return {
        "message": (None, json.dumps(said), "application/json"),
        "file": ("x", file, kind),
    }

"""A citizen's app, as far as addresses of their own go."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from api.services import Services
from notify.one_time_code import code_of
from tests.api.callers import Citizen

PHONE, EMAIL = "0912 345 678", "nguyen.an@example.vn"
PATH = "/v1/me/contacts"


@dataclass(frozen=True, kw_only=True)
class App:
    """A citizen's app, and a look behind the API."""

    client: httpx.AsyncClient
    services: Services
    citizen: Citizen

    async def add(self, value: str = EMAIL, kind: str = "email") -> httpx.Response:
        """Add an address, or ask for another code."""
        return await self.client.post(PATH, json={"kind": kind, "value": value}, headers=self.citizen.headers)

    async def added(self, value: str = EMAIL, kind: str = "email") -> str:
        """Add an address; return its id."""
        answer = await self.add(value, kind)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    async def verify(self, contact_id: str, code: str) -> httpx.Response:
        """Give a code."""
        return await self.client.post(
            f"{PATH}/{contact_id}/verify", json={"code": code}, headers=self.citizen.headers
        )

    async def remove(self, contact_id: str) -> httpx.Response:
        """Give an address up."""
        return await self.client.delete(f"{PATH}/{contact_id}", headers=self.citizen.headers)

    async def listed(self) -> list[tuple[str, str, bool]]:
        """Return value, source and whether it is verified of each address."""
        answer = await self.client.get(PATH, headers=self.citizen.headers)
        return [(i["value"], i["source"], i["verified"]) for i in answer.json()["items"]]

    async def rows(self, query: str) -> list[Any]:
        """Return what a query finds."""
        async with self.services.reading() as reading:
            return await (await (await reading.driver()).execute(query.encode())).fetchall()

    async def code(self, contact_id: str, *, off: int = 0) -> str:
        """Return the newest code of an address, or another one beside it."""
        newest = (
            f"SELECT id FROM verification WHERE contact_id = '{UUID(contact_id)}' ORDER BY created_at DESC"
        )
        right = code_of(self.services.cipher, (await self.rows(newest))[0][0])
        return f"{(int(right) + off) % 10**6:06}"

    async def let_pass(self, time: timedelta) -> None:
        """Let time pass for all codes."""
        async with self.services.unit_of_work() as uow:
            await (await uow.driver()).execute(
                "UPDATE verification SET created_at = created_at - %(time)s, expires_at = expires_at - %(time)s",
                {"time": time},
            )
            await uow.commit()


def problem(answer: httpx.Response) -> tuple[int, str, list[tuple[str, str]]]:
    """Return status, kind, and where it points to and why."""
    body = answer.json()
    errors = [(error["pointer"], error["code"]) for error in body.get("errors", ())]
    assert all(error["detail"] for error in body.get("errors", ()))
    return answer.status_code, body["type"].rpartition(":")[2], errors

"""An agency that asks for results, and an owner who has some."""

from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any
from uuid import UUID

import httpx

from api.services import Services
from storage.consents.kinds import TERMS, ConsentPurpose
from tests.api.callers import Agency, Citizen
from tests.api.documents import keep_document

ASKING = "/v1/agency/result-requests"
OWN = "/v1/result-requests"
STORE = "/v1/agency/result-store/queries"
TYPE = "KQ.KS"
"""Of the birth certificate that tests keep."""
PROCEDURE = "1.001193"


@dataclass(frozen=True, kw_only=True)
class Reuse:
    """Both sides.

    Attributes:
        agency: asks; `owner` is signed in at level 2.
    """

    client: httpx.AsyncClient
    services: Services
    agency: Agency
    owner: Citizen
    serial: "count[int]" = field(default_factory=lambda: count(1))

    async def keep(self, source_id: str = "1", /, **told: Any) -> UUID:
        """Put a birth certificate into the owner's store, with what is told instead."""
        return await keep_document(self.services, self.owner, source_id, **told)

    async def post(self, /, **told: Any) -> httpx.Response:
        """Ask for the owner's birth certificate; what is told replaces what is asked, None leaves it out."""
        body = {
            "source_id": f"YC-{next(self.serial)}",
            "owner": {"number": self.owner.number},
            "types": [TYPE],
            "procedure_code": PROCEDURE,
            "reason": "Đăng ký thường trú",
        } | told
        body = {name: value for name, value in body.items() if value is not None}
        return await self.client.post(ASKING, json=body, headers=self.agency.headers)

    async def ask(self, /, **told: Any) -> str:
        """Ask; return the request's id."""
        answer = await self.post(**told)
        assert answer.status_code == 201, answer.text
        made: str = answer.json()["id"]
        return made

    async def get(self, path: str, /, **headers: str) -> httpx.Response:
        """Read as the agency, below its requests."""
        return await self.client.get(f"{ASKING}/{path}", headers=self.agency.headers | headers)

    async def state(self, request_id: str) -> str:
        """Return how the agency is told that a request stands."""
        answer = await self.get(request_id)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["state"])

    async def answer(self, request_id: str, said: str, /, **body: Any) -> httpx.Response:
        """Say something as the owner: `grant` or `decline`."""
        path = f"{OWN}/{request_id}/{said}"
        return await self.client.post(path, json=body or None, headers=self.owner.headers)

    async def grant(self, request_id: str, *documents: UUID) -> dict[str, Any]:
        """Grant documents as the owner."""
        version = TERMS[ConsentPurpose.REUSE].version
        ids = [str(one) for one in documents]
        answer = await self.answer(request_id, "grant", document_ids=ids, version=version)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def granted(self, *documents: UUID) -> str:
        """Ask, and grant these; return the request's id."""
        request_id = await self.ask()
        await self.grant(request_id, *documents)
        return request_id

    async def withdraw(self, request_id: str) -> int:
        """Withdraw as the owner; return the status."""
        return (await self.client.delete(f"{OWN}/{request_id}", headers=self.owner.headers)).status_code

    async def read(self, path: str = "", **query: Any) -> dict[str, Any]:
        """Read as the owner, below the owner's requests."""
        answer = await self.client.get(f"{OWN}{path}", params=query, headers=self.owner.headers)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def accesses(self) -> list[dict[str, Any]]:
        """Return what the owner's log says that the agency read."""
        answer = await self.client.get("/v1/me/access-log", headers=self.owner.headers)
        assert answer.status_code == 200, answer.text
        return [one for one in answer.json()["items"] if one["purpose"] == "reuse"]

    async def notices(self) -> list[str]:
        """Return what the owner was told, the first first."""
        query = b"""
SELECT params->>'reuse' FROM notification WHERE party_id = %s AND params ? 'reuse' ORDER BY id
"""
        async with self.services.reading() as reading:
            rows = await (await (await reading.driver()).execute(query, (self.owner.party_id,))).fetchall()
        return [str(said) for (said,) in rows]

    async def change(self, statement: str, *given: object) -> None:
        """Change what is kept, as time would."""
        async with self.services.unit_of_work() as uow:
            await (await uow.driver()).execute(statement.encode(), given)
            await uow.commit()

    def by(self, agency: Agency) -> "Reuse":
        """Return the same with another agency that asks."""
        return replace(self, agency=agency)

    def of(self, owner: Citizen) -> "Reuse":
        """Return the same with another owner."""
        return replace(self, owner=owner)


LATER = """
ALTER TABLE reuse_request DISABLE TRIGGER reuse_stays;
UPDATE reuse_request SET asked_at = asked_at - interval '{0}', expires_at = expires_at - interval '{0}',
  visit_ends_at = visit_ends_at - interval '{0}';
ALTER TABLE reuse_request ENABLE TRIGGER reuse_stays
"""


async def pass_by(reuse: Reuse, how_long: str) -> None:
    """Let time pass, as an interval of PostgreSQL's says."""
    await reuse.change(LATER.format(how_long))

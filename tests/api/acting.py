"""People who act for others in tests: signed in for good, vouched for, and with a token that says so."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from api.services import Services
from auth.principals import Citizen as Principal
from auth.representation import ACCESS_TOKEN, GRANT_TYPE
from storage.ids import new_id
from storage.sessions.models import Session
from tests.api.callers import Agency, Citizen

APP = "tindan-app"
CHILD = "001220000015"
"""Born in 2020."""


async def sign_in(
    services: Services, citizen: Citizen, *, assurance: int = 2, client_id: str = APP
) -> Citizen:
    """Return the same party, signed in with a session that is kept."""
    now = datetime.now(UTC)
    row = Session(
        id=new_id(),
        party_id=citizen.party_id,
        client_id=client_id,
        assurance=assurance,
        signed_in_at=now,
        expires_at=now + timedelta(days=1),
    )
    async with services.unit_of_work() as uow:
        uow.session.add(row)
        await uow.commit()
    who = Principal(party_id=citizen.party_id, session_id=row.id, assurance=assurance, signed_in_at=now)
    token = services.tokens.for_citizen(who, client_id=client_id)
    return replace(citizen, headers={"authorization": f"Bearer {token}"})


def session_of(services: Services, citizen: Citizen) -> UUID:
    """Return the session of whoever is signed in."""
    return services.tokens.verify_citizen(token_of(citizen)).session_id


def token_of(citizen: Citizen) -> str:
    """Return the access token of whoever is signed in."""
    return citizen.headers["authorization"].removeprefix("Bearer ")


def party(citizen: Citizen) -> dict[str, str]:
    """Name a party as an agency does."""
    return {"kind": citizen.kind.value, "number": citizen.number, "name": citizen.name}


def vouched(actor: Citizen, represented: Citizen, /, **fields: Any) -> dict[str, Any]:
    """Return what an agency sends: an authorisation for everything and 30 days, unless fields say otherwise."""
    return {
        "representation_id": str(uuid4()),
        "kind": "authorised",
        "representative": party(actor),
        "represented": party(represented),
        "scope": ["everything"],
        "valid_until": (datetime.now(UTC) + timedelta(days=30)).isoformat(),
        "evidence": {
            "kind": "power_of_attorney",
            "number": "12/2026/UQ",
            "issuer": "Văn phòng công chứng số 1",
            "issued_on": "2026-11-01",
        },
    } | fields


async def vouch(
    client: httpx.AsyncClient, registry: Agency, actor: Citizen, represented: Citizen, /, **fields: Any
) -> str:
    """Let an agency vouch for somebody; return the id of the right."""
    body = {name: value for name, value in vouched(actor, represented, **fields).items() if value is not None}
    answer = await client.post("/v1/agency/representations", json=body, headers=registry.headers)
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


async def exchange(
    client: httpx.AsyncClient, actor: Citizen, right: str, /, **changes: str | None
) -> httpx.Response:
    """Ask for a token of the represented party; None leaves a parameter out."""
    form = {
        "grant_type": GRANT_TYPE,
        "client_id": APP,
        "subject_token": token_of(actor),
        "subject_token_type": ACCESS_TOKEN,
        "representation_id": right,
    } | changes
    return await client.post("/oauth/token", data={k: v for k, v in form.items() if v is not None})


async def act(
    client: httpx.AsyncClient, actor: Citizen, represented: Citizen, representation_id: str
) -> Citizen:
    """Return the represented party with the headers of whoever acts for it."""
    answer = await exchange(client, actor, representation_id)
    assert answer.status_code == 200, answer.text
    return replace(represented, headers={"authorization": f"Bearer {answer.json()['access_token']}"})


@dataclass(frozen=True, kw_only=True)
class Pair:
    """An owner, and who may act for it by an agency's word."""

    client: httpx.AsyncClient
    registry: Agency
    owner: Citizen
    helper: Citizen

    async def acting(self, **fields: Any) -> Citizen:
        """Return the owner as the helper acts for it, by a right of its own."""
        right = await vouch(self.client, self.registry, self.helper, self.owner, **fields)
        return await act(self.client, self.helper, self.owner, right)


async def listed(client: httpx.AsyncClient, citizen: Citizen, path: str) -> list[dict[str, Any]]:
    """Return the entries of a list."""
    answer = await client.get(path, headers=citizen.headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found

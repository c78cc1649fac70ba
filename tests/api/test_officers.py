"""What officers and operators see, and until when."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

import httpx
import pytest

from api.services import Services
from auth.principals import Officer
from storage.agencies.models import AgencyAlias
from storage.ids import new_id
from storage.officers import repository
from storage.officers.roles import Role
from tests.api.callers import Agency, MakeAgency

Headers = dict[str, str]
Get = Callable[..., Awaitable[httpx.Response]]


class MakeOfficer(Protocol):
    def __call__(self, email: str, *roles: tuple[Role, Agency | None]) -> Awaitable[tuple[UUID, Headers]]: ...


@pytest.fixture
def make_officer(services: Services) -> MakeOfficer:
    """Make an officer with roles, who is signed in."""

    async def make(email: str, *roles: tuple[Role, Agency | None]) -> tuple[UUID, Headers]:
        async with services.unit_of_work() as uow:
            officer_id = await repository.invite(uow, email=email, name=f"Cán bộ {email}", invited_by="test")
            for role, agency in roles:
                await repository.grant(
                    uow, officer_id, role, agency_id=agency.id if agency else None, granted_by="test"
                )
            await uow.commit()
        who = Officer(officer_id=officer_id, session_id=new_id(), signed_in_at=datetime.now(UTC))
        token = services.tokens.for_officer(who, client_id="tindan-desk")
        return officer_id, {"authorization": f"Bearer {token}"}

    return make


@pytest.fixture
async def places(agency: Agency, make_agency: MakeAgency, services: Services) -> dict[str, Agency]:
    """A town with a ward that has an old code, and another town."""
    ward = await make_agency("H26.1.7", parent=agency)
    async with services.unit_of_work() as uow:
        uow.session.add(AgencyAlias(code="H26.1.OLD", agency_id=ward.id))
        await uow.commit()
    return {"town": agency, "ward": ward, "other": await make_agency("H55.1")}


async def colleagues(client: httpx.AsyncClient, headers: Headers, code: str, **query: Any) -> httpx.Response:
    return await client.get(f"/v1/officer/agencies/{code}/officers", headers=headers, params=query)


async def test_who_am_i(
    client: httpx.AsyncClient, places: dict[str, Agency], make_officer: MakeOfficer
) -> None:
    """An officer sees the roles that count, with their agencies."""
    officer_id, headers = await make_officer(
        "an@example.vn", (Role.SUPERVISOR, places["town"]), (Role.OPERATOR, None)
    )
    answer = await client.get("/v1/officer", headers=headers)
    me = answer.json()
    assert (me["id"], me["name"], me["email"]) == (str(officer_id), "Cán bộ an@example.vn", "an@example.vn")
    assert [(one["role"], one["agency_code"], one["agency_name"]) for one in me["roles"]] == [
        ("supervisor", "H26.1", places["town"].name),
        ("operator", None, None),
    ]


async def test_a_supervisor_sees_who_works_below(
    client: httpx.AsyncClient, places: dict[str, Agency], make_officer: MakeOfficer
) -> None:
    """Those of the agency and below it, by any of its codes, and nobody else."""
    _, headers = await make_officer("an@example.vn", (Role.SUPERVISOR, places["town"]))
    await make_officer("binh@example.vn", (Role.VIEWER, places["ward"]))
    await make_officer("cuc@example.vn", (Role.OFFICER, places["other"]))
    await make_officer("op@example.vn", (Role.OPERATOR, None))
    found = (await colleagues(client, headers, "000.00.1.H26")).json()["items"]
    assert [(one["email"], one["role"], one["agency_code"]) for one in found] == [
        ("an@example.vn", "supervisor", "H26.1"),
        ("binh@example.vn", "viewer", "H26.1.7"),
    ]
    for code in ("H26.1.7", "H26.1.OLD"):
        found = (await colleagues(client, headers, code)).json()["items"]
        assert [one["email"] for one in found] == ["binh@example.vn"]


async def test_pages(client: httpx.AsyncClient, places: dict[str, Agency], make_officer: MakeOfficer) -> None:
    """A long list comes in pages, whole and without repeats."""
    _, headers = await make_officer("an@example.vn", (Role.SUPERVISOR, places["town"]))
    for serial in range(4):
        await make_officer(f"o{serial}@example.vn", (Role.OFFICER, places["ward"]))
    seen, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await colleagues(client, headers, "H26.1", **query)).json()
        seen += [one["email"] for one in page["items"]]
        cursor = page.get("next_cursor")
        if not cursor:
            break
    assert seen == ["an@example.vn", *(f"o{serial}@example.vn" for serial in range(4))]
    assert (await colleagues(client, headers, "H26.1", cursor="?")).status_code == 422


async def test_a_foreign_agency_is_a_missing_one(
    client: httpx.AsyncClient, places: dict[str, Agency], make_officer: MakeOfficer
) -> None:
    """Whoever does not supervise an agency is told what is told of one that does not exist."""
    _, supervisor = await make_officer("an@example.vn", (Role.SUPERVISOR, places["ward"]))
    _, officer = await make_officer("binh@example.vn", (Role.OFFICER, places["town"]))
    _, operator = await make_officer("op@example.vn", (Role.OPERATOR, None))
    missing = await colleagues(client, supervisor, "H99")
    assert missing.status_code == 404
    for headers, code in (
        (supervisor, "H26.1"),
        (supervisor, "H55.1"),
        (supervisor, "no code"),
        (officer, "H26.1"),
        (operator, "H26.1"),
    ):
        answer = await colleagues(client, headers, code)
        assert (answer.status_code, answer.content) == (404, missing.content)


async def test_what_is_taken_away_is_gone_at_once(
    client: httpx.AsyncClient, places: dict[str, Agency], make_officer: MakeOfficer, services: Services
) -> None:
    """With the same token, a role that was revoked and an officer who was shut out open nothing."""
    officer_id, headers = await make_officer(
        "an@example.vn", (Role.SUPERVISOR, places["town"]), (Role.OPERATOR, None)
    )
    assert (await colleagues(client, headers, "H26.1")).status_code == 200
    async with services.unit_of_work() as uow:
        await repository.revoke(uow, officer_id, Role.SUPERVISOR, agency_id=places["town"].id)
        await uow.commit()
    assert (await colleagues(client, headers, "H26.1")).status_code == 404
    assert (await client.get("/v1/operation/channels", headers=headers)).status_code == 200
    async with services.unit_of_work() as uow:
        await repository.set_enabled(uow, officer_id, enabled=False)
        await uow.commit()
    assert (await client.get("/v1/operation/channels", headers=headers)).status_code == 403
    assert (await client.get("/v1/officer", headers=headers)).status_code == 404


async def test_channels_are_for_operators(
    client: httpx.AsyncClient, places: dict[str, Agency], make_officer: MakeOfficer, services: Services
) -> None:
    """An operator sees every channel with its pause; a supervisor does not."""
    _, supervisor = await make_officer("an@example.vn", (Role.SUPERVISOR, places["town"]))
    _, operator = await make_officer("op@example.vn", (Role.OPERATOR, None))
    async with services.unit_of_work() as uow:
        query = "INSERT INTO channel_pause (channel, author, reason) VALUES ('sms', 'lan', 'over the limit')"
        await (await uow.driver()).execute(query)
        await uow.commit()
    refused = await client.get("/v1/operation/channels", headers=supervisor)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:tindan:problem:forbidden")
    found = {
        one["channel"]: one
        for one in (await client.get("/v1/operation/channels", headers=operator)).json()["items"]
    }
    assert {"email", "push", "sms"} <= found.keys()
    assert found["sms"]["paused"].pop("created_at")
    assert found["sms"]["paused"] == {"author": "lan", "reason": "over the limit"}
    assert (found["email"]["paused"], found["email"]["oldest_due_seconds"]) == (None, 0)

"""The list of signed-in devices, and what ends with an entry of it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.services import Services
from auth.principals import Citizen as Principal
from auth.principals import Officer
from storage.ids import new_id
from storage.sessions import repository
from storage.sessions.repository import Admission
from tests.api.callers import Citizen, MakeCitizen

SignIn = Callable[..., Awaitable[tuple[UUID, dict[str, str]]]]
FAR = datetime(2099, 1, 1, tzinfo=UTC)


@pytest.fixture
def sign_in(services: Services) -> SignIn:
    """Sign a party in on another device; return the session and the headers of its requests."""

    async def enter(
        party_id: UUID, *, device_name: str | None = None, expires_at: datetime = FAR
    ) -> tuple[UUID, dict[str, str]]:
        now = datetime.now(UTC)
        admission = Admission(client_id="tindan-app", party_id=party_id, assurance=2, signed_in_at=now)
        async with services.unit_of_work() as uow:
            session_id = await repository.start_session(
                uow,
                admission,
                new_id().bytes,
                code_digest=new_id().bytes,
                device_name=device_name,
                now=now,
                expires_at=expires_at,
            )
            await uow.commit()
        who = Principal(party_id=party_id, session_id=session_id, assurance=2, signed_in_at=now)
        token = services.tokens.for_citizen(who, client_id="tindan-app")
        return session_id, {"authorization": f"Bearer {token}"}

    return enter


async def listed(client: httpx.AsyncClient, headers: dict[str, str], **query: Any) -> dict[str, Any]:
    answer = await client.get("/v1/sessions", headers=headers, params=query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def test_list(client: httpx.AsyncClient, citizen: Citizen, sign_in: SignIn) -> None:
    """Each live session is told with app, name and times, the latest first, and which one asks."""
    first, headers = await sign_in(citizen.party_id, device_name="Điện thoại của An")
    second, _ = await sign_in(citizen.party_id)
    await sign_in(citizen.party_id, expires_at=datetime(2020, 1, 1, tzinfo=UTC))
    items = (await listed(client, headers))["items"]
    told = [(item["id"], item["app"], item["device_name"], item["current"]) for item in items]
    assert told == [
        (str(second), "tindan-app", None, False),
        (str(first), "tindan-app", "Điện thoại của An", True),
    ]
    assert all(
        datetime.fromisoformat(item[name]) for item in items for name in ("signed_in_at", "last_used_at")
    )


async def test_pages(client: httpx.AsyncClient, citizen: Citizen, sign_in: SignIn) -> None:
    """Turning pages shows each session once; one that ends meanwhile disturbs nothing."""
    sessions = [await sign_in(citizen.party_id) for _ in range(5)]
    headers = sessions[0][1]
    first = await listed(client, headers, limit=2)
    await client.delete(f"/v1/sessions/{sessions[3][0]}", headers=headers)
    second = await listed(client, headers, limit=2, cursor=first["next_cursor"])
    third = await listed(client, headers, limit=2, cursor=second["next_cursor"])
    ids = [item["id"] for page in (first, second, third) for item in page["items"]]
    assert ids == [str(session_id) for session_id, _ in reversed(sessions)]
    assert third["next_cursor"] is None
    wrong = await client.get("/v1/sessions", headers=headers, params={"cursor": "nonsense"})
    assert wrong.json()["errors"][0]["code"] == "invalid-cursor"


async def test_name_is_sealed(
    client: httpx.AsyncClient, citizen: Citizen, sign_in: SignIn, services: Services
) -> None:
    """A device is named from itself; the name is kept as personal text is."""
    session_id, headers = await sign_in(citizen.party_id)
    answer = await client.patch(
        "/v1/sessions/current", json={"device_name": "  Máy bảng của bà  "}, headers=headers
    )
    assert answer.status_code == 204
    (item,) = (await listed(client, headers))["items"]
    assert (item["id"], item["device_name"]) == (str(session_id), "Máy bảng của bà")
    async with services.reading() as reading:
        rows = await (
            await (await reading.driver()).execute("SELECT device_name_sealed FROM session")
        ).fetchall()
    assert "Máy bảng".encode() not in rows[0][0]


@pytest.mark.parametrize("name", ["", "   ", "a" * 101, "two\nlines", "a\x00b", None, 5])
async def test_bad_names(client: httpx.AsyncClient, citizen: Citizen, sign_in: SignIn, name: object) -> None:
    """A name is one line of up to 100 characters."""
    _, headers = await sign_in(citizen.party_id)
    answer = await client.patch("/v1/sessions/current", json={"device_name": name}, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/device_name")


async def test_sign_one_out(client: httpx.AsyncClient, citizen: Citizen, sign_in: SignIn) -> None:
    """A session that was ended is gone from the list; ending it again finds nothing."""
    _, headers = await sign_in(citizen.party_id)
    lost, _ = await sign_in(citizen.party_id)
    answers = [await client.delete(f"/v1/sessions/{lost}", headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 404]
    assert [item["current"] for item in (await listed(client, headers))["items"]] == [True]


@pytest.mark.parametrize(("keep", "ended"), [("true", 2), ("false", 3)])
async def test_sign_all_out(
    client: httpx.AsyncClient, make_citizen: MakeCitizen, sign_in: SignIn, keep: str, ended: int
) -> None:
    """All sessions of the caller end, or all but its own, and nobody else's."""
    citizen, other = await make_citizen(), await make_citizen()
    headers = [(await sign_in(citizen.party_id))[1] for _ in range(3)]
    _, others = await sign_in(other.party_id)
    answer = await client.delete("/v1/sessions", params={"keep_current": keep}, headers=headers[0])
    assert (answer.status_code, answer.json()) == (200, {"ended": ended})
    assert len((await listed(client, others))["items"]) == 1


async def test_foreign_sessions(
    client: httpx.AsyncClient, make_citizen: MakeCitizen, sign_in: SignIn
) -> None:
    """Another's session is neither seen nor ended: it answers as one that is not there."""
    citizen, other = await make_citizen(), await make_citizen()
    _, headers = await sign_in(citizen.party_id)
    foreign, others = await sign_in(other.party_id)
    answer = await client.delete(f"/v1/sessions/{foreign}", headers=headers)
    missing = await client.delete(f"/v1/sessions/{new_id()}", headers=headers)
    assert (answer.status_code, answer.content) == (404, missing.content)
    assert [item["current"] for item in (await listed(client, others))["items"]] == [True]


async def test_who_acts_for_another(client: httpx.AsyncClient, citizen: Citizen, services: Services) -> None:
    """A representative has nothing to do with the sessions of whom it acts for."""
    acting = Principal(
        party_id=citizen.party_id,
        session_id=new_id(),
        assurance=2,
        signed_in_at=datetime.now(UTC),
        actor_id=new_id(),
        representation_id=new_id(),
    )
    token = services.tokens.for_citizen(acting, client_id="tindan-app")
    answer = await client.get("/v1/sessions", headers={"authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:tindan:problem:for-oneself-alone")


async def test_officers(
    client: httpx.AsyncClient, services: Services, sign_in: SignIn, citizen: Citizen
) -> None:
    """An officer has a list of its own, with names, too; an agency's client has none."""
    now, officer_id = datetime.now(UTC), new_id()
    admission = Admission(client_id="console", officer_id=officer_id, assurance=2, signed_in_at=now)
    await sign_in(citizen.party_id)
    async with services.unit_of_work() as uow:
        session_id = await repository.start_session(
            uow, admission, b"t", code_digest=b"c", device_name="Máy trạm", now=now, expires_at=FAR
        )
        await uow.commit()
    officer = Officer(officer_id=officer_id, session_id=session_id, signed_in_at=now)
    headers = {"authorization": f"Bearer {services.tokens.for_officer(officer, client_id='console')}"}
    assert [item["device_name"] for item in (await listed(client, headers))["items"]] == ["Máy trạm"]
    renamed = await client.patch("/v1/sessions/current", json={"device_name": "Quầy 3"}, headers=headers)
    assert renamed.status_code == 204
    assert [item["device_name"] for item in (await listed(client, headers))["items"]] == ["Quầy 3"]
    assert (await client.delete("/v1/sessions", headers=headers)).json() == {"ended": 1}


async def test_agencies(client: httpx.AsyncClient, agency: Any) -> None:
    """An agency's client is signed in nowhere."""
    assert (await client.get("/v1/sessions", headers=agency.headers)).status_code == 401


async def test_access_token_ends_with_its_session(
    client: httpx.AsyncClient, citizen: Citizen, sign_in: SignIn
) -> None:
    """Within seconds of a sign-out the access token opens nothing, though it has not expired."""
    lost, theirs = await sign_in(citizen.party_id)
    _, headers = await sign_in(citizen.party_id)
    assert (await client.get("/v1/sessions", headers=theirs)).status_code == 200
    await client.delete(f"/v1/sessions/{lost}", headers=headers)
    async with asyncio.timeout(10):
        while (answer := await client.get("/v1/sessions", headers=theirs)).is_success:  # noqa: ASYNC110 - it looks by itself
            await asyncio.sleep(0.05)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')
    assert (await client.get("/v1/sessions", headers=headers)).status_code == 200

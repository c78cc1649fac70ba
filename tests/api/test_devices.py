"""Phones are registered to whoever is signed in on them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.devices.schemas import Registration
from api.devices.service import register
from api.services import Services
from auth.principals import Citizen as Principal
from notify.routebook import RouteBook
from notify.routes import DEFAULTS
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.routing import repository as routing
from tests.api.callers import Citizen, MakeAgency, MakeCitizen
from tests.storage.broadcasts.telling import Square

PHONE = {"platform": "android", "push_token": "token-1", "confirms_receipt": True, "app_version": "1.2.0"}


async def put(client: httpx.AsyncClient, citizen: Citizen, installation: UUID, **fields: Any) -> list[str]:
    """Register a phone; return the topics that it is to follow."""
    answer = await client.put(f"/v1/devices/{installation}", json=PHONE | fields, headers=citizen.headers)
    assert answer.status_code == 200, answer.text
    topics: list[str] = answer.json()["topics"]
    return topics


async def registered(services: Services) -> dict[UUID, tuple[UUID, str, str, bool, str | None]]:
    """Return owner, platform, token in clear, confirmation and version of each live phone."""
    async with services.reading() as reading:
        cursor = await (await reading.driver()).execute(
            "SELECT id, party_id, platform, token_sealed, confirms_receipt, app_version FROM device"
            " WHERE retired_at IS NULL",
            binary=True,
        )
        rows: list[Any] = await cursor.fetchall()
        keys = {party_id: await parties.open_key(reading, party_id) for _, party_id, *_ in rows}
    return {
        installation: (party_id, platform, keys[party_id].decrypt(sealed, "device.token"), confirms, version)
        for installation, party_id, platform, sealed, confirms, version in rows
    }


async def test_a_phone_is_registered_and_registered_anew(
    client: httpx.AsyncClient, services: Services, citizen: Citizen
) -> None:
    """A second registration of an installation replaces the first."""
    installation = uuid4()
    await put(client, citizen, installation)
    await put(client, citizen, installation, push_token="token-2", confirms_receipt=False, app_version=None)
    assert await registered(services) == {installation: (citizen.party_id, "android", "token-2", False, None)}


async def test_the_last_to_sign_in_owns_the_phone(
    client: httpx.AsyncClient, services: Services, citizen: Citizen, make_citizen: MakeCitizen
) -> None:
    """Who was signed in before gets nothing more there."""
    installation, other = uuid4(), await make_citizen()
    await put(client, citizen, installation)
    await put(client, other, installation)
    assert {owner for owner, *_ in (await registered(services)).values()} == {other.party_id}


async def test_a_token_moves_with_a_new_installation(
    client: httpx.AsyncClient, services: Services, citizen: Citizen, make_citizen: MakeCitizen
) -> None:
    """An app that was installed anew may get its old push token again: one phone, one registration."""
    fresh, other = uuid4(), await make_citizen()
    await put(client, citizen, uuid4())
    await put(client, other, fresh)
    assert await registered(services) == {fresh: (other.party_id, "android", "token-1", True, "1.2.0")}


async def test_a_phone_is_forgotten_by_its_owner_alone(
    client: httpx.AsyncClient, services: Services, citizen: Citizen, make_citizen: MakeCitizen
) -> None:
    """To others it is as if there were none."""
    installation, stranger = uuid4(), await make_citizen()
    await put(client, citizen, installation)
    path = f"/v1/devices/{installation}"
    refused = await client.delete(path, headers=stranger.headers)
    unknown = await client.delete(f"/v1/devices/{uuid4()}", headers=citizen.headers)
    assert (refused.status_code, refused.text) == (404, unknown.text)
    assert installation in await registered(services)
    assert (await client.delete(path, headers=citizen.headers)).status_code == 204
    assert await registered(services) == {}


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"platform": "symbian"}, "/platform", "literal_error"),
        ({"push_token": ""}, "/push_token", "string_too_short"),
        ({"push_token": "a" * 4097}, "/push_token", "string_too_long"),
        ({"push_token": "a b"}, "/push_token", "string_pattern_mismatch"),
        ({"push_token": "a\n"}, "/push_token", "string_pattern_mismatch"),
        ({"app_version": "1" * 33}, "/app_version", "string_too_long"),
        ({"token": "x"}, "/token", "extra_forbidden"),
    ],
)
async def test_a_bad_registration_is_named(
    client: httpx.AsyncClient, citizen: Citizen, fields: dict[str, str], pointer: str, code: str
) -> None:
    """Each mistake is a problem that names the field."""
    answer = await client.put(f"/v1/devices/{uuid4()}", json=PHONE | fields, headers=citizen.headers)
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]


async def test_an_installation_is_a_uuid(client: httpx.AsyncClient, citizen: Citizen) -> None:
    """The path is checked as the body is."""
    answer = await client.put("/v1/devices/my-phone", json=PHONE, headers=citizen.headers)
    assert answer.json()["errors"][0]["pointer"] == "/path/installation_id"


async def test_a_phone_follows_the_topics_of_its_owner(
    client: httpx.AsyncClient,
    citizen: Citizen,
    make_citizen: MakeCitizen,
    make_agency: MakeAgency,
    services: Services,
) -> None:
    """Those of everybody and of its kind of party, and for each agency with a dossier or above one of those."""
    installation, everybody = uuid4(), ["broadcast-all-vi", "broadcast-all-person-vi"]
    assert await put(client, citizen, installation) == everybody
    province = await make_agency("H27")
    ward = await make_agency("H27.1", parent=province)
    await make_agency("H27.2", parent=province)
    square = Square(open_unit=services.unit_of_work)
    for _ in range(2):
        await square.dossier(citizen.party_id, ward.id)
    places = [f"broadcast-agency-{one.id}{kind}-vi" for one in (province, ward) for kind in ("", "-person")]
    assert sorted(await put(client, citizen, installation)) == sorted(everybody + places)
    company = await make_citizen("0109998887", kind=PartyKind.ORGANISATION)
    assert await put(client, company, installation) == [
        "broadcast-all-vi",
        "broadcast-all-organisation-vi",
    ]


async def test_topics_follow_language_and_preference(client: httpx.AsyncClient, citizen: Citizen) -> None:
    """Switching either changes what the next registration answers."""
    installation = uuid4()
    await client.patch("/v1/me", json={"locale": "en"}, headers=citizen.headers)
    assert await put(client, citizen, installation) == ["broadcast-all-en", "broadcast-all-person-en"]
    for enabled, count in ((False, 0), (True, 2)):
        items = [{"category": "broadcast", "channel": "push", "enabled": enabled}]
        answer = await client.put("/v1/me/preferences", json={"items": items}, headers=citizen.headers)
        assert answer.status_code == 200
        assert len(await put(client, citizen, installation)) == count


@pytest.mark.parametrize(
    ("change", "count"),
    [({"consent": True}, 0), ({"optional": False}, 2), ({"steps": [{"channels": ["email"]}]}, 0)],
)
async def test_topics_follow_the_route(
    citizen: Citizen, services: Services, change: dict[str, Any], count: int
) -> None:
    """What needs consent is followed by nobody who gave none; what is not pushed, by nobody at all."""
    body = DEFAULTS.model_dump(mode="json")
    body["routes"]["broadcast"] |= change
    who = Principal(
        party_id=citizen.party_id, session_id=uuid4(), assurance=2, signed_in_at=datetime.now(UTC)
    )
    async with services.unit_of_work() as uow:
        await routing.add(uow, body, author="test", note="", after=0)
        given = Registration.model_validate(PHONE)
        registered = await register(uow, who, uuid4(), given, RouteBook())
    assert len(registered.topics) == count

"""A citizen sees their own profile, addresses and preferences, and changes them."""

from typing import Any

import httpx
import pytest

from api.services import Services
from notify.categories import Category
from notify.routes import DEFAULTS
from storage.ids import new_id
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from tests.api.callers import Citizen, MakeCitizen, NewCode, PushEvent

EMAIL, PHONE = "nguyen.an@example.vn", "0912345678"


async def get(client: httpx.AsyncClient, citizen: Citizen, path: str) -> Any:
    """Read something of one's own."""
    answer = await client.get(f"/v1/me{path}", headers=citizen.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def verified_contact(services: Services, citizen: Citizen) -> str:
    """Keep an address that its owner proved; the API offers no way to yet."""
    contact_id = new_id()
    async with services.unit_of_work() as uow:
        key = await parties.open_key(uow, citizen.party_id)
        await (await uow.driver()).execute(
            "INSERT INTO contact (id, party_id, kind, value_index, value_sealed, source, verified_at)"
            " VALUES (%s, %s, 'email', %s, %s, 'verified', now())",
            (contact_id, citizen.party_id, b"index", key.encrypt("own@example.vn", "contact.value")),
        )
        await uow.commit()
    return str(contact_id)


async def test_a_person_sees_who_they_are(client: httpx.AsyncClient, make_citizen: MakeCitizen) -> None:
    """The number is masked; the level of the identity is that of the sign-in."""
    citizen = await make_citizen("001190000077", name="Trần Văn Bình")
    assert await get(client, citizen, "") == {
        "kind": "person",
        "number": "001********7",
        "name": "Trần Văn Bình",
        "locale": "vi",
        "time_zone": "Asia/Ho_Chi_Minh",
        "assurance": 2,
    }


async def test_an_organisation_sees_what_it_is(client: httpx.AsyncClient, make_citizen: MakeCitizen) -> None:
    """Tax codes are masked as well."""
    citizen = await make_citizen("0100109106", kind=PartyKind.ORGANISATION, name="Công ty A")
    found = await get(client, citizen, "")
    assert (found["kind"], found["number"]) == ("organisation", "010******6")


async def test_the_language_of_messages_can_be_chosen(client: httpx.AsyncClient, citizen: Citizen) -> None:
    """The choice is kept."""
    answer = await client.patch("/v1/me", json={"locale": "en"}, headers=citizen.headers)
    assert (answer.status_code, answer.json()["locale"]) == (200, "en")
    assert (await get(client, citizen, ""))["locale"] == "en"


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"locale": "fr"}, "/locale", "literal_error"),
        ({}, "/locale", "missing"),
        ({"locale": "vi", "name": "X"}, "/name", "extra_forbidden"),
    ],
)
async def test_nothing_else_can_be_changed(
    client: httpx.AsyncClient, citizen: Citizen, body: dict[str, str], pointer: str, code: str
) -> None:
    """Each mistake is a problem that names the field."""
    answer = await client.patch("/v1/me", json=body, headers=citizen.headers)
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]


async def test_supplied_addresses_are_shown_masked_with_their_dossier(
    client: httpx.AsyncClient, citizen: Citizen, push_event: PushEvent, new_code: NewCode
) -> None:
    """What an agency sent along serves one dossier, and is shown so."""
    code = new_code()
    await push_event(code, 1, applicant={"email": EMAIL, "phone": PHONE})
    items = (await get(client, citizen, "/contacts"))["items"]
    shown = {(i["kind"], i["value"], i["source"], i["verified"], i["dossier_code"]) for i in items}
    assert shown == {
        ("email", "n***@example.vn", "agency_supplied", False, code),
        ("phone", "+84******678", "agency_supplied", False, code),
    }


async def test_an_address_given_up_does_not_come_back(
    client: httpx.AsyncClient, citizen: Citizen, push_event: PushEvent, new_code: NewCode
) -> None:
    """The agency goes on sending it with every event; the citizen's word stands."""
    code = new_code()
    await push_event(code, 1, applicant={"email": EMAIL})
    (item,) = (await get(client, citizen, "/contacts"))["items"]
    path = f"/v1/me/contacts/{item['id']}"
    assert (await client.delete(path, headers=citizen.headers)).status_code == 204
    assert (await client.delete(path, headers=citizen.headers)).status_code == 404
    await push_event(code, 2, applicant={"email": EMAIL})
    assert (await get(client, citizen, "/contacts"))["items"] == []


async def test_a_verified_address_is_removed(
    client: httpx.AsyncClient, services: Services, citizen: Citizen
) -> None:
    """It serves every dossier until it is removed, and then it is gone."""
    contact_id = await verified_contact(services, citizen)
    (item,) = (await get(client, citizen, "/contacts"))["items"]
    assert (item["id"], item["verified"], item["dossier_code"]) == (contact_id, True, None)
    await client.delete(f"/v1/me/contacts/{contact_id}", headers=citizen.headers)
    async with services.reading() as reading:
        cursor = await (await reading.driver()).execute("SELECT count(*) FROM contact")
        assert await cursor.fetchone() == (0,)


async def test_nobody_removes_addresses_of_others(
    client: httpx.AsyncClient, services: Services, citizen: Citizen, make_citizen: MakeCitizen
) -> None:
    """A foreign address and a missing one answer alike."""
    contact_id = await verified_contact(services, citizen)
    stranger = await make_citizen()
    answers = [
        await client.delete(f"/v1/me/contacts/{which}", headers=stranger.headers)
        for which in (contact_id, new_id())
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text == answers[1].text
    assert len((await get(client, citizen, "/contacts"))["items"]) == 1


async def test_preferences_start_with_everything_on(client: httpx.AsyncClient, citizen: Citizen) -> None:
    """Every category on every channel of its route; what the law hangs on is locked."""
    items = (await get(client, citizen, "/preferences"))["items"]
    assert all(item["enabled"] for item in items)
    assert {item["category"] for item in items} == {category.value for category in Category}
    assert {(item["category"], item["channel"]) for item in items} == {
        (category.value, channel)
        for category, route in DEFAULTS.routes.items()
        for step in route.steps
        for channel in step.channels
    }
    assert {item["category"] for item in items if item["locked"]} == {
        category.value for category, route in DEFAULTS.routes.items() if not route.optional
    }


async def test_a_category_can_be_turned_off_on_one_channel(
    client: httpx.AsyncClient, citizen: Citizen, make_citizen: MakeCitizen
) -> None:
    """What is not named stays, and what others chose is their own."""
    before = (await get(client, citizen, "/preferences"))["items"]
    off = {"category": "status_change", "channel": "email", "enabled": False}
    for _ in range(2):
        answer = await client.put("/v1/me/preferences", json={"items": [off]}, headers=citizen.headers)
        assert answer.status_code == 200
    after = (await get(client, citizen, "/preferences"))["items"]
    assert answer.json()["items"] == after
    assert [item for item in after if item not in before] == [{**off, "locked": False}]
    assert (await get(client, await make_citizen(), "/preferences"))["items"] == before
    # What was read may be sent back as it is.
    assert (
        await client.put("/v1/me/preferences", json={"items": before}, headers=citizen.headers)
    ).json() == {"items": before}


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"category": "refused", "enabled": False}, "/items/1/enabled", "locked"),
        ({"channel": "pigeon"}, "/items/1/channel", "enum"),
        ({"category": "gossip"}, "/items/1/category", "enum"),
        ({"category": "result_ready", "channel": "push"}, "/items/1", "repeated"),
        ({"enabled": "perhaps"}, "/items/1/enabled", "bool_parsing"),
    ],
)
async def test_a_bad_preference_changes_nothing(
    client: httpx.AsyncClient, citizen: Citizen, change: dict[str, Any], pointer: str, code: str
) -> None:
    """The field is named, and the good entries beside it are not kept either."""
    good = {"category": "result_ready", "channel": "push", "enabled": False}
    bad = {"category": "status_change", "channel": "push", "enabled": True} | change
    before = await get(client, citizen, "/preferences")
    answer = await client.put("/v1/me/preferences", json={"items": [good, bad]}, headers=citizen.headers)
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]
    assert all(e["detail"] for e in answer.json()["errors"])
    assert await get(client, citizen, "/preferences") == before

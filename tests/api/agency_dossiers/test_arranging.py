"""Appointments, payments and papers by post, told one by one."""

import asyncio
from typing import Any

import httpx
import pytest

from storage.engine import Engine
from tests.api.agency_dossiers.putting import (
    PATH,
    TOMORROW,
    appointment,
    dossier,
    later,
    payment,
    postal_item,
    put,
    read,
    states,
)
from tests.api.callers import Agency, MakeAgency
from tests.api.telling import CODE, at, census, notices, pointed

LISTS = {"appointments": appointment, "payments": payment, "postal-items": postal_item}
FIRST = ["status_change"]
"""The notice of the dossier's own event."""


@pytest.fixture(autouse=True)
async def known(client: httpx.AsyncClient, agency: Agency) -> None:
    """A dossier of the agency's."""
    assert (await put(client, agency, dossier())).status_code == 201


async def add(
    client: httpx.AsyncClient, agency: Agency, name: str, item: Any, code: str = CODE
) -> httpx.Response:
    """Tell something new."""
    return await client.post(f"{PATH}/{code}/{name}", json=item, headers=agency.headers)


async def change(
    client: httpx.AsyncClient, agency: Agency, name: str, source_id: str, /, **fields: Any
) -> httpx.Response:
    """Tell what became of it."""
    return await client.patch(f"{PATH}/{CODE}/{name}/{source_id}", json=fields, headers=agency.headers)


@pytest.mark.parametrize("name", LISTS)
async def test_a_repeat_gets_the_first_answer(
    client: httpx.AsyncClient, agency: Agency, engine: Engine, name: str
) -> None:
    """Also after it was changed meanwhile; another content under the id is refused, and the id is named."""
    item = LISTS[name]("X-1")
    first = await add(client, agency, name, item)
    assert first.status_code == 201, first.text
    await change(client, agency, name, "X-1", state="cancelled")
    before = await census(engine)
    again = await add(client, agency, name, item)
    assert again.status_code == 200
    assert again.json() == first.json() | {"outcome": "repeated"}
    other = await add(client, agency, name, item | {"state_at": at(1)})
    assert other.status_code == 409
    assert (other.json()["type"], other.json()["existing_id"]) == (
        "urn:tindan:problem:arrangement-exists",
        "X-1",
    )
    assert await census(engine) == before


async def test_two_at_once_are_one(client: httpx.AsyncClient, agency: Agency, engine: Engine) -> None:
    """The same content at the same moment is kept and told once."""
    answers = await asyncio.gather(*(add(client, agency, "payments", payment()) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert await notices(engine) == [*FIRST, "payment_required"]


async def test_the_applicant_is_told_of_what_changes(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """An appointment made, moved and cancelled; a confirmation and a note are no news."""
    await add(client, agency, "appointments", appointment(state="proposed"))
    told = [
        (await change(client, agency, "appointments", "LH-1", **fields)).json()["notified"]
        for fields in (
            {"state": "confirmed"},
            {"note": "Mang theo bản chính"},
            {"state": "moved", "starts_at": later(4)},
            {"starts_at": later(6)},
            {"state": "cancelled"},
            {"state": "cancelled"},
        )
    ]
    assert told == [False, False, True, True, True, False]
    assert await notices(engine) == FIRST + ["status_change"] * 4


async def test_papers_are_told_when_they_came_or_did_not(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """What is on its way is read in the app."""
    await add(client, agency, "postal-items", postal_item())
    answers = [
        (await change(client, agency, "postal-items", "BC-1", state=state)).json()
        for state in ("picked_up", "in_transit", "failed", "in_transit", "delivered")
    ]
    assert [answer["notified"] for answer in answers] == [False, False, True, False, True]
    assert not any(answer["contradiction"] for answer in answers)


async def test_what_contradicts_is_kept_and_moves_nothing(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """A payment that was made stays made, and asks for nothing, whatever a mixed-up message says."""
    await add(client, agency, "payments", payment(state_at=at(1)))
    paid = await change(client, agency, "payments", "TT-1", state="paid", state_at=at(2), receipt_no="BL-1")
    assert paid.json()["state"] == "paid"
    late = await change(client, agency, "payments", "TT-1", state="requested", state_at=at(3), amount=9)
    assert late.status_code == 200
    assert (late.json()["state"], late.json()["contradiction"]) == ("paid", True)
    (shown,) = (await read(client, agency))[0]["payments"]
    assert (shown["amount"], shown["receipt_no"]) == (150_000, "BL-1")
    assert [(one["state"], one["contradiction"]) for one in shown["history"]] == [
        ("requested", False),
        ("paid", False),
        ("requested", True),
    ]
    assert await notices(engine) == [*FIRST, "payment_required"]


async def test_what_comes_late_takes_its_place(client: httpx.AsyncClient, agency: Agency) -> None:
    """States stand in the source's order, and older words do not replace newer ones."""
    await add(client, agency, "postal-items", postal_item(state="delivered", state_at=at(9)))
    late = await change(
        client, agency, "postal-items", "BC-1", state="in_transit", state_at=at(4), carrier="EMS"
    )
    assert (late.json()["state"], late.json()["contradiction"]) == ("delivered", False)
    (shown,) = (await read(client, agency))[0]["postal_items"]
    assert shown["carrier"] == "VNPost"
    assert [one["state"] for one in shown["history"]] == ["in_transit", "delivered"]


async def test_a_change_takes_away_what_may_be_absent(client: httpx.AsyncClient, agency: Agency) -> None:
    """Null removes (RFC 7396), but not what is needed; what is not named stays."""
    await add(client, agency, "appointments", appointment(purpose="Ký giấy"))
    assert (await change(client, agency, "appointments", "LH-1", place=None)).status_code == 200
    (shown,) = (await read(client, agency))[0]["appointments"]
    assert (shown["place"], shown["purpose"]) == (None, "Ký giấy")
    needed = await change(client, agency, "appointments", "LH-1", starts_at=None)
    assert needed.status_code == 422
    assert pointed(needed.json()) == [("/starts_at", "missing")]


@pytest.mark.parametrize(
    ("name", "fields", "at_fault"),
    [
        ("payments", {"link": "https://evil.example/1"}, ("/link", "untrusted-host")),
        ("payments", {"link": "http://thanhtoan.example.vn"}, ("/link", "unsafe-link")),
        ("payments", {"state": "delivered"}, ("/state", "enum")),
        ("appointments", {"ends_at": at(0)}, ("", "ends-before-start")),
        ("appointments", {"source_id": "X-2"}, ("/source_id", "extra_forbidden")),
        ("postal-items", {"state_at": later()}, ("/state_at", "in-the-future")),
        ("postal-items", {"direction": "return"}, ("/direction", "extra_forbidden")),
    ],
)
async def test_what_does_not_fit_changes_nothing(
    client: httpx.AsyncClient,
    agency: Agency,
    engine: Engine,
    *,
    name: str,
    fields: dict[str, Any],
    at_fault: tuple[str, str],
) -> None:
    """The fault is named."""
    await add(client, agency, name, LISTS[name]("X-1"))
    before = await census(engine)
    answer = await change(client, agency, name, "X-1", **fields)
    assert answer.status_code == 422, answer.text
    assert pointed(answer.json()) == [at_fault]
    assert await census(engine) == before


@pytest.mark.parametrize("name", LISTS)
async def test_foreign_and_missing_are_alike(
    client: httpx.AsyncClient, agency: Agency, make_agency: MakeAgency, name: str
) -> None:
    """404, for the dossier and for what is arranged about it."""
    other = await make_agency("H55.1")
    await add(client, agency, name, LISTS[name]("X-1"))
    answers = [
        await add(client, other, name, LISTS[name]("X-2")),
        await add(client, other, name, LISTS[name]("X-2"), code="H26.1-261121-7777"),
        await change(client, other, name, "X-1", state="cancelled"),
        await change(client, agency, name, "X-9", state="cancelled"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


async def test_an_id_is_of_one_dossier_and_kind(client: httpx.AsyncClient, agency: Agency) -> None:
    """Two dossiers, and two lists of one, may use the same id."""
    another = "H26.1-261121-0002"
    events = [{"event_id": "e-2", "dossier_code": another, "status": 2, "occurred_at": at(0)}]
    await put(client, agency, dossier(events=events), code=another)
    for code in (CODE, another):
        for name, make in LISTS.items():
            assert (await add(client, agency, name, make("X-1"), code=code)).status_code == 201
    shown, _ = await read(client, agency)
    assert states(shown, "payments") == {"X-1": "requested"}


async def test_a_dossier_has_room_for_so_many(client: httpx.AsyncClient, agency: Agency) -> None:
    """A client that runs wild fills no dossier without an end."""
    for start in range(0, 200, 50):
        some = [postal_item(f"BC-{number}") for number in range(start, start + 50)]
        assert (await put(client, agency, {"postal_items": some})).status_code == 200
    one_more = await add(client, agency, "postal-items", postal_item("BC-200"))
    assert pointed(one_more.json()) == [("/source_id", "too-many-arrangements")]
    whole = await put(client, agency, {"postal_items": [postal_item("BC-201")]})
    assert pointed(whole.json()) == [("/postal_items", "too-many-arrangements")]


async def test_text_is_sealed(client: httpx.AsyncClient, agency: Agency, engine: Engine) -> None:
    """Nothing that a person wrote stands in the table in plain, and nothing of it is in a notice."""
    await add(client, agency, "appointments", appointment(place="Quầy 3", purpose="Ký giấy kết hôn"))
    async with engine.pool.connect() as connection:
        rows = (await connection.exec_driver_sql("SELECT to_jsonb(a)::text FROM arrangement a")).scalars()
        params = (await connection.exec_driver_sql("SELECT params::text FROM notification")).scalars()
        everything = " ".join([*rows, *params])
    assert "LH-1" in everything
    assert TOMORROW.isoformat()[:10] in everything, "the time is in the notice"
    assert "Quầy" not in everything
    assert "kết hôn" not in everything


async def test_telling_counts_towards_the_rate_of_the_client(
    client: httpx.AsyncClient, agency: Agency
) -> None:
    """The doors share one allowance, and say how much of it is left."""
    one = await add(client, agency, "payments", payment())
    many = await put(client, agency, {"payments": [payment(f"TT-{number}") for number in range(30)]})
    assert "ratelimit" in one.headers
    assert "ratelimit" in many.headers

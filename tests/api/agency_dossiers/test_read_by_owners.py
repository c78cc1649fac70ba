"""What a citizen reads of what agencies arranged, and of the dossiers that belong together."""

from typing import Any

import httpx
import pytest

from api.services import Services
from tests.api.agency_dossiers.putting import (
    appointment,
    batch,
    dossier,
    payment,
    postal_item,
    put,
    read,
    told,
)
from tests.api.callers import Agency, Citizen, MakeAgency, MakeCitizen
from tests.api.telling import CODE, pointed

PARENT, CHILD, FOREIGN = "H26.1-261121-0100", "H26.1-261121-0101", "H26.1-261121-0102"


async def seen(client: httpx.AsyncClient, citizen: Citizen, code: str = CODE, **headers: str) -> Any:
    """Read a dossier as its owner does."""
    answer = await client.get(f"/v1/dossiers/{code}", headers=citizen.headers | headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def of(citizen: Citizen, code: str, **fields: Any) -> dict[str, Any]:
    """A dossier of a citizen's, for a batch."""
    events = [told(f"{code}/1", dossier_code=code)]
    applicant = {"number": citizen.number, "name": citizen.name}
    return {"code": code} | dossier(events=events, applicant=applicant, **fields)


async def test_what_is_arranged_is_read_in_words(
    client: httpx.AsyncClient, agency: Agency, citizen: Citizen
) -> None:
    """All that the agency told, its states named in the language asked for."""
    given = of(
        citizen,
        CODE,
        appointments=[appointment()],
        payments=[payment()],
        postal_items=[postal_item(state="in_transit", tracking_no="EI1VN")],
    )
    assert (await batch(client, agency, given))["created"] == 1
    shown = await seen(client, citizen)
    (meeting,), (fee,), (post,) = (shown[name] for name in ("appointments", "payments", "postal_items"))
    assert (meeting["place"], meeting["state"]) == ("Quầy 3", {"code": "confirmed", "name": "Đã xác nhận"})
    assert (fee["amount"], fee["link"]) == (150_000, "https://thanhtoan.example.vn/TT-1")
    assert (post["tracking_no"], post["direction"]) == ("EI1VN", "return")
    english = await seen(client, citizen, **{"accept-language": "en"})
    assert english["postal_items"][0]["state"]["name"] == "On its way"


async def test_nobody_is_sent_to_pay_twice(
    client: httpx.AsyncClient, agency: Agency, citizen: Citizen
) -> None:
    """The link is there as long as a payment is awaited."""
    await batch(client, agency, of(citizen, CODE, payments=[payment()]))
    await put(client, agency, {"payments": [payment(state="paid", receipt_no="BL-1")]})
    (fee,) = (await seen(client, citizen))["payments"]
    assert (fee["state"]["code"], fee["link"], fee["receipt_no"]) == ("paid", None, "BL-1")


async def test_nobody_is_sent_to_a_host_that_is_trusted_no_more(
    client: httpx.AsyncClient,
    agency: Agency,
    citizen: Citizen,
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A link goes with its host, also one that was kept; and that the payment was made can still be told."""
    await batch(client, agency, of(citizen, CODE, payments=[payment()]))
    monkeypatch.setitem(services.settings.__dict__, "payment_hosts", frozenset({"other.example.vn"}))
    (fee,) = (await seen(client, citizen))["payments"]
    assert (fee["state"]["code"], fee["link"]) == ("requested", None)
    path = f"/v1/agency/dossiers/{CODE}/payments/TT-1"
    again = {"link": "https://thanhtoan.example.vn/TT-1"}
    assert (await client.patch(path, json=again, headers=agency.headers)).status_code == 422
    paid = await client.patch(path, json={"state": "paid"}, headers=agency.headers)
    assert (paid.status_code, paid.json().get("state")) == (200, "paid")


async def test_what_is_arranged_is_read_by_its_owner_alone(
    client: httpx.AsyncClient, agency: Agency, citizen: Citizen, make_citizen: MakeCitizen
) -> None:
    """What is arranged about a dossier is in no answer to another party."""
    other = await make_citizen()
    await batch(client, agency, of(citizen, CODE, payments=[payment()]), of(other, CHILD))
    assert (await seen(client, other, CHILD))["payments"] == []
    answer = await client.get(f"/v1/dossiers/{CODE}", headers=other.headers)
    assert answer.status_code == 404


async def test_kin_of_the_same_party_are_named_and_others_are_but_there(
    client: httpx.AsyncClient, agency: Agency, citizen: Citizen, make_citizen: MakeCitizen
) -> None:
    """A child may come before its parent; of another party's no code, status or procedure is told."""
    other = await make_citizen()
    children = [of(citizen, CHILD, parent_code=PARENT), of(other, FOREIGN, parent_code=PARENT)]
    await batch(client, agency, *children)
    unknown = {"code": None, "procedure": None, "status": None}
    assert (await seen(client, citizen, CHILD))["parent"] == unknown, "it is yet to come"
    await batch(client, agency, of(citizen, PARENT))
    parent = (await seen(client, citizen, CHILD))["parent"]
    assert (parent["code"], parent["status"]["code"]) == (PARENT, 2)
    family = (await seen(client, citizen, PARENT))["children"]
    assert sorted(one["code"] or "" for one in family) == ["", CHILD]
    assert unknown in family
    assert (await seen(client, other, FOREIGN))["parent"] == unknown
    told_back, _ = await read(client, agency, PARENT)
    assert told_back["children"] == [CHILD, FOREIGN], "the agency may speak for both"


async def test_ones_own_children_come_first(
    client: httpx.AsyncClient, agency: Agency, citizen: Citizen, make_citizen: MakeCitizen
) -> None:
    """However many of others' are said to be parts of a dossier, they drive out none of its owner's."""
    other = await make_citizen()
    foreign = of(other, FOREIGN, parent_code=PARENT)
    later = [told("later", hours=1, dossier_code=CHILD)]
    await batch(client, agency, of(citizen, PARENT), foreign)
    await batch(client, agency, of(citizen, CHILD, parent_code=PARENT) | {"events": later})
    family = (await seen(client, citizen, PARENT))["children"]
    assert [one["code"] for one in family] == [CHILD, None]


async def test_a_dossier_of_another_agency_may_be_the_parent(
    client: httpx.AsyncClient, agency: Agency, citizen: Citizen, make_agency: MakeAgency
) -> None:
    """Procedures are handled together across agencies; neither reads the other's dossier by that."""
    other = await make_agency("H55.1")
    theirs = "H55.1-261121-0001"
    await batch(client, other, of(citizen, theirs))
    await batch(client, agency, of(citizen, CHILD, parent_code=theirs))
    assert (await seen(client, citizen, theirs))["children"][0]["code"] == CHILD
    assert (await read(client, other, theirs))[0]["children"] == []


async def test_a_circle_is_refused(client: httpx.AsyncClient, agency: Agency, citizen: Citizen) -> None:
    """At once within a batch, later over several, and for a parent that is yet to come."""
    body = await batch(
        client,
        agency,
        of(citizen, "H26.1-261121-0201", parent_code="H26.1-261121-0202"),
        of(citizen, "H26.1-261121-0202", parent_code="H26.1-261121-0203"),
        of(citizen, "H26.1-261121-0203", parent_code="H26.1-261121-0201"),
    )
    assert [one["outcome"] for one in body["results"]] == ["created", "created", "refused"]
    assert pointed(body["results"][2]["problem"]) == [("/parent_code", "circle")]
    late = await batch(client, agency, of(citizen, "H26.1-261121-0203"))
    assert late["created"] == 1
    answer = await put(client, agency, {"parent_code": "H26.1-261121-0201"}, code="H26.1-261121-0203")
    assert pointed(answer.json()) == [("/parent_code", "circle")]

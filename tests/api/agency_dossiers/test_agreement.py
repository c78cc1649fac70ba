"""Dossiers that are told must agree with themselves, with their senders' right, and with what was withdrawn."""

import httpx
import pytest

from storage.engine import Engine
from tests.api.agency_dossiers.putting import batch, dossier, payment, put, read, told
from tests.api.callers import Agency, MakeAgency
from tests.api.telling import CODE, census, event, pointed, tell

OTHER = {"kind": "person", "number": "001190000002", "name": "Trần Văn Bình", "email": "binh@example.vn"}


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"applicant": OTHER}, ("/events/0/applicant/number", "another-applicant")),
        ({"procedure_code": "2.000635"}, ("/events/0/procedure_code", "another-procedure")),
    ],
)
async def test_a_new_dossier_is_of_one_applicant_and_procedure(
    client: httpx.AsyncClient,
    agency: Agency,
    engine: Engine,
    fields: dict[str, object],
    at_fault: tuple[str, str],
) -> None:
    """An event that names another would make the dossier that one's, and tell its news to this one."""
    before = await census(engine)
    known = event("e-1", 2) | fields
    answer = await put(client, agency, dossier(events=[known]))
    assert answer.status_code == 422, answer.text
    assert at_fault in pointed(answer.json())
    assert await census(engine) == before


async def test_whose_a_dossier_is_not_is_said_where_it_is_named(
    client: httpx.AsyncClient, agency: Agency, make_agency: MakeAgency
) -> None:
    """The pointer is of the field that there is: in the address, or in the entry of a batch."""
    await put(client, agency, dossier())
    other = await make_agency("H55.1")
    alone = await put(client, other, dossier())
    assert (alone.status_code, pointed(alone.json())) == (403, [("/path/code", "agency-not-allowed")])
    (among,) = (await batch(client, other, {"code": CODE} | dossier()))["results"]
    assert pointed(among["problem"]) == [("/code", "agency-not-allowed")]


@pytest.mark.parametrize("condition", ["", ",", " , "])
async def test_a_condition_that_names_nothing_is_not_met(
    client: httpx.AsyncClient, agency: Agency, engine: Engine, condition: str
) -> None:
    """A sender that lost its tag does not write over what others told."""
    await put(client, agency, dossier(summary="Một"))
    before = await census(engine)
    assert (await put(client, agency, {"summary": "Hai"}, if_match=condition)).status_code == 412
    assert (await put(client, agency, {"summary": "Hai"}, if_none_match=condition)).status_code == 422
    assert await census(engine) == before
    assert (await read(client, agency))[0]["summary"] == "Một"


async def test_what_was_withdrawn_does_not_come_back_with_an_old_fact(
    client: httpx.AsyncClient, agency: Agency
) -> None:
    """A replacement is newer than whatever an event tells of before."""
    await put(client, agency, dossier(summary="Một", channel=2, payments=[payment()]))
    _, tag = await read(client, agency)
    assert (await put(client, agency, {}, if_match=tag)).status_code == 200
    late = told("e-2", 4, 1, summary="Một", channel=2)
    assert (await tell(client, agency, late)).status_code == 201
    shown, _ = await read(client, agency)
    assert (shown["summary"], shown["channel"], shown["status"]) == (None, None, 4)
    await put(client, agency, {"summary": "Hai", "channel": 1})
    shown, _ = await read(client, agency)
    assert (shown["summary"], shown["channel"]) == ("Hai", 1)

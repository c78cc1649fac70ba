"""Who may tell of a dossier, and whose it is."""

from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest

from storage.agencies import repository as agencies
from storage.agencies.repository import AgencyRecord
from storage.dossiers.working_days import VIETNAM
from storage.engine import Engine
from tests.api.callers import Agency, MakeAgency
from tests.api.telling import CODE, census, event, results, states, tell

OTHER = {"kind": "person", "number": "001190000002", "name": "Trần Văn Bình"}
COMPANY = {"kind": "organisation", "number": "0100109106", "name": "Công ty Sen"}


async def test_an_id_belongs_to_its_client(
    client: httpx.AsyncClient, agency: Agency, make_agency: MakeAgency
) -> None:
    """Two agencies may choose the same id for different events."""
    other = await make_agency("H55.1")
    await tell(client, agency, event("e-1"))
    answer = await tell(client, other, event("e-1", 2, dossier_code="H55.1-261121-0001"))
    assert answer.status_code == 201


async def test_a_dossier_stays_in_its_name(client: httpx.AsyncClient, agency: Agency, engine: Engine) -> None:
    """An event that names another applicant is refused, by itself and in a batch."""
    await tell(client, agency, event("e-1", applicant=COMPANY))
    before = await census(engine)
    answer = await tell(client, agency, event("e-2", 2, 1, applicant=OTHER))
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
        ("/applicant/number", "another-applicant")
    ]
    new = "H26.1-261121-0002"
    told = await results(
        client, agency, event("e-3", dossier_code=new), event("e-4", 2, 1, dossier_code=new, applicant=OTHER)
    )
    assert [result["outcome"] for result in told] == ["accepted", "refused"]
    after = await census(engine)
    assert (after["dossier_event"], after["party"]) == (before["dossier_event"] + 1, before["party"] + 1)


async def test_another_agencys_client_may_not_speak(
    client: httpx.AsyncClient, agency: Agency, make_agency: MakeAgency, engine: Engine
) -> None:
    """Neither a stranger nor an agency below may tell of a dossier, nor name an agency that is not its own."""
    stranger, below = await make_agency("H55.1"), await make_agency("H26.1.7", parent=agency)
    await tell(client, agency, event("e-1"))
    before = await census(engine)
    for caller in (stranger, below):
        answer = await tell(client, caller, event("e-2", 2, 1))
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:tindan:problem:agency-not-allowed")
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/dossier_code"]
    answer = await tell(client, stranger, event("e-3", dossier_code="H55.1-261121-0001", agency_code="H26.1"))
    assert answer.status_code == 403
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/agency_code"]
    assert await census(engine) == before


async def test_an_agency_speaks_for_those_below_it(
    client: httpx.AsyncClient, agency: Agency, make_agency: MakeAgency, engine: Engine
) -> None:
    """It may name a commune, by any of its codes, and the commune may then speak for itself."""
    commune = await make_agency("H26.1.7", parent=agency)
    async with engine.pool.begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO agency_alias (code, agency_id) VALUES ('H26.1.OLD', %s)", (commune.id,)
        )
    await tell(client, agency, event("e-1", agency_code="H26.1.OLD"))
    assert (await states(engine))[CODE]["agency_id"] == commune.id
    assert (await tell(client, commune, event("e-2", 2, 1))).status_code == 201
    assert (await tell(client, agency, event("e-3", 4, 2))).status_code == 201
    assert (await states(engine))[CODE]["agency_id"] == commune.id


async def test_the_old_form_of_a_code_names_the_same_agency(
    client: httpx.AsyncClient, services: Any, agency: Agency, make_agency: MakeAgency, engine: Engine
) -> None:
    """`000.00.01.H26` and `H26.01` are one agency."""
    async with services.unit_of_work() as uow:
        await agencies.put(uow, [AgencyRecord(code="H26.01", name="Sở Tư pháp", parent="H26.1")])
        await uow.commit()
    assert (await tell(client, agency, event("e-1", agency_code="000.00.01.H26"))).status_code == 201
    (agency_id,) = {state["agency_id"] for state in (await states(engine)).values()}
    assert agency_id != agency.id


async def test_a_late_event_gives_no_dossier_back(
    client: httpx.AsyncClient, agency: Agency, make_agency: MakeAgency, engine: Engine
) -> None:
    """The agency that the source named last keeps the dossier, in whatever order that arrives."""
    first, second = await make_agency("H26.1.7", parent=agency), await make_agency("H26.1.8", parent=agency)
    handed = event("e-2", 4, 5, agency_code="H26.1.8", channel=3)
    received = event("e-1", 2, 1, agency_code="H26.1.7", channel=2, summary="Khai sinh")
    await tell(client, agency, handed)
    await tell(client, agency, received)
    state = (await states(engine))[CODE]
    assert (state["agency_id"], state["channel"]) == (second.id, 3)
    async with engine.pool.connect() as connection:
        found = await connection.exec_driver_sql("SELECT summary_sealed IS NOT NULL FROM dossier")
        assert found.scalars().all() == [True], "a late summary fills the gap"
    assert (await tell(client, second, event("e-3", 4, 6))).status_code == 201
    assert (await tell(client, first, event("e-4", 4, 7))).status_code == 403


@pytest.mark.parametrize("scopes", [frozenset(), frozenset({"results"})])
async def test_a_token_without_the_scope_is_refused(
    client: httpx.AsyncClient, make_agency: MakeAgency, engine: Engine, scopes: frozenset[str]
) -> None:
    """Only a client that may send events may send them, and the challenge says so."""
    caller = await make_agency("H55.1", scopes=scopes)
    answer = await tell(client, caller, event("e-1"))
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
    assert answer.json()["type"] == "urn:tindan:problem:insufficient-scope"
    assert "'events'" in answer.json()["detail"], "an integrator reads which one"
    assert (await census(engine))["event_receipt"] == 0


async def test_without_a_token_nothing_is_read(client: httpx.AsyncClient, agency: Agency) -> None:
    """Neither no token, nor a broken one, gets past the door."""
    for headers in ({}, {"authorization": "Bearer x.y.z"}, {"authorization": "Basic eA=="}):
        answer = await client.post("/v1/agency/dossier-events", content=b"{", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_what_has_ended_goes_to_its_successor(
    client: httpx.AsyncClient, services: Any, agency: Agency, make_agency: MakeAgency, engine: Engine
) -> None:
    """A ward's dossiers go on in the name of the one that it was merged into, and its own client is mute."""
    gone, heir = await make_agency("H26.1.7", parent=agency), await make_agency("H30.2")
    assert (await tell(client, gone, event("e-1"))).status_code == 201
    async with services.unit_of_work() as uow:
        last = datetime.now(VIETNAM).date() - timedelta(days=1)
        await agencies.set_terms(uow, [agencies.Term(code="H26.1.7", valid_to=last, successor="H30.2")])
        await uow.commit()
    services.authority._kept.clear()  # as after five seconds
    for caller, status in ((gone, 403), (agency, 403), (heir, 201)):
        answer = await tell(client, caller, event(f"{caller.code}-2", 4, 1))
        assert answer.status_code == status, answer.text
    named = event("e-3", dossier_code="H30.2-261121-0001", agency_code="H26.1.7")
    assert (await tell(client, gone, named)).status_code == 403
    assert (await tell(client, heir, named)).status_code == 201
    assert (await states(engine))[CODE]["agency_id"] == gone.id


async def test_an_agency_that_has_ended_begins_nothing(
    client: httpx.AsyncClient, services: Any, make_agency: MakeAgency
) -> None:
    """A token that is still about opens nothing for it, not even a new dossier that names nobody."""
    gone = await make_agency("H31.2")
    async with services.unit_of_work() as uow:
        await agencies.set_terms(uow, [agencies.Term(code="H31.2", valid_to=date(2025, 6, 30))])
        await uow.commit()
    for code in ("H31.2-261121-0001", "X1-261121-0001"):
        assert (await tell(client, gone, event("e-1", dossier_code=code))).status_code == 403

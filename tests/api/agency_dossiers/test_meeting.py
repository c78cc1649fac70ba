"""What is told of a dossier while somebody else makes it, gives it away or links it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from storage.dossiers import kin
from storage.engine import Engine
from tests.api.agency_dossiers.putting import PATH, appointment, dossier, put, read, told
from tests.api.callers import Agency, MakeAgency
from tests.api.telling import CODE, event, pointed, tell
from tests.api.test_agency_events_concurrency import until_somebody_waits_for_a_lock

NAMELESS = "H77.1-261121-0001"
"""A code that names no agency that is known: whoever is first with it keeps it."""
PUT = dossier(
    events=[told("e-9", dossier_code=NAMELESS)],
    appointments=[appointment()],
    parent_code="H77.1-261121-0002",
    summary="Của ai",
)


@asynccontextmanager
async def nobody_links(engine: Engine) -> AsyncIterator[None]:
    """Hold up puts that make links: they have looked whether their dossiers are there, and not made them."""
    async with engine.pool.connect() as connection:
        await connection.exec_driver_sql(kin._LINKING)
        yield


async def test_a_dossier_that_another_agency_makes_meanwhile_is_not_touched(
    client: httpx.AsyncClient, agency: Agency, make_agency: MakeAgency, engine: Engine
) -> None:
    """Who comes second has no part in it, however far it had come."""
    other = await make_agency("H55.1")
    async with nobody_links(engine):
        second = asyncio.create_task(put(client, other, PUT, code=NAMELESS))
        await until_somebody_waits_for_a_lock(engine)
        first = await tell(client, agency, event("e-1", 2, dossier_code=NAMELESS, summary="Của chúng tôi"))
        assert first.status_code == 201, first.text
    answer = await second
    assert (answer.status_code, pointed(answer.json())) == (403, [("/path/code", "agency-not-allowed")])
    shown, _ = await read(client, agency, NAMELESS)
    assert (shown["summary"], shown["agency_code"], shown["parent_code"], shown["appointments"]) == (
        "Của chúng tôi",
        "H26.1",
        None,
        [],
    )


@pytest.mark.parametrize("same", [True, False])
async def test_only_a_new_one_is_kept_also_where_it_came_to_be_meanwhile(
    client: httpx.AsyncClient, agency: Agency, engine: Engine, *, same: bool
) -> None:
    """By the agency itself, with the same event or another: the condition is that of the time of keeping."""
    pushed = event("e-9" if same else "e-1", 2, 0 if same else 1, dossier_code=NAMELESS)
    if same:
        pushed = PUT["events"][0] | {
            "procedure_code": pushed["procedure_code"],
            "applicant": pushed["applicant"],
        }
    async with nobody_links(engine):
        second = asyncio.create_task(put(client, agency, PUT, code=NAMELESS, if_none_match="*"))
        await until_somebody_waits_for_a_lock(engine)
        assert (await tell(client, agency, pushed)).status_code == 201
    answer = await second
    assert (answer.status_code, answer.json().get("existing_id")) == (409, NAMELESS)


async def test_two_that_would_close_a_circle_together_do_not(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """Each link is sound by itself; whoever comes second is told."""
    codes = ("H26.1-261121-0001", "H26.1-261121-0002")
    for code in codes:
        made = await put(client, agency, dossier(events=[told(code, dossier_code=code)]), code=code)
        assert made.status_code == 201, made.text
    async with nobody_links(engine):
        links = [
            asyncio.create_task(put(client, agency, {"parent_code": parent}, code=code))
            for code, parent in (codes, codes[::-1])
        ]
        await until_somebody_waits_for_a_lock(engine)
    answers = sorted(await asyncio.gather(*links), key=lambda answer: answer.status_code)
    assert [answer.status_code for answer in answers] == [200, 422]
    assert pointed(answers[1].json()) == [("/parent_code", "circle")]


async def test_a_dossier_that_is_given_away_meanwhile_takes_nothing_more(
    client: httpx.AsyncClient, agency: Agency, make_agency: MakeAgency, engine: Engine
) -> None:
    """The right to speak for it is that of the moment in which it is held."""
    other = await make_agency("H55.1")
    assert (await put(client, agency, dossier())).status_code == 201
    path = f"{PATH}/{CODE}/appointments"
    async with engine.pool.connect() as connection:
        await connection.exec_driver_sql("SELECT FROM dossier FOR UPDATE")
        late = asyncio.create_task(client.post(path, json=appointment(), headers=agency.headers))
        await until_somebody_waits_for_a_lock(engine)
        await connection.exec_driver_sql("UPDATE dossier SET agency_id = %s", (other.id,))
        await connection.commit()
    assert (await late).status_code == 404
    assert (await read(client, other))[0]["appointments"] == []

"""A put of a dossier that somebody else makes at the same moment."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from storage.dossiers import kin
from storage.engine import Engine
from tests.api.agency_dossiers.putting import appointment, dossier, put, read, told
from tests.api.callers import Agency, MakeAgency
from tests.api.telling import event, pointed, tell
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

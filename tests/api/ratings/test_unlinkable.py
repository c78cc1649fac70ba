"""With everything in the database, nobody finds out whose a rating is."""

import random
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from string import ascii_lowercase
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from api.services import Services
from storage.dossiers.working_days import VIETNAM
from storage.ids import new_id
from storage.officers.desk import READERS, WORKERS, Desk
from storage.officers.roles import Role
from storage.ratings import answers, overview
from storage.ratings.answers import NewAnswer, TooFew
from storage.ratings.casting import Token
from storage.ratings.keys import Group
from storage.ratings.kinds import month_of
from storage.ratings.links import proof_of
from tests.api.callers import Agency, Citizen, MakeAgency, MakeCitizen
from tests.api.ratings import linking
from tests.api.ratings.linking import Row
from tests.api.ratings.rating import content, take, take_by_link, watch
from tests.storage.questions import office

SAID = (
    {"level": "dissatisfied", "reasons": ["late"]},
    {"level": "satisfied", "reasons": ["on_time", "courteous"]},
    {"level": "very_satisfied"},
)


@pytest.fixture
def making(make_agency: MakeAgency, make_citizen: MakeCitizen) -> tuple[MakeAgency, MakeCitizen]:
    """What makes agencies and citizens."""
    return make_agency, make_citizen


async def close_all(
    client: httpx.AsyncClient, services: Services, whose: dict[str, Citizen], agencies: dict[str, Agency]
) -> None:
    """Hand out the results of dossiers, and ask their parties."""
    now = datetime.now(UTC)
    for agency in {one.id: one for one in agencies.values()}.values():
        events = [
            {
                "event_id": f"{code}/{status}",
                "dossier_code": code,
                "status": status,
                "occurred_at": (now - timedelta(minutes=12 - status)).isoformat(),
                "procedure_code": "1.001193",
                "applicant": {"number": citizen.number, "email": f"c{citizen.number}@example.vn"},
            }
            for code, citizen in whose.items()
            if agencies[code] is agency
            for status in (2, 10)
        ]
        answer = await client.post(
            "/v1/agency/dossier-events", json={"events": events}, headers=agency.headers
        )
        assert answer.json()["accepted"] == len(events)
    while await watch(services).ask_once() == 0:
        pass


async def rate(app: FastAPI, client: httpx.AsyncClient, citizen: Citizen, code: str, serial: int) -> str:
    """Rate a dossier at once, from an address of one's own; return how the database names the rating.

    Every second one is rated by the link of its notice, and not in an app.
    """
    words = f"chờ lâu quá, {''.join(random.choices(ascii_lowercase, k=20))}"
    said = {"text": words, **random.choice(SAID)}
    address = httpx.ASGITransport(app, client=(f"203.0.113.{serial}", 50_000))
    async with httpx.AsyncClient(transport=address, base_url="http://tindan.test") as nobody:
        proof = proof_of(app.state.services.cipher, code)
        rating = await (
            take_by_link(nobody, code, proof, **said) if serial % 2 else take(client, citizen, code, **said)
        )
        answer = await nobody.post("/v1/ratings", json=rating)
    assert answer.status_code == 201, answer.text
    prepared = content(rating["prefix"]) + content(rating["message"])
    token = Token(kid=rating["kid"], prepared=prepared, signature=content(rating["signature"]))
    return f"\\x{token.spent.hex()}"


def groups(agencies: Iterable[Agency]) -> list[Group]:
    """Return the groups of the month."""
    month = month_of(datetime.now(UTC).astimezone(VIETNAM).date())
    return [Group(agency_id=agency_id, month=month) for agency_id in {one.id for one in agencies}]


async def answer_all(services: Services, officer_id: UUID, agencies: Iterable[Agency]) -> None:
    """Answer the ratings of all agencies, in the place of what was answered before."""
    desk = Desk(officer_id=officer_id, roles=WORKERS)
    for group in groups(agencies):
        with suppress(TooFew):
            async with services.unit_of_work() as uow:
                seen = [one.id for one in await answers.standing(uow, group)]
                new = NewAnswer(id=new_id(), group=group, level=None, text="Cảm ơn mọi người.", seen=seen)
                await answers.write(uow, desk, new, now=datetime.now(UTC))
                await uow.commit()


async def as_read(
    services: Services, officer_id: UUID, agencies: Iterable[Agency], rows: list[Row]
) -> list[Row]:
    """Return all rows, those of ratings with the place at which an officer reads what was written."""
    places: dict[str, int] = {}
    async with services.reading() as reading:
        for group in groups(agencies):
            desk = Desk(officer_id=officer_id, roles=READERS)
            read = await overview.texts(reading, desk, group, after=None, limit=1000)
            places |= {one.text: place for place, one in enumerate(read)}
    return [
        replace(row, cells={**row.cells, "read": places.get(row.cells["text_scrubbed"], -1)})
        if row.table == "rating"
        else row
        for row in rows
    ]


async def run(services: Services, query: str, *given: Any) -> None:
    """Change something behind the back of all rules."""
    async with services.unit_of_work() as uow:
        await (await uow.driver()).execute(query.encode(), given)
        await uow.commit()


@pytest.mark.usefixtures("new_files")
@pytest.mark.parametrize(
    "people", [60, pytest.param(120, marks=[pytest.mark.verify, pytest.mark.timeout(600)])]
)
async def test_nobody_links_ratings_to_people(
    app: FastAPI, services: Services, agency: Agency, making: tuple[MakeAgency, MakeCitizen], people: int
) -> None:
    """Each rates as soon as it can, which is the worst; mixed in between and afterwards, no trace is left.

    Meanwhile officers answer, and the thief reads what they read. It succeeds before the last mixing, and where a single rating keeps what names its dossier.
    """
    make_agency, make_citizen = making
    other = await make_agency("H30.1")
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tindan.test")
    agencies = {
        f"{one.code}-261121-{n:04d}": one for n in range(people) for one in [random.choice((agency, other))]
    }
    whose = {code: await make_citizen() for code in agencies}
    await close_all(client, services, whose, agencies)
    held = [(Role.SUPERVISOR, one.id) for one in (agency, other)]
    officer_id = await office.officer(services.unit_of_work, "chief@example.vn", *held)
    order = list(whose)
    random.shuffle(order)
    truth = {}
    for serial, code in enumerate(order):
        truth[code] = await rate(app, client, whose[code], code, serial)
        if serial == people // 2:
            await watch(services).mix_once()
        if serial % 10 == 0:
            await answer_all(services, officer_id, agencies.values())
    await client.aclose()
    names = {code: {code, str(citizen.party_id)} for code, citizen in whose.items()}

    async def found() -> set[str]:
        async with services.reading() as reading:
            rows = await linking.dump(reading)
        for row in rows:
            if row.table == "dossier":
                names[row.cells["code"]].add(row.cells["id"])
        rows = await as_read(services, officer_id, agencies.values(), rows)
        assert {row.cells["taken_down_at"] is None for row in rows if row.table == "rating_answer"} == {
            True,
            False,
        }
        return linking.leaks(rows, names, truth)

    unmixed = await found()
    assert {"rating_invitation.xmin ~ rating.xmin", "rating_invitation.xmin ~ rating.ctid"} <= unmixed
    await watch(services).mix_once()
    assert await found() == set()

    code = order[0]
    for named in (code, str(whose[code].party_id), f"về hồ sơ {code} ạ"):
        await run(
            services,
            "UPDATE rating SET text_scrubbed = %s WHERE spent = decode(%s, 'hex')",
            named,
            truth[code][2:],
        )
        assert "value" in await found()

"""A request that is sent twice acts once, and is answered the same."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from api import problems
from api.dependencies import CurrentParty, Uow
from api.edge import BodyLimits, Edge
from api.idempotency import ActsOnce
from api.services import Services
from storage.engine import Engine
from storage.idempotency import repository
from storage.unit_of_work import UnitOfWork
from tests.api.callers import Citizen, MakeCitizen
from tests.api.proving import EMAIL, PHONE

CONTACTS = "/v1/me/contacts"
KEY = "8e03978e-40d5-43e8-bc93-6894a57f9324"
BODY = {"kind": "phone", "value": PHONE}

Send = Callable[..., Any]


def kind(answer: httpx.Response) -> str:
    """Return the kind of problem that an answer is."""
    return str(answer.json()["type"]).removeprefix("urn:tindan:problem:")


@pytest.fixture
def add(client: httpx.AsyncClient, citizen: Citizen) -> Send:
    """Add an address with a key."""
    default = citizen

    async def send(
        key: str | None = KEY,
        *,
        citizen: Citizen = default,
        body: dict[str, str] = BODY,
        path: str = CONTACTS,
    ) -> httpx.Response:
        headers = citizen.headers | ({} if key is None else {"idempotency-key": key})
        return await client.post(path, json=body, headers=headers)

    return send


async def codes_sent(engine: Engine) -> int:
    """Count the codes that were sent."""
    async with engine.pool.connect() as connection:
        return int((await connection.exec_driver_sql("SELECT count(*) FROM verification")).scalar_one())


async def test_a_repeat_gets_the_first_answer(add: Send, engine: Engine) -> None:
    """One code is sent; the second answer says that it is the first one's."""
    first, second = await add(), await add()
    assert (first.status_code, second.status_code) == (202, 202)
    assert second.json() == first.json()
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert await codes_sent(engine) == 1


async def test_without_a_key_every_request_acts(add: Send) -> None:
    """The second one is told by the limit of codes that it would be another."""
    assert (await add(None)).status_code == 202
    answer = await add(None)
    assert (answer.status_code, kind(answer)) == (429, "code-just-sent")


async def test_a_key_in_quotes_is_the_same_key(add: Send, engine: Engine) -> None:
    """The draft writes it as a string of RFC 9651; many libraries leave the quotes out."""
    assert (await add(f'"{KEY}"')).json() == (await add(KEY)).json()
    assert await codes_sent(engine) == 1


@pytest.mark.parametrize("key", ["", '""', '"open', 'a"b', "x" * 256, "two words", "a\\b"])
async def test_a_malformed_key_is_refused(add: Send, engine: Engine, key: str) -> None:
    """Nothing is done: its sender believes to be safe."""
    answer = await add(key)
    assert (answer.status_code, kind(answer)) == (400, "malformed-idempotency-key")
    assert await codes_sent(engine) == 0


async def test_two_keys_at_once_are_refused(client: httpx.AsyncClient, citizen: Citizen) -> None:
    """Nobody knows which one is meant."""
    headers = [*citizen.headers.items(), ("idempotency-key", "a"), ("idempotency-key", "b")]
    answer = await client.post(CONTACTS, json=BODY, headers=headers)
    assert (answer.status_code, kind(answer)) == (400, "malformed-idempotency-key")


async def test_a_key_means_one_content(add: Send, engine: Engine) -> None:
    """Another body is refused, and the first one may still be repeated; so is another query."""
    first = await add()
    other = await add(body={"kind": "email", "value": EMAIL})
    assert (other.status_code, kind(other)) == (422, "idempotency-key-reused")
    assert kind(await add(path=f"{CONTACTS}?x=1")) == "idempotency-key-reused"
    assert (await add()).json() == first.json()
    assert await codes_sent(engine) == 1


async def test_keys_of_two_people_have_nothing_to_do_with_each_other(
    add: Send, make_citizen: MakeCitizen, engine: Engine
) -> None:
    """The same key and the same body of somebody else is another request, with an answer of its own."""
    first = await add()
    second = await add(citizen=await make_citizen(), body={"kind": "email", "value": EMAIL})
    assert second.status_code == 202
    assert second.json()["id"] != first.json()["id"]
    assert await codes_sent(engine) == 2


async def test_one_key_for_two_things_names_two_requests(
    add: Send, client: httpx.AsyncClient, citizen: Citizen
) -> None:
    """A key that an app uses for one route says nothing about another."""
    assert (await add()).status_code == 202
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    body = {"number": "001190000099", "scope": ["vault"], "valid_until": until}
    headers = citizen.headers | {"idempotency-key": KEY}
    answer = await client.post("/v1/me/representatives", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    assert "idempotency-replayed" not in answer.headers


async def test_what_failed_may_be_tried_again(add: Send) -> None:
    """A refusal is not kept: with the same key, what was wrong may be put right."""
    assert (await add(body={"kind": "phone", "value": "not a number"})).status_code == 422
    assert (await add()).status_code == 202


async def test_nothing_readable_is_kept(add: Send, engine: Engine) -> None:
    """Key, caller and content are keyed hashes, and the answer is sealed."""
    answer = await add()
    async with engine.pool.connect() as connection:
        ((request_id, content, sealed, _),) = await connection.exec_driver_sql(
            "SELECT * FROM idempotent_answer"
        )
    assert (len(request_id), len(content)) == (32, 32)
    for secret in (KEY, PHONE, answer.json()["id"], answer.json()["value"]):
        assert secret.encode() not in request_id + content + sealed


async def age(uow: UnitOfWork, span: timedelta) -> None:
    """Let time pass for all answers."""
    await (await uow.driver()).execute("UPDATE idempotent_answer SET created_at = created_at - %s", (span,))


async def test_an_answer_is_good_for_a_day(add: Send, services: Services) -> None:
    """After that the key is free again, whether it was swept by then or not."""
    await add()
    async with services.unit_of_work() as uow:
        await age(uow, timedelta(hours=23))
        assert await repository.sweep(uow, datetime.now(UTC)) == 0
        await uow.commit()
    assert (await add()).headers["idempotency-replayed"] == "true"
    async with services.unit_of_work() as uow:
        await age(uow, timedelta(hours=2))
        await uow.commit()
    answer = await add(body={"kind": "email", "value": EMAIL})
    assert answer.status_code == 202
    assert "idempotency-replayed" not in answer.headers
    assert (await add(body={"kind": "email", "value": EMAIL})).headers["idempotency-replayed"] == "true"
    async with services.unit_of_work() as uow:
        assert await repository.sweep(uow, datetime.now(UTC) + timedelta(hours=25)) == 1


class Counted(BaseModel):
    """What the slow route answers."""

    number: int


@pytest.fixture
def gate() -> dict[str, asyncio.Event]:
    """Tells that work began, and lets it end."""
    return {"begun": asyncio.Event(), "go_on": asyncio.Event()}


@pytest.fixture
async def slow(
    services: Services, citizen: Citizen, gate: dict[str, asyncio.Event]
) -> AsyncIterator[Callable[..., Any]]:
    """Call a route that waits in the middle of its work, and fails where it is told to."""
    app = FastAPI()
    app.state.services = services
    done: list[int] = []

    @app.post("/slow/{how}")
    async def work_slowly(how: str, citizen: CurrentParty, uow: Uow, once: ActsOnce) -> Counted:
        async def work() -> Counted:
            gate["begun"].set()
            await gate["go_on"].wait()
            done.append(1)
            if how == "fails":
                raise KeyError(how)
            return Counted(number=len(done))

        return await once.answer(uow, citizen, Counted, work)

    problems.install(app)
    app.add_middleware(Edge, body=BodyLimits(size=1024))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://tindan.test") as session:

        async def call(how: str = "works") -> httpx.Response:
            return await session.post(f"/slow/{how}", headers=citizen.headers | {"idempotency-key": KEY})

        yield call


async def test_a_second_one_meanwhile_is_asked_to_wait(slow: Send, gate: dict[str, asyncio.Event]) -> None:
    """It neither acts nor blocks; once the first is done, it gets that answer."""
    first = asyncio.create_task(slow())
    await asyncio.wait_for(gate["begun"].wait(), 5)
    meanwhile = await asyncio.gather(slow(), slow())
    assert [(one.status_code, kind(one)) for one in meanwhile] == [(409, "request-under-way")] * 2
    assert all(one.headers["retry-after"] == "1" for one in meanwhile)
    gate["go_on"].set()
    assert (await first).json() == {"number": 1}
    again = await slow()
    assert (again.json(), again.headers["idempotency-replayed"]) == ({"number": 1}, "true")


async def test_the_effect_and_its_answer_are_one(
    slow: Send, gate: dict[str, asyncio.Event], engine: Engine
) -> None:
    """Work that dies leaves no answer and no lock behind: the repeat acts."""
    gate["go_on"].set()
    assert (await slow("fails")).status_code == 500
    async with engine.pool.connect() as connection:
        kept = await connection.exec_driver_sql("SELECT count(*) FROM idempotent_answer")
        assert kept.scalar_one() == 0
    assert (await slow()).json() == {"number": 2}


async def test_the_header_is_described(client: httpx.AsyncClient) -> None:
    """Whoever reads the description learns that the key may be sent, and for how long it counts."""
    document = (await client.get("/openapi.json")).json()
    parameters = document["paths"][CONTACTS]["post"]["parameters"]
    (header,) = [one for one in parameters if one["in"] == "header"]
    assert (header["name"], header["required"]) == ("Idempotency-Key", False)
    assert "24 hours" in header["description"]

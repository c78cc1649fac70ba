"""Looking up a dossier without an account: what its holder sees, and what nobody else can tell."""

import json
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from api.lookups.proofs import NOBODYS
from api.services import Services
from storage.engine import Engine
from storage.parties.kinds import PartyKind
from tests.api.callers import Agency, Citizen, MakeCitizen, PushEvent

PATH = "/v1/lookups/dossiers"
CODE, OTHERS, UNKNOWN = "H26.1-261121-0001", "H26.1-261121-0002", "H26.1-261121-9999"
NOTE = "Bà Nguyễn Thị An đến nhận tại bàn số 3"
TAX_CODE = "0101243150"


async def secret_of(client: httpx.AsyncClient, citizen: Citizen, code: str = CODE) -> str:
    """Return the secret on the slip of a dossier."""
    answer = await client.get(f"/v1/dossiers/{code}/slip", headers=citizen.headers)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["secret"])


async def look_up(client: httpx.AsyncClient, code: str, proof: str, **headers: str) -> httpx.Response:
    """Look a dossier up."""
    return await client.post(PATH, json={"code": code, "proof": proof}, headers=headers)


@pytest.fixture
async def stranger(make_citizen: MakeCitizen, push_event: PushEvent) -> Citizen:
    """Somebody with a dossier of their own."""
    found = await make_citizen("001190999999", name="Trần Văn Bình")
    await push_event(OTHERS, 1, citizen=found)
    return found


@pytest.fixture
async def secret(client: httpx.AsyncClient, citizen: Citizen, push_event: PushEvent) -> str:
    """The secret of a dossier that was told of in full."""
    hour = timedelta(hours=1)
    now = datetime.now(UTC)
    due = (now + timedelta(days=20)).isoformat()
    await push_event(CODE, 1, occurred_at=(now - 3 * hour).isoformat(), summary="Khai sinh cho con")
    await push_event(CODE, 2, occurred_at=(now - 2 * hour).isoformat(), due_at=due)
    await push_event(CODE, 5, occurred_at=(now - hour).isoformat(), note=NOTE, step="Chị Lan thụ lý")
    return await secret_of(client, citizen)


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement that is sent from now on."""
    sent: list[str] = []
    execute = psycopg.AsyncConnection.execute

    async def noting(self: Any, query: Any, *given: Any, **named: Any) -> Any:
        sent.append(str(query))
        return await execute(self, query, *given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.AsyncConnection, "execute", noting)
        yield sent


async def test_the_slip_shows_how_the_dossier_stands(
    client: httpx.AsyncClient, agency: Agency, secret: str
) -> None:
    """Status, procedure, agency, due time, what happened, and when the agency last spoke of it."""
    answer = await look_up(client, CODE, secret)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    found = answer.json()
    assert found["code"] == CODE
    assert found["status"] == {"code": 5, "name": "Yêu cầu bổ sung giấy tờ"}
    assert found["procedure"] == {"code": "1.001193", "name": "Thủ tục đăng ký khai sinh"}
    assert found["agency"] == {"code": agency.code, "name": agency.name}
    assert [entry["status"]["code"] for entry in found["timeline"]] == [1, 2, 5]
    assert found["due"]["paused"] is True
    assert datetime.now(UTC) - datetime.fromisoformat(found["heard_at"]) < timedelta(minutes=1)
    english = (await look_up(client, CODE, secret, **{"accept-language": "en"})).json()
    assert english["status"]["name"] == "Supplement required"


async def test_nothing_personal_is_shown(client: httpx.AsyncClient, citizen: Citizen, secret: str) -> None:
    """Neither name nor number, neither summary nor note, nor the step, which may name a clerk."""
    found = await look_up(client, CODE, secret)
    assert found.status_code == 200
    for personal in (
        citizen.name,
        citizen.number,
        "Khai sinh cho con",
        NOTE,
        "Chị Lan",
        str(citizen.party_id),
    ):
        assert personal not in found.text
    assert set(found.json()) == {
        *("code", "procedure", "agency", "status", "status_since", "ended_at", "heard_at", "due", "timeline")
    }
    assert {key for entry in found.json()["timeline"] for key in entry} == {"status", "occurred_at"}


async def test_code_and_proof_may_be_written_as_people_write(
    client: httpx.AsyncClient, citizen: Citizen, secret: str
) -> None:
    """In small letters, with spaces and other dashes; the number in groups."""
    number = citizen.number
    for proof in (secret.lower().replace("-", " "), number, f"{number[:4]} {number[4:8]} {number[8:]}"):
        answer = await look_up(client, " h26.1–261121–0001 ", proof)
        assert (answer.status_code, answer.json().get("code")) == (200, CODE), proof


async def test_an_organisation_proves_itself_by_its_tax_code(
    client: httpx.AsyncClient, make_citizen: MakeCitizen, push_event: PushEvent
) -> None:
    """Whole, and of its own dossiers alone."""
    company = await make_citizen(TAX_CODE, kind=PartyKind.ORGANISATION, name="Công ty Mẫu")
    await push_event(CODE, 1, citizen=company)
    assert (await look_up(client, CODE, TAX_CODE)).status_code == 200
    assert (await look_up(client, CODE, f"{TAX_CODE}-001")).status_code == 404


def failing(citizen: Citizen, stranger: Citizen, others_secret: str) -> dict[str, tuple[str, str]]:
    """All ways of not holding a dossier, by number and by secret."""
    wrong = "7K3M0QXV92TE"
    return {
        "unknown code, plausible number": (UNKNOWN, citizen.number),
        "known code, somebody else's number": (CODE, stranger.number),
        "known code, part of the number": (CODE, citizen.number[:9]),
        "malformed code, right number": ("H26 1", citizen.number),
        "unknown code, plausible secret": (UNKNOWN, others_secret),
        "known code, somebody else's secret": (CODE, others_secret),
        "known code, secret with a slip": (CODE, wrong),
        "known code, what can be no proof": (CODE, "xin chào ạ"),
        "malformed code, what can be no proof": ("?", "?"),
        "a very long proof": (CODE, "9" * 200),
    }


async def test_all_refusals_are_alike(
    client: httpx.AsyncClient, citizen: Citizen, stranger: Citizen, secret: str, statements: list[str]
) -> None:
    """Same status, same body, same headers, and the database is asked the same questions."""
    others_secret = await secret_of(client, stranger, OTHERS)
    # What the pool does beside strikes one of them now and then; what differs by the question does each time.
    for _ in range(3):
        seen = {}
        for name, (code, proof) in failing(citizen, stranger, others_secret).items():
            statements.clear()
            answer = await look_up(client, code, proof)
            headers = {
                key: value
                for key, value in answer.headers.items()
                if key not in {"x-request-id", "ratelimit"}
            }
            seen[name] = (answer.status_code, answer.text, tuple(sorted(headers.items())), tuple(statements))
        if len(set(seen.values())) == 1:
            break
    assert len(set(seen.values())) == 1, seen
    ((status, body, _, asked),) = set(seen.values())
    assert status == 404
    assert json.loads(body)["type"] == "urn:tindan:problem:no-such-lookup"
    assert len(asked) == 4


async def test_refusals_take_alike(
    services: Services, client: httpx.AsyncClient, citizen: Citizen, stranger: Citizen, secret: str
) -> None:
    """The medians are printed as evidence; only a difference that anybody could see is held against it."""
    others_secret = await secret_of(client, stranger, OTHERS)
    taken: dict[str, list[float]] = {}
    for _ in range(15):
        for name, (code, proof) in failing(citizen, stranger, others_secret).items():
            async with services.unit_of_work() as uow:
                await (await uow.driver()).execute("DELETE FROM rate_bucket")
                await uow.commit()
            started = time.perf_counter()
            assert (await look_up(client, code, proof)).status_code == 404
            taken.setdefault(name, []).append(time.perf_counter() - started)
    medians = {name: 1000 * statistics.median(times) for name, times in taken.items()}
    for name, median in medians.items():
        print(f"{median:6.2f} ms  {name}")  # noqa: T201 - the evidence
    assert max(medians.values()) < 5 * min(medians.values())


async def test_nobody_is_shown_the_dossier_of_an_erased_party(
    client: httpx.AsyncClient, citizen: Citizen, secret: str, engine: Engine
) -> None:
    """With the party's key, its slips are void, too."""
    async with engine.pool.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM party_key")
    for proof in (secret, citizen.number):
        assert (await look_up(client, CODE, proof)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"code": CODE},
        {"code": "", "proof": "1"},
        {"code": 1, "proof": []},
        {"code": "x" * 201, "proof": "1"},
    ],
)
async def test_what_is_no_look_up_is_named(client: httpx.AsyncClient, body: dict[str, Any]) -> None:
    """A field that is missing, empty or endless says nothing of any dossier, and is pointed at."""
    answer = await client.post(PATH, json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"]


async def test_the_secret_of_nobodys_dossier_opens_nothing(
    client: httpx.AsyncClient, services: Services, citizen: Citizen, secret: str
) -> None:
    """Where there is no dossier, even the secret of what stands in its place is refused like any other."""
    nobodys = services.slip_keys.secret_of(NOBODYS.dossier_id)
    answers = [await look_up(client, UNKNOWN, proof) for proof in (nobodys, secret)]
    assert {answer.status_code for answer in answers} == {404}
    assert answers[0].content == answers[1].content

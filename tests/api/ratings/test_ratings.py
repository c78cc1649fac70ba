"""A dossier is rated: from its end to the numbers that everybody reads."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from api.bilingual import Words
from api.ratings.wording import LEVELS, REASONS
from api.services import Services
from storage.dossiers.working_days import VIETNAM
from storage.ratings.kinds import REASONS as OF_LEVEL
from storage.ratings.kinds import Reason, Satisfaction
from tests.api.callers import Agency, Citizen, MakeAgency, MakeCitizen, NewCode, PushEvent
from tests.api.ratings.rating import close, draw, shown, take, text, watch
from tests.api.telling import pointed

TODAY = datetime.now(UTC).astimezone(VIETNAM).date()
MONTH = f"{TODAY:%Y-%m}"


Close = Callable[..., Awaitable[str]]


@pytest.fixture
def closed(push_event: PushEvent, new_code: NewCode, services: Services) -> Close:
    """Hand out the result of a new dossier, and ask its party; return its code."""

    async def make(code: str | None = None, **whose: Any) -> str:
        code = code or new_code()
        await close(push_event, code, **whose)
        await watch(services).ask_once()
        return code

    return make


@pytest.fixture
async def code(closed: Close) -> str:
    """A dossier whose result was handed out, and whose party was asked."""
    return await closed()


async def run(services: Services, query: str) -> list[Any]:
    """Run a statement; return its rows, if it has any."""
    async with services.unit_of_work() as uow:
        cursor = await (await uow.driver()).execute(query.encode())
        found = await cursor.fetchall() if cursor.description else []
        await uow.commit()
        return found


async def test_a_party_is_asked_once(
    client: httpx.AsyncClient, services: Services, citizen: Citizen, push_event: PushEvent, new_code: NewCode
) -> None:
    """By a notice that names the dossier; before it, nothing may be rated, and no key is shown."""
    code = new_code()
    await push_event(code, 2)
    await watch(services).ask_once()
    before = await shown(client, citizen, code)
    assert (before["state"], before["closes_on"], before["key"]) == ("not_yet", None, None)
    await push_event(code, 10)
    for _ in range(2):
        await watch(services).ask_once()
    told = await shown(client, citizen, code)
    assert (told["state"], told["issued"]) == ("open", False)
    assert told["closes_on"] == (TODAY + timedelta(days=60)).isoformat()
    assert [choice["code"] for choice in told["choices"]] == [level.value for level in Satisfaction]
    notices = await run(
        services, "SELECT params->>'dossier_code' FROM notification WHERE category = 'rating_request'"
    )
    assert notices == [(code,)]
    inbox = (await client.get("/v1/notifications", headers=citizen.headers)).json()["items"]
    assert code in str(inbox[0])
    assert inbox[0]["category"] == "rating_request"


async def test_from_the_end_to_the_numbers(
    client: httpx.AsyncClient,
    services: Services,
    agency: Agency,
    make_citizen: MakeCitizen,
    closed: Close,
) -> None:
    """Five rate; nothing is told of four, nor of the fifth before its hour is over."""
    path = f"/v1/agencies/{agency.code}/ratings?month={MONTH}"
    sent = []
    for n in range(5):
        citizen = await make_citizen()
        code = await closed(citizen=citizen)
        said = {"level": "dissatisfied", "reasons": ["late", "late"]} if n else {"text": "Rất tốt"}
        rating = await take(client, citizen, code, **said)
        answer = await client.post("/v1/ratings", json=rating)
        assert (answer.status_code, answer.json()) == (
            201,
            {"editable_until": (TODAY + timedelta(days=7)).isoformat()},
        )
        sent.append(rating)
        told = (await client.get(path)).json()
        assert (told["suppressed"], told["total"], told["levels"]) == (True, None, None)
        assert told["kid"] == rating["kid"] == sent[0]["kid"]
    await watch(services).mix_once()
    told = (await client.get(path, headers={"accept-language": "en"})).json()
    assert (told["suppressed"], told["total"]) == (False, 5)
    assert told["agency"] == {"code": agency.code, "name": agency.name}
    assert {level["code"]: level["count"] for level in told["levels"]} == {
        "dissatisfied": 4,
        "satisfied": 1,
        "very_satisfied": 0,
    }
    assert told["levels"][0]["reasons"] == [{"code": "late", "name": "The result came late", "count": 4}]


async def test_a_rating_is_changed_by_the_same_token(
    client: httpx.AsyncClient, services: Services, citizen: Citizen, code: str
) -> None:
    """Seven days long; then it stays."""
    rating = await take(client, citizen, code)
    assert (await client.post("/v1/ratings", json=rating)).status_code == 201
    again = rating | {"level": "very_satisfied"}
    assert (await client.post("/v1/ratings", json=again)).status_code == 200
    assert await run(services, "SELECT level, reasons, text_scrubbed FROM rating") == [
        ("very_satisfied", [], None)
    ]
    await run(services, "UPDATE rating SET editable_until = editable_until - 8")
    answer = await client.post("/v1/ratings", json=rating)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:tindan:problem:rating-over")


async def test_a_dossier_has_one_token(client: httpx.AsyncClient, citizen: Citizen, code: str) -> None:
    """The same blinded message is signed again, as an answer may be lost; no second one is."""
    key, path = (await shown(client, citizen, code))["key"], f"/v1/dossiers/{code}/rating-token"
    drawn, other = draw(key), draw(key)
    first = await client.post(path, json=drawn.body, headers=citizen.headers)
    again = await client.post(path, json=drawn.body, headers=citizen.headers)
    assert (first.status_code, first.json()) == (200, again.json())
    refused = await client.post(path, json=other.body, headers=citizen.headers)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:tindan:problem:rating-token-issued")
    assert (await shown(client, citizen, code))["issued"]


async def test_logs_do_not_say_whose(client: httpx.AsyncClient, citizen: Citizen, code: str) -> None:
    """A request leaves its route and what came of it, and nothing of token, dossier or party."""
    with capture_logs() as logs:
        rating = await take(client, citizen, code)
        await client.post("/v1/ratings", json=rating)
    lines = [log for log in logs if log["event"] == "request"]
    assert [line["route"].rpartition("/")[2] for line in lines] == ["rating", "rating-token", "ratings"]
    assert all(
        line.keys() <= {"event", "log_level", "method", "route", "status", "ms", "request_id"}
        for line in lines
    )
    for secret in (
        *(value for value in rating.values() if value != "satisfied"),
        code,
        str(citizen.party_id),
    ):
        assert secret not in str(logs)


@pytest.mark.parametrize("name", ["authorization", "dpop"])
async def test_a_rating_that_names_its_caller_is_not_taken(
    client: httpx.AsyncClient, services: Services, citizen: Citizen, code: str, name: str
) -> None:
    """Whatever else is in it: the app learns of its mistake, and nothing is kept."""
    rating = await take(client, citizen, code)
    for body in (rating, {}):
        answer = await client.post("/v1/ratings", json=body, headers={name: citizen.headers["authorization"]})
        assert (answer.status_code, answer.json()["type"]) == (400, "urn:tindan:problem:rating-names-caller")
    assert await run(services, "SELECT FROM rating") == []


async def test_what_is_over_or_not_yet_is_said(
    client: httpx.AsyncClient, services: Services, citizen: Citizen, code: str, push_event: PushEvent
) -> None:
    """In words of its own, and nothing is signed."""
    drawn, early = draw((await shown(client, citizen, code))["key"]), "H26.1-261121-7777"
    await push_event(early, 2)
    await run(services, "UPDATE rating_invitation SET closes_on = closes_on - 61")
    assert (await shown(client, citizen, code))["state"] == "closed"
    for which, kind in ((code, "rating-closed"), (early, "rating-not-asked-yet")):
        path = f"/v1/dossiers/{which}/rating-token"
        answer = await client.post(path, json=drawn.body, headers=citizen.headers)
        assert (answer.status_code, answer.json()["type"]) == (409, f"urn:tindan:problem:{kind}")


async def test_wrong_bodies_are_told_apart(client: httpx.AsyncClient, citizen: Citizen, code: str) -> None:
    """A reason of another level, a guessed token, a number that no key signs, a month that is none."""
    path = f"/v1/dossiers/{code}/rating-token"
    large = await client.post(path, json={"blinded": text(b"\xff" * 256)}, headers=citizen.headers)
    assert (large.status_code, pointed(large.json())) == (422, [("/blinded", "not-blinded")])
    rating = await take(client, citizen, code)
    other = await client.post("/v1/ratings", json=rating | {"reasons": ["on_time", "late"]})
    assert (other.status_code, pointed(other.json())) == (422, [("/reasons/1", "unknown-value")])
    guessed = await client.post("/v1/ratings", json=rating | {"signature": text(bytes(256))})
    assert (guessed.status_code, guessed.json()["type"]) == (403, "urn:tindan:problem:no-such-rating-token")
    for name, value in (
        ("signature", "short"),
        ("message", "!" * 43),
        ("text", "a" * 1001),
        ("level", "fine"),
    ):
        answer = await client.post("/v1/ratings", json=rating | {name: value})
        assert (answer.status_code, pointed(answer.json())[0][0]) == (422, f"/{name}")
    for month in ("2026", "2026-13", "nay", "2026-11-22"):
        answer = await client.get("/v1/agencies/H26.1/ratings", params={"month": month})
        assert (answer.status_code, pointed(answer.json())) == (422, [("/query/month", "month")])


async def test_nobody_rates_anothers_dossier(
    client: httpx.AsyncClient, code: str, citizen: Citizen, make_citizen: MakeCitizen
) -> None:
    """It is as if it were not there."""
    drawn, other = draw((await shown(client, citizen, code))["key"]), await make_citizen()
    for which in (code, "H26.1-261121-8888", "nothing"):
        path = f"/v1/dossiers/{which}/rating"
        answers = [
            await client.get(path, headers=other.headers),
            await client.post(f"{path}-token", json=drawn.body, headers=other.headers),
        ]
        assert [answer.status_code for answer in answers] == [404, 404]


async def test_a_token_counts_for_its_own_agency(
    client: httpx.AsyncClient, citizen: Citizen, code: str, closed: Close, make_agency: MakeAgency
) -> None:
    """What another agency's key has not signed says nothing of that agency."""
    other = await closed("H30.1-261121-0001", agency=await make_agency("H30.1"))
    mine = await take(client, citizen, code)
    theirs = await take(client, citizen, other)
    assert mine["kid"] != theirs["kid"]
    answer = await client.post("/v1/ratings", json=mine | {"kid": theirs["kid"]})
    assert answer.status_code == 403


async def test_one_address_rates_only_so_often(client: httpx.AsyncClient, services: Services) -> None:
    """Guessing tokens is slow, and the database forgets whose address it was."""
    body = {
        "kid": "a" * 43,
        "prefix": "a" * 43,
        "message": "a" * 43,
        "signature": "a" * 342,
        "level": "satisfied",
    }
    answers = [(await client.post("/v1/ratings", json=body)).status_code for _ in range(62)]
    assert answers[:60] == [403] * 60
    assert 429 in answers[60:]


async def test_an_agency_that_nobody_knows_is_not_found(client: httpx.AsyncClient, agency: Agency) -> None:
    """One of which nothing was said is, whatever the month."""
    for which in ("H99.9", "x!"):
        assert (await client.get(f"/v1/agencies/{which}/ratings", params={"month": MONTH})).status_code == 404
    told = (await client.get(f"/v1/agencies/{agency.code}/ratings", params={"month": "1999-01"})).json()
    assert (told["kid"], told["suppressed"], told["month"]) == (None, True, "1999-01")


def test_everything_has_words_in_both_languages() -> None:
    """And every reason goes with some level."""
    assert set(LEVELS) == set(Satisfaction)
    assert set(REASONS) == set(Reason) == {reason for reasons in OF_LEVEL.values() for reason in reasons}
    for words in (*LEVELS.values(), *REASONS.values()):
        assert isinstance(words, Words)
        assert words.vi != words.en

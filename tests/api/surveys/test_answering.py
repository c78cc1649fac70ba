"""A party reads the surveys to which it was invited, and answers them."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid1, uuid4

import httpx
import pytest
from structlog.testing import capture_logs

from api.services import Services
from api.surveys.addresses import PageAddresses
from api.surveys.keys import page_links
from api.surveys.watching import Watch
from storage.surveys import forms, publishing
from storage.surveys.kinds import Platform
from storage.surveys.publishing import Draft
from tests.api.callers import Agency, Citizen, MakeCitizen, NewCode, PushEvent
from tests.api.surveys.asking import (
    ANSWERS,
    FORM,
    answer,
    changed,
    invite,
    make_survey,
    of_dossiers,
)
from tests.api.telling import pointed

Send = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def send(client: httpx.AsyncClient, citizen: Citizen) -> Send:
    """Answer a survey."""

    async def post(code: str, body: Any, who: Citizen = citizen, **headers: str) -> httpx.Response:
        return await client.post(f"/v1/surveys/{code}/answers", json=body, headers=who.headers | headers)

    return post


async def kept(services: Services, columns: str = "answers") -> list[Any]:
    """Return what is kept of answers."""
    async with services.reading() as reading:
        query = f"SELECT {columns} FROM survey_answer".encode()
        return await (await (await reading.driver()).execute(query)).fetchall()


async def republish(
    services: Services, code: str, agency: Agency, form: dict[str, Any], *, ago: timedelta
) -> None:
    """Change a survey, some time ago."""
    draft = Draft(code=code, agency_id=agency.id, form=forms.read(form), audience=of_dossiers(agency.id))
    async with services.unit_of_work() as uow:
        await publishing.publish(uow, draft, now=datetime.now(UTC) - ago)
        await uow.commit()


def watch(services: Services) -> Watch:
    """Return what the worker runs."""
    base = services.settings.notify.require_public_url()
    addresses = PageAddresses(base=base, keys=page_links(services.slip_keys.keys))
    return Watch(services.unit_of_work, addresses)


@pytest.fixture
async def ended(push_event: PushEvent, new_code: NewCode) -> str:
    """Hand out the result of a dossier; return its code."""
    code = new_code()
    for status in (2, 10):
        await push_event(code, status)
    return code


async def test_from_the_end_of_a_dossier_to_an_answer(
    client: httpx.AsyncClient, services: Services, agency: Agency, citizen: Citizen, ended: str
) -> None:
    """The party is invited once, by a notice with a link of its own, and answers; nothing names it."""
    code = await make_survey(services, agency.id, audience=of_dossiers(agency.id))
    assert await watch(services).invite_once() == 1
    assert await watch(services).invite_once() == 0
    (notice,) = [
        one
        for one in (await client.get("/v1/notifications", headers=citizen.headers)).json()["items"]
        if one["category"] == "rating_request"
    ]
    assert ended not in str(notice)
    (listed,) = (await client.get("/v1/surveys", headers=citizen.headers)).json()["items"]
    assert listed == {
        "code": code,
        "title": "Khảo sát bộ phận một cửa",
        "agency": {"code": agency.code, "name": agency.name},
        "closes_at": None,
    }
    shown = (await client.get(f"/v1/surveys/{code}", headers=citizen.headers)).json()
    assert (shown["state"], shown["answered"], shown["version"]) == ("open", False, 1)
    assert list(shown["form"]["properties"]) == shown["form"]["x-order"] == list(FORM["properties"])
    async with services.reading() as reading:
        (row,) = await (
            await (await reading.driver()).execute("SELECT ref FROM survey_invitation")
        ).fetchall()
        (link,) = await (
            await (await reading.driver()).execute(
                "SELECT params->>'link' FROM notification WHERE params ? 'survey'"
            )
        ).fetchall()
    assert link == (shown["page"],)
    address = urlsplit(shown["page"])
    assert address.path == f"/khao-sat/{code}"
    said = page_links(services.slip_keys.keys).verify(address.query, now=datetime.now(UTC))
    assert (said.survey, said.version, said.ref) == (code, 1, row[0])
    sent = await client.post(f"/v1/surveys/{code}/answers", json=answer(), headers=citizen.headers)
    assert sent.status_code == 201
    assert (await client.get("/v1/surveys", headers=citizen.headers)).json() == {"items": []}
    assert (await client.get(f"/v1/surveys/{code}", headers=citizen.headers)).json()["answered"] is True
    ((context, everything),) = await kept(services, "context, to_jsonb(survey_answer)")
    assert context["agency_code"] == agency.code
    assert context["procedure_code"] == "1.001193"
    assert str(citizen.party_id) not in str(everything)


async def test_an_answer_is_sent_again(
    services: Services, agency: Agency, citizen: Citizen, send: Send
) -> None:
    """It counts once, and is told to; a second one is refused and changes nothing."""
    code = await make_survey(services, agency.id, audience=of_dossiers(agency.id))
    await invite(services, code, citizen.party_id)
    body = answer()
    assert [(await send(code, body)).status_code for _ in range(3)] == [201, 200, 200]
    other = await send(code, body | {"answers": {"ease": 1}})
    assert (other.status_code, other.json()["type"]) == (409, "urn:tindan:problem:survey-answer-id-reused")
    second = await send(code, answer(ease=1))
    assert (second.status_code, second.json()["type"]) == (409, "urn:tindan:problem:survey-answered")
    assert await kept(services) == [(ANSWERS,)]


async def test_a_survey_that_is_changed_while_it_is_answered(
    client: httpx.AsyncClient, services: Services, agency: Agency, citizen: Citizen, send: Send
) -> None:
    """The version before is taken for a day; later nothing is kept, and the new one is named."""
    code = await make_survey(services, agency.id, audience=of_dossiers(agency.id))
    await invite(services, code, citizen.party_id)
    tag = (await client.get(f"/v1/surveys/{code}", headers=citizen.headers)).headers["etag"]
    unchanged = {**citizen.headers, "if-none-match": tag}
    assert (await client.get(f"/v1/surveys/{code}", headers=unchanged)).status_code == 304
    await republish(services, code, agency, changed(), ago=timedelta(hours=25))
    assert (await client.get(f"/v1/surveys/{code}", headers=unchanged)).json()["version"] == 2
    late = await send(code, answer(), **{"accept-language": "en"})
    assert (late.status_code, late.json()["type"]) == (409, "urn:tindan:problem:survey-changed")
    assert "version 2" in late.json()["detail"]
    assert await kept(services) == []
    await republish(services, code, agency, changed(title="Lần ba"), ago=timedelta(hours=23))
    assert (await send(code, answer(version=2))).status_code == 201


async def test_a_survey_for_everybody(
    client: httpx.AsyncClient, services: Services, agency: Agency, make_citizen: MakeCitizen, send: Send
) -> None:
    """Whoever knows its code reads and answers it, any number of times; it waits for nobody."""
    code = await make_survey(services, agency.id)
    anybody = await make_citizen()
    shown = await client.get(f"/v1/surveys/{code}", headers=anybody.headers)
    assert shown.json()["page"].endswith(f"/khao-sat/{code}")
    assert [(await send(code, answer(), anybody)).status_code for _ in range(2)] == [201, 201]
    assert (await client.get("/v1/surveys", headers=anybody.headers)).json() == {"items": []}


async def test_what_does_not_fit_is_named(services: Services, agency: Agency, send: Send) -> None:
    """By pointers, in both languages; nothing is kept."""
    code = await make_survey(services, agency.id)
    body = answer(ease=9, channel="pigeon", liked=["staff", "staff"], other=1)
    for language, word in (("vi", "Phải"), ("en", "Must")):
        refused = await send(code, body, **{"accept-language": language})
        assert refused.status_code == 422
        assert dict(pointed(refused.json())) == {
            "/answers/ease": "less_than_equal",
            "/answers/channel": "enum",
            "/answers/liked": "repeated",
            "/answers/other": "extra_forbidden",
        }
        details = {error["pointer"]: error["detail"] for error in refused.json()["errors"]}
        assert details["/answers/channel"].startswith(word)
        assert "online, desk" in details["/answers/channel"]
    nothing = await send(code, answer() | {"answers": {}})
    assert pointed(nothing.json()) == [("/answers/ease", "missing")]
    assert await kept(services) == []


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"id": str(uuid1())}, "/id"),
        ({"id": "x"}, "/id"),
        ({"version": 0}, "/version"),
        ({"version": 2**40}, "/version"),
        ({"answers": ["ease"]}, "/answers"),
        ({"party_id": str(uuid4())}, "/party_id"),
    ],
)
async def test_what_is_no_answer_is_refused(
    services: Services, agency: Agency, send: Send, change: dict[str, Any], where: str
) -> None:
    """A numbered id, a version that can not be, a field that does not exist."""
    code = await make_survey(services, agency.id)
    refused = await send(code, answer() | change)
    assert refused.status_code == 422
    assert [place for place, _ in pointed(refused.json())] == [where]


async def test_when_a_survey_takes_no_answers(
    services: Services, agency: Agency, citizen: Citizen, client: httpx.AsyncClient, send: Send
) -> None:
    """Not before it opens, nor after it was closed; a draft is not there."""
    code = await make_survey(services, agency.id)
    now = datetime.now(UTC)
    for opens, closes, state, problem in (
        (1, 2, "not_yet", "survey-not-yet"),
        (-2, -1, "closed", "survey-closed"),
    ):
        async with services.unit_of_work() as uow:
            await publishing.open_(
                uow, code, opens_at=now + timedelta(days=opens), closes_at=now + timedelta(days=closes)
            )
            await uow.commit()
        shown = await client.get(f"/v1/surveys/{code}", headers=citizen.headers)
        assert shown.json()["state"] == state
        refused = await send(code, answer())
        assert (refused.status_code, refused.json()["type"]) == (409, f"urn:tindan:problem:{problem}")
    await republish(services, "ban-nhap", agency, FORM, ago=timedelta())
    assert (await client.get("/v1/surveys/ban-nhap", headers=citizen.headers)).status_code == 404
    assert (await send("ban-nhap", answer())).status_code == 404


async def test_what_another_platform_asks_is_answered_there(
    services: Services, agency: Agency, send: Send
) -> None:
    """The app is sent to the page."""
    code = await make_survey(services, agency.id, platform=Platform.VNFORM)
    refused = await send(code, answer())
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:tindan:problem:survey-elsewhere")


async def test_nothing_that_was_answered_is_logged(services: Services, agency: Agency, send: Send) -> None:
    """Nor by which id."""
    code = await make_survey(services, agency.id)
    body = answer(ease=3, wish="Nguyễn Văn Bình nói chậm")
    with capture_logs() as logs:
        await send(code, body)
        await send(code, answer(ease=9, wish="Nguyễn Văn Bình nói chậm"))
    assert logs
    for said in ("Bình", "chậm", body["id"]):
        assert said not in str(logs)


async def test_a_party_answers_no_more_often_than_it_may(
    services: Services, agency: Agency, citizen: Citizen, make_citizen: MakeCitizen, send: Send
) -> None:
    """Others may meanwhile."""
    code = await make_survey(services, agency.id)
    codes = [(await send(code, answer(ease=3))).status_code for _ in range(32)]
    assert codes[:30] == [201] * 30
    assert codes[-1] == 429
    assert (await send(code, answer(ease=3), await make_citizen())).status_code == 201
    assert isinstance(citizen.party_id, UUID)


async def test_what_the_database_can_not_read_is_no_code(
    client: httpx.AsyncClient, citizen: Citizen, send: Send
) -> None:
    """It is refused, and nothing fails."""
    assert (await client.get("/v1/surveys/a%00b", headers=citizen.headers)).status_code == 422
    assert (await send("a%00b", answer())).status_code == 422


async def test_what_is_refused_counts_as_well(send: Send, services: Services, agency: Agency) -> None:
    """Looking at answers is work, whatever comes of it."""
    code = await make_survey(services, agency.id)
    codes = [(await send(code, answer(ease=99))).status_code for _ in range(31)]
    assert codes == [422] * 30 + [429]

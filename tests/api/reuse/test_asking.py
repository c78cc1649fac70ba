"""Agencies ask, and learn nothing by it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.services import Services
from tests.api.acting import sign_in
from tests.api.callers import MakeAgency, MakeCitizen, PushEvent
from tests.api.reuse.reusing import ASKING, OWN, STORE, TYPE, Reuse, pass_by

FEW = {"id", "source_id", "asked_at", "expires_at", "MaYeuCau"}
"""What differs between any two answers."""


def told(answer: Any) -> tuple[int, dict[str, Any]]:
    """Return a status and what an answer says, without what differs between any two."""
    body = answer.json()
    return answer.status_code, {name: value for name, value in body.items() if name not in FEW}


async def test_the_owner_is_asked_and_told(reuse: Reuse) -> None:
    """Who asks, what for and until when; it waits, for a week unless said otherwise."""
    request_id = await reuse.ask(number="123/2026/TP-KS", channel=2)
    (shown,) = (await reuse.read(which="open"))["items"]
    assert (shown["id"], shown["state"]) == (request_id, "asked")
    assert shown["agency"] == {"code": "H26.7", "name": "Ủy ban nhân dân H26.7"}
    assert shown["procedure"]["name"] == "Thủ tục đăng ký khai sinh"
    assert (shown["types"], shown["number"], shown["channel"]) == ([TYPE], "123/2026/TP-KS", 2)
    assert shown["reason"] == "Đăng ký thường trú"
    life = datetime.fromisoformat(shown["expires_at"]) - datetime.fromisoformat(shown["asked_at"])
    assert life == timedelta(days=7)
    assert await reuse.notices() == ["asked"]
    detail = await reuse.read(f"/{request_id}")
    assert detail["version"] == 1
    assert "rút lại" in detail["wording"]["text"]["vi"]
    assert await reuse.accesses() == [], "nothing was read"


async def test_nobody_learns_who_is_there_or_what_they_have(
    reuse: Reuse, make_citizen: MakeCitizen, services: Services
) -> None:
    """Each answer is alike for an owner with the document, one without, and one whom nobody ever heard of."""
    await reuse.keep()
    without = await sign_in(services, await make_citizen("001190000022"))
    numbers = [reuse.owner.number, without.number, "001190000099"]
    asked = [await reuse.post(owner={"number": number}) for number in numbers]
    assert told(asked[0])[0] == 201
    ids = [answer.json()["id"] for answer in asked]
    assert all(told(answer) == told(asked[0]) for answer in asked)
    for path in ("{}", "{}/results", "{}/results/019aa0c5-8f6e-7c63-b5a8-2f6f0f6d7a11/original"):
        answers = [await reuse.get(path.format(one)) for one in ids]
        assert all(told(answer) == told(answers[0]) for answer in answers)
    for _ in range(2):
        answers = []
        for number in numbers:
            body = {
                "MaThuTuc": "1.001193",
                "KenhThucHien": "2",
                "SoDinhDanhChuSoHuu": number,
                "DanhSachDanhMucKetQua": ["KQ.KHAC"],
            }
            answers.append(await reuse.client.post(STORE, json=body, headers=reuse.agency.headers))
        assert told(answers[0]) == (200, {"DanhSachKetQua": []})
        assert all(told(answer) == told(answers[0]) for answer in answers)


async def test_a_repeat_is_answered_the_same_and_other_content_names_what_is_there(reuse: Reuse) -> None:
    """The id is the agency's own; also when all come at once, and once its time is over."""
    until = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    first = await reuse.post(source_id="A", types=[TYPE, "X"], expires_at=until)
    again = [reuse.post(source_id="A", types=["X", TYPE], expires_at=until) for _ in range(4)]
    assert {(one.status_code, one.text) for one in await asyncio.gather(*again)} == {(200, first.text)}
    other = await reuse.post(source_id="A", reason="Khác", expires_at=until)
    assert other.status_code == 409
    assert other.json()["existing_id"] == first.json()["id"]
    assert other.json()["errors"][0]["pointer"] == "/source_id"
    assert await reuse.notices() == ["asked"]
    await pass_by(reuse, "4 days")
    late = await reuse.post(source_id="A", types=[TYPE, "X"], expires_at=until)
    assert (late.status_code, late.json()["state"]) == (200, "expired")


async def test_one_of_many_at_once_is_new(reuse: Reuse) -> None:
    """Whoever sends the same at once on several connections has asked once."""
    answers = await asyncio.gather(*(reuse.post(source_id="A") for _ in range(6)))
    assert sorted(one.status_code for one in answers) == [200] * 5 + [201]
    assert len({one.json()["id"] for one in answers}) == 1
    assert await reuse.notices() == ["asked"]


@pytest.mark.parametrize(
    ("told", "pointer", "code"),
    [
        ({"types": []}, "", "asks-for-nothing"),
        ({"types": [TYPE, TYPE]}, "/types", "repeated"),
        ({"types": [f"T{n}" for n in range(21)]}, "/types", "too_long"),
        ({"procedure_code": None}, "", "needed-for-nothing"),
        ({"procedure_code": "9.999999"}, "/procedure_code", "unknown-procedure"),
        ({"reason": " "}, "/reason", "string_too_short"),
        ({"reason": "x" * 501}, "/reason", "string_too_long"),
        ({"owner": {"number": "123"}}, "/owner/number", "invalid-number"),
        ({"channel": 4}, "/channel", "enum"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/expires_at", "ends-before-it-begins"),
        ({"expires_at": "2999-01-01T00:00:00Z"}, "/expires_at", "lasts-too-long"),
        ({"also": 1}, "/also", "extra_forbidden"),
    ],
)
async def test_what_can_not_be_is_refused(
    reuse: Reuse, told: dict[str, Any], pointer: str, code: str
) -> None:
    """With the place and the reason, and nobody is told of it."""
    answer = await reuse.post(**told)
    assert answer.status_code == 422, answer.text
    found = [(one["pointer"], one["code"]) for one in answer.json()["errors"]]
    assert (pointer, code) in found
    assert await reuse.notices() == []


async def test_a_dossier_of_ones_own_says_what_for(
    reuse: Reuse, push_event: PushEvent, make_agency: MakeAgency
) -> None:
    """Another agency's dossier and one that is not there are refused alike."""
    await push_event("H26.7-261121-0001", 2, agency=reuse.agency, citizen=reuse.owner)
    await push_event("H26.1-261121-0009", 2)
    made = await reuse.post(dossier_code="H26.7-261121-0001", procedure_code=None)
    assert made.status_code == 201, made.text
    assert (made.json()["dossier_code"], made.json()["procedure_code"]) == ("H26.7-261121-0001", "1.001193")
    refused = [
        await reuse.post(dossier_code=code, procedure_code=None)
        for code in ("H26.1-261121-0009", "H26.1-261121-0010")
    ]
    assert [one.status_code for one in refused] == [403, 403]
    assert refused[0].json() == refused[1].json()
    assert (await reuse.post(agency_code="H26.1")).status_code == 403
    unscoped = await make_agency("H26.8", scopes=frozenset({"events", "results"}))
    assert (await reuse.by(unscoped).post()).status_code == 403


async def test_the_owner_is_told_the_code_of_no_dossier_but_their_own(
    reuse: Reuse, push_event: PushEvent, make_citizen: MakeCitizen
) -> None:
    """A document may be needed for somebody else's dossier: which one that is, is that one's affair."""
    await push_event("H26.7-261121-0001", 2, agency=reuse.agency, citizen=reuse.owner)
    await push_event("H26.7-261121-0002", 2, agency=reuse.agency, citizen=await make_citizen())
    for code, shown in (("H26.7-261121-0001", "H26.7-261121-0001"), ("H26.7-261121-0002", None)):
        made = await reuse.post(dossier_code=code, procedure_code=None)
        assert made.json()["dossier_code"] == code, "the agency has named it"
        assert (await reuse.read(f"/{made.json()['id']}"))["dossier_code"] == shown
        assert (await reuse.read())["items"][0]["dossier_code"] == shown


async def test_agencies_see_their_own_requests_alone(reuse: Reuse, make_agency: MakeAgency) -> None:
    """One above sees those below it; a stranger is answered as for what is not there."""
    scopes = frozenset({"reuse"})
    above, stranger = await make_agency("H26", scopes=scopes), await make_agency("H27", scopes=scopes)
    below = await make_agency("H26.7.1", parent=above, scopes=scopes)
    request_id = await reuse.by(below).ask(source_id="A")
    assert await reuse.by(above).state(request_id) == "asked"
    missing = await reuse.by(stranger).get("019aa0c5-8f6e-7c63-b5a8-2f6f0f6d7a11")
    foreign = await reuse.by(stranger).get(request_id)
    assert (foreign.status_code, foreign.json()) == (404, missing.json())
    assert (await reuse.by(stranger).post(source_id="A")).status_code == 201, "ids are each agency's own"


async def test_nobody_is_worn_down_by_asking(reuse: Reuse, make_agency: MakeAgency) -> None:
    """An agency asks one owner ten times a day; others, and repeats, are not hindered by that."""
    for number in range(10):
        assert (await reuse.post(source_id=f"A{number}")).status_code == 201
    refused = await reuse.post(source_id="B")
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert (await reuse.post(source_id="A3")).status_code == 200
    assert (await reuse.post(owner={"number": "001190000033"})).status_code == 201
    other = await make_agency("H27", scopes=frozenset({"reuse"}))
    assert (await reuse.by(other).post()).status_code == 201
    assert len(await reuse.notices()) == 11


async def test_pages_are_the_owners(reuse: Reuse, make_citizen: MakeCitizen, services: Services) -> None:
    """Page by page, open and past apart; nobody else sees any."""
    ids = [await reuse.ask() for _ in range(5)]
    for request_id in ids[:2]:
        assert (await reuse.answer(request_id, "decline")).status_code == 200
    page = await reuse.read(limit=2)
    found = page["items"]
    while page["next_cursor"]:
        page = await reuse.read(limit=2, cursor=page["next_cursor"])
        found += page["items"]
    assert [one["id"] for one in found] == ids[::-1]
    assert [one["id"] for one in (await reuse.read(which="past"))["items"]] == ids[:2][::-1]
    assert [one["id"] for one in (await reuse.read(which="open"))["items"]] == ids[2:][::-1]
    stranger = reuse.of(await sign_in(services, await make_citizen("001190000022")))
    assert (await stranger.read())["items"] == []
    for path in (f"{OWN}/{ids[0]}", f"{OWN}/{ids[0]}/documents"):
        assert (await reuse.client.get(path, headers=stranger.owner.headers)).status_code == 404
    answer = await reuse.client.get(ASKING, headers=reuse.agency.headers)
    assert answer.status_code == 405

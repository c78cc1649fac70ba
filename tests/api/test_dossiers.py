"""A citizen reads their dossiers, and nobody else's."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from storage.dossiers.working_days import VIETNAM
from tests.api.callers import Agency, Citizen, MakeCitizen, NewCode, PushEvent


def ago(**span: float) -> str:
    """Return a time before now, as a source would send it."""
    return (datetime.now(VIETNAM) - timedelta(**span)).isoformat()


async def codes(client: httpx.AsyncClient, citizen: Citizen, **query: Any) -> list[str]:
    """Return the codes on one page."""
    answer = await client.get("/v1/dossiers", params=query, headers=citizen.headers)
    assert answer.status_code == 200, answer.text
    return [item["code"] for item in answer.json()["items"]]


async def test_a_dossier_is_listed_whole(
    client: httpx.AsyncClient, agency: Agency, citizen: Citizen, push_event: PushEvent, new_code: NewCode
) -> None:
    """An item names procedure, agency, status, times and the due time."""
    code = new_code()
    submitted, due = ago(days=2), (datetime.now(UTC) + timedelta(days=30)).isoformat()
    await push_event(code, 1, occurred_at=submitted)
    await push_event(code, 2, occurred_at=ago(days=1), due_at=due)

    (item,) = (await client.get("/v1/dossiers", headers=citizen.headers)).json()["items"]

    assert item["code"] == code
    assert item["procedure"] == {"code": "1.001193", "name": "Thủ tục đăng ký khai sinh"}
    assert item["agency"] == {"code": agency.code, "name": agency.name}
    assert item["status"] == {"code": 2, "name": "Được tiếp nhận"}
    assert datetime.fromisoformat(item["submitted_at"]) == datetime.fromisoformat(submitted)
    assert item["status_since"] == item["accepted_at"]
    assert item["ended_at"] is None
    assert datetime.fromisoformat(item["due"]["at"]) == datetime.fromisoformat(due)
    assert 15 <= item["due"].pop("working_days_left") <= 22
    assert {k: item["due"][k] for k in ("overdue", "overdue_by", "paused")} == {
        "overdue": False,
        "overdue_by": 0,
        "paused": False,
    }


async def test_a_dossier_without_a_due_time_has_none(
    client: httpx.AsyncClient, citizen: Citizen, push_event: PushEvent, new_code: NewCode
) -> None:
    """Nothing is made up where the agency promised nothing."""
    await push_event(new_code(), 2)
    (item,) = (await client.get("/v1/dossiers", headers=citizen.headers)).json()["items"]
    assert item["due"] is None


async def test_the_last_changed_comes_first(
    client: httpx.AsyncClient, citizen: Citizen, push_event: PushEvent, new_code: NewCode
) -> None:
    """The order is that of what we learned, whatever time the source names."""
    first, second = new_code(), new_code()
    await push_event(first, 1, occurred_at=ago(days=3))
    await push_event(second, 1, occurred_at=ago(days=1))
    assert await codes(client, citizen) == [second, first]
    await push_event(first, 2, occurred_at=ago(days=2))
    assert await codes(client, citizen) == [first, second]


async def test_pages_hold_every_dossier_once(
    client: httpx.AsyncClient, citizen: Citizen, push_event: PushEvent, new_code: NewCode
) -> None:
    """Following the cursors meets each dossier exactly once, and ends."""
    told = [new_code() for _ in range(7)]
    for code in told:
        await push_event(code, 1)
    met, query, pages = [], {"limit": "3"}, 0
    while True:
        page = (await client.get("/v1/dossiers", params=query, headers=citizen.headers)).json()
        met += [item["code"] for item in page["items"]]
        pages += 1
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert (met, pages) == (told[::-1], 3)


async def test_dossiers_of_one_moment_are_not_lost_between_pages(
    client: httpx.AsyncClient, agency: Agency, citizen: Citizen, push_event: PushEvent, new_code: NewCode
) -> None:
    """A batch gives all its dossiers one time of change; the cursor still tells them apart."""
    told = {new_code() for _ in range(5)}
    events = [
        {
            "event_id": code,
            "dossier_code": code,
            "status": 1,
            "occurred_at": ago(hours=1),
            "procedure_code": "1.001193",
            "applicant": {"number": citizen.number},
        }
        for code in told
    ]
    await client.post("/v1/agency/dossier-events", json={"events": events}, headers=agency.headers)
    first = (await client.get("/v1/dossiers", params={"limit": 2}, headers=citizen.headers)).json()
    rest = await codes(client, citizen, limit=100, cursor=first["next_cursor"])
    assert {item["code"] for item in first["items"]} | set(rest) == told
    assert len(rest) == 3


async def test_statuses_can_be_chosen(
    client: httpx.AsyncClient, citizen: Citizen, push_event: PushEvent, new_code: NewCode
) -> None:
    """One status, or several."""
    by_status = {status: new_code() for status in (1, 2, 5)}
    for status, code in by_status.items():
        await push_event(code, status)
    assert await codes(client, citizen, status=5) == [by_status[5]]
    assert await codes(client, citizen, status=[1, 5]) == [by_status[5], by_status[1]]


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ({"limit": "0"}, "/query/limit", "greater_than_equal"),
        ({"limit": "101"}, "/query/limit", "less_than_equal"),
        ({"status": "11"}, "/query/status/0", "enum"),
        ({"cursor": "%%%"}, "/query/cursor", "invalid-cursor"),
        ({"cursor": "e30"}, "/query/cursor", "invalid-cursor"),
        ({"cursor": "đ"}, "/query/cursor", "invalid-cursor"),
        ({"cursor": "a" * 501}, "/query/cursor", "string_too_long"),
    ],
)
async def test_a_bad_query_is_named(
    client: httpx.AsyncClient, citizen: Citizen, query: dict[str, str], pointer: str, code: str
) -> None:
    """Each mistake is a problem that names the parameter."""
    answer = await client.get("/v1/dossiers", params=query, headers=citizen.headers)
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]


async def test_the_timeline_follows_the_source(
    client: httpx.AsyncClient, citizen: Citizen, push_event: PushEvent, new_code: NewCode
) -> None:
    """Events that came in any order stand in the source's order, with notes, steps and contradictions."""
    code = new_code()
    await push_event(code, 9, occurred_at=ago(hours=1))
    await push_event(code, 2, occurred_at=ago(hours=4), summary="Khai sinh cho con")
    await push_event(
        code, 5, occurred_at=ago(hours=2), step="Thẩm định", note="Cần giấy chứng sinh\nbản chính"
    )
    await push_event(code, 1, occurred_at=ago(hours=5))

    dossier = (await client.get(f"/v1/dossiers/{code}", headers=citizen.headers)).json()

    assert dossier["status"] == {"code": 9, "name": "Đã xử lý xong"}
    assert dossier["summary"] == "Khai sinh cho con"
    told = [
        (e["status"]["code"], e["step"], e["note"], e["contradiction"], e["recorded_at"] > e["occurred_at"])
        for e in dossier["timeline"]
    ]
    assert told == [
        (1, None, None, False, True),
        (2, None, None, False, True),
        (5, "Thẩm định", "Cần giấy chứng sinh\nbản chính", False, True),
        # 9 straight after 5: a step went missing.
        (9, None, None, True, True),
    ]


async def test_a_sequence_outranks_the_clock(
    client: httpx.AsyncClient, citizen: Citizen, push_event: PushEvent, new_code: NewCode
) -> None:
    """Where the source counts, its count orders, even when its clocks disagree."""
    code = new_code()
    await push_event(code, 2, occurred_at=ago(hours=1), sequence=1)
    await push_event(code, 4, occurred_at=ago(hours=2), sequence=2)
    dossier = (await client.get(f"/v1/dossiers/{code}", headers=citizen.headers)).json()
    assert [e["status"]["code"] for e in dossier["timeline"]] == [2, 4]
    assert dossier["status"]["code"] == 4


async def test_waiting_for_the_citizen_pauses_the_deadline(
    client: httpx.AsyncClient, citizen: Citizen, push_event: PushEvent, new_code: NewCode
) -> None:
    """While papers are awaited the due time moves on, and says so."""
    code, due = new_code(), datetime.now(UTC) + timedelta(days=1)
    await push_event(code, 2, occurred_at=ago(days=20), due_at=due.isoformat())
    await push_event(code, 5, occurred_at=ago(days=14))
    found = (await client.get(f"/v1/dossiers/{code}", headers=citizen.headers)).json()["due"]
    assert found["paused"] is True
    assert found["overdue"] is False
    assert datetime.fromisoformat(found["at"]) > due + timedelta(days=7)


async def test_an_overdue_dossier_says_by_how_much(
    client: httpx.AsyncClient, citizen: Citizen, push_event: PushEvent, new_code: NewCode
) -> None:
    """Overdue is counted in working days."""
    code = new_code()
    await push_event(code, 2, occurred_at=ago(days=30), due_at=ago(days=14))
    found = (await client.get(f"/v1/dossiers/{code}", headers=citizen.headers)).json()["due"]
    assert (found["overdue"], found["working_days_left"]) == (True, 0)
    assert 5 <= found["overdue_by"] <= 10


@pytest.mark.parametrize("spelling", ["lower", "spaces", "dashes"])
async def test_a_code_is_found_however_it_is_written(
    client: httpx.AsyncClient, citizen: Citizen, push_event: PushEvent, new_code: NewCode, spelling: str
) -> None:
    """People type codes in small letters, with spaces and with long dashes."""
    code = new_code()
    await push_event(code, 2)
    written = {"lower": code.lower(), "spaces": f" {code} ", "dashes": code.replace("-", " – ")}[spelling]
    answer = await client.get(f"/v1/dossiers/{written}", headers=citizen.headers)
    assert answer.json()["code"] == code


async def test_foreign_missing_and_malformed_answer_alike(
    client: httpx.AsyncClient, push_event: PushEvent, new_code: NewCode, make_citizen: MakeCitizen
) -> None:
    """From the answer nobody learns that somebody else's dossier exists."""
    theirs, stranger = new_code(), await make_citizen()
    await push_event(theirs, 2)
    answers = [
        await client.get(f"/v1/dossiers/{code}", headers=stranger.headers)
        for code in (theirs, new_code(), "no code at all", "a" * 200)
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()["type"] == "urn:tindan:problem:not-found"


async def test_names_follow_the_language(
    client: httpx.AsyncClient, citizen: Citizen, push_event: PushEvent, new_code: NewCode
) -> None:
    """English where it is preferred; caches are told that the language matters."""
    code = new_code()
    await push_event(code, 4)
    for path in ("/v1/dossiers", f"/v1/dossiers/{code}"):
        headers = citizen.headers | {"accept-language": "en-GB,vi;q=0.5"}
        answer = await client.get(path, headers=headers)
        assert "In process" in answer.text
        assert (answer.headers["vary"], answer.headers["content-language"]) == ("accept-language", "en")


async def test_what_did_not_change_is_not_sent_again(
    client: httpx.AsyncClient, citizen: Citizen, push_event: PushEvent, new_code: NewCode
) -> None:
    """A known ETag gets 304 without a body; after a change, or in another language, it does not."""
    code = new_code()
    await push_event(code, 2, occurred_at=ago(hours=1))
    for path in ("/v1/dossiers", f"/v1/dossiers/{code}"):
        first = await client.get(path, headers=citizen.headers)
        tag = first.headers["etag"]
        assert tag.startswith('W/"')
        assert first.headers["cache-control"] == "private, no-cache"
        for known in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
            again = await client.get(path, headers=citizen.headers | {"if-none-match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        english = {"if-none-match": tag, "accept-language": "en"}
        assert (await client.get(path, headers=citizen.headers | english)).status_code == 200
    await push_event(code, 4)
    assert (await client.get(path, headers=citizen.headers | {"if-none-match": tag})).status_code == 200


@pytest.mark.parametrize("path", ["/v1/dossiers", "/v1/dossiers/H26.1-261121-0001"])
async def test_nobody_reads_without_signing_in(client: httpx.AsyncClient, agency: Agency, path: str) -> None:
    """No token, a broken one and an agency's are all refused."""
    for headers in ({}, {"authorization": "Bearer x"}, agency.headers):
        answer = await client.get(path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("version", "status"),
    [("0.9.9", 426), ("0", 426), ("1.0.0", 200), ("1", 200), ("1.0.1-beta", 200), ("2.0", 200), ("new", 200)],
)
async def test_an_app_too_old_is_told_so(
    client: httpx.AsyncClient, citizen: Citizen, version: str, status: int
) -> None:
    """A version below the least one served gets a problem that names the least one."""
    answer = await client.get("/v1/dossiers", headers=citizen.headers | {"x-app-version": version})
    assert answer.status_code == status
    if status == 426:
        assert answer.json()["type"] == "urn:tindan:problem:app-too-old"
        assert "1.0.0" in answer.json()["detail"]

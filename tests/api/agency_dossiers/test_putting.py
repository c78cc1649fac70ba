"""Dossiers told whole: made, merged into what is known, or put in its place."""

import asyncio

import httpx
import pytest

from storage.engine import Engine
from tests.api.agency_dossiers.putting import (
    PATH,
    appointment,
    batch,
    dossier,
    later,
    payment,
    postal_item,
    put,
    read,
    states,
    told,
)
from tests.api.callers import Agency, MakeAgency
from tests.api.telling import CODE, at, census, event, facts, notices, pointed, tell

WHOLE = dossier(
    channel=2,
    summary="Đăng ký khai sinh",
    parent_code="H26.1-261120-0007",
    appointments=[appointment()],
    payments=[payment()],
    postal_items=[postal_item()],
)
OTHER = {"kind": "person", "number": "001190000002", "name": "Trần Văn Bình"}


async def test_a_new_dossier_is_kept_with_all_that_was_told(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """It is answered entry by entry, read back as it was told, and the applicant hears of all of it."""
    answer = await put(client, agency, WHOLE)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["code"], body["outcome"]) == (CODE, "created")
    assert [one["outcome"] for one in body["events"]] == ["accepted"]
    assert [body[name][0]["notified"] for name in ("appointments", "payments", "postal_items")] == [
        True,
        True,
        False,
    ]
    shown, tag = await read(client, agency)
    assert tag == answer.headers["etag"]
    assert (shown["summary"], shown["channel"], shown["parent_code"]) == (
        "Đăng ký khai sinh",
        2,
        "H26.1-261120-0007",
    )
    assert shown["appointments"][0]["place"] == "Quầy 3"
    assert shown["payments"][0]["amount"] == 150_000
    assert "applicant" not in shown
    assert await notices(engine) == ["status_change", "status_change", "payment_required"]


async def test_a_repeat_changes_nothing_and_tells_nobody(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """The lost answer of a put is no trouble: the tag and every row stay."""
    first = await put(client, agency, WHOLE)
    before = await census(engine)
    again = await put(client, agency, WHOLE)
    assert again.status_code == 200
    assert again.json()["outcome"] == "updated"
    assert {one["outcome"] for name in ("events", "appointments") for one in again.json()[name]} == {
        "repeated"
    }
    assert again.headers["etag"] == first.headers["etag"]
    assert await census(engine) == before


async def test_what_is_left_out_of_a_merge_stays(client: httpx.AsyncClient, agency: Agency) -> None:
    """Given entries are added or changed; particulars, facts and other entries are as they were."""
    await put(client, agency, WHOLE)
    merged = {"payments": [payment("TT-2")], "appointments": [appointment(state="moved", starts_at=later(5))]}
    assert (await put(client, agency, merged)).status_code == 200
    shown, _ = await read(client, agency)
    assert states(shown, "payments") == {"TT-1": "requested", "TT-2": "requested"}
    assert states(shown, "appointments") == {"LH-1": "moved"}
    assert (shown["summary"], shown["parent_code"]) == ("Đăng ký khai sinh", "H26.1-261120-0007")
    assert [one["status"] for one in shown["events"]] == [2]


async def test_what_is_left_out_of_a_replacement_is_withdrawn_and_not_deleted(
    client: httpx.AsyncClient, agency: Agency
) -> None:
    """Entries are cancelled where they may be, particulars are gone, and facts stay for good."""
    done = postal_item("BC-9", "delivered")
    await put(client, agency, WHOLE | {"postal_items": [postal_item(), done]})
    _, tag = await read(client, agency)
    answer = await put(client, agency, {"payments": [payment("TT-2")]}, if_match=tag)
    assert answer.status_code == 200, answer.text
    shown, _ = await read(client, agency)
    assert states(shown, "payments") == {"TT-1": "cancelled", "TT-2": "requested"}
    assert states(shown, "appointments") == {"LH-1": "cancelled"}
    assert states(shown, "postal_items") == {"BC-1": "cancelled", "BC-9": "delivered"}
    assert (shown["summary"], shown["channel"], shown["parent_code"]) == (None, None, None)
    assert [one["status"] for one in shown["events"]] == [2]


async def test_a_stale_tag_replaces_nothing(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """412, with the tag of what is there now, in header and body; with that one it goes through."""
    await put(client, agency, WHOLE)
    _, old = await read(client, agency)
    await tell(client, agency, event("e-2", 4, 1))
    before = await census(engine)
    answer = await put(client, agency, {"channel": 1}, if_match=old)
    assert answer.status_code == 412
    _, now = await read(client, agency)
    assert now != old
    assert answer.headers["etag"] == answer.json()["etag"] == now
    after = await census(engine)
    assert {name for name in after if after[name] != before[name]} == {"access_log"}, "but for the reading"
    assert (await put(client, agency, {"channel": 1}, if_match=f'"other", {now}')).status_code == 200


@pytest.mark.parametrize("tag", ['W/"weak"', '"none"', "*"])
async def test_nothing_is_replaced_that_is_not_there(
    client: httpx.AsyncClient, agency: Agency, engine: Engine, tag: str
) -> None:
    """412 without a tag, and no dossier is made."""
    answer = await put(client, agency, WHOLE, if_match=tag)
    assert answer.status_code == 412
    assert "etag" not in answer.json()
    assert (await census(engine))["dossier"] == 0


async def test_a_weak_tag_never_matches(client: httpx.AsyncClient, agency: Agency) -> None:
    """A replacement compares strongly (RFC 9110, 13.1.1)."""
    await put(client, agency, WHOLE)
    _, tag = await read(client, agency)
    assert (await put(client, agency, {}, if_match=f"W/{tag}")).status_code == 412
    assert (await put(client, agency, {}, if_match="*")).status_code == 200


async def test_only_a_new_one_is_kept_where_that_is_asked(client: httpx.AsyncClient, agency: Agency) -> None:
    """409 names the one that is there, in its usual spelling."""
    assert (await put(client, agency, WHOLE, if_none_match="*")).status_code == 201
    again = await put(client, agency, WHOLE, code=CODE.lower(), if_none_match="*")
    assert again.status_code == 409
    assert again.json()["type"] == "urn:tindan:problem:dossier-exists"
    assert again.json()["existing_id"] == CODE
    assert (await put(client, agency, WHOLE, if_none_match='"abc"')).status_code == 422


async def test_events_share_their_ids_with_the_other_door(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """What was pushed by itself is a repeat here, and the other way round; another content is refused."""
    await put(client, agency, WHOLE)
    assert (await tell(client, agency, told())).status_code == 200
    await tell(client, agency, event("e-2", 4, 1))
    answer = await put(client, agency, {"events": [event("e-2", 4, 1), told("e-1", 5)]})
    assert answer.status_code == 200
    assert [one["outcome"] for one in answer.json()["events"]] == ["repeated", "refused"]
    assert answer.json()["events"][1]["problem"]["type"] == "urn:tindan:problem:event-id-reused"
    assert len(await facts(engine)) == 2


async def test_an_event_need_not_name_its_dossier(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """It is of the dossier that it comes with, alone and in a batch; pushed by itself it is a repeat."""
    body = dossier(events=[told(dossier_code=None)])
    assert (await put(client, agency, body)).status_code == 201
    assert (await tell(client, agency, told())).status_code == 200
    other = "H26.1-261121-0002"
    answer = await batch(client, agency, {"code": other, **dossier(events=[told("e-2", dossier_code=None)])})
    assert answer["results"][0]["events"][0]["dossier_code"] == other
    assert (await census(engine))["dossier"] == 2
    wrong = await put(client, agency, {"events": [told("e-3", 4, dossier_code=other)]})
    assert pointed(wrong.json()) == [("/events/0/dossier_code", "another-dossier")]


async def test_a_new_dossier_needs_procedure_applicant_and_an_event(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """Nothing is made of less, and each that is missing is named."""
    before = await census(engine)
    answer = await put(client, agency, {"channel": 1})
    assert answer.status_code == 422
    assert pointed(answer.json()) == [
        ("/procedure_code", "needed-at-first"),
        ("/applicant", "needed-at-first"),
        ("/events", "needed-at-first"),
    ]
    assert await census(engine) == before
    bare = {"events": [event("e-1", 2)]}
    assert (await put(client, agency, bare)).status_code == 201, "they may come with the event"


async def test_a_dossier_is_not_made_of_refused_events(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """If all are refused the dossier is, for the first of their reasons."""
    await tell(client, agency, event("e-1", 1, dossier_code="H26.1-261121-0099"))
    answer = await put(client, agency, WHOLE)
    assert answer.status_code == 409
    assert (await census(engine))["dossier"] == 1


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"applicant": OTHER}, ("/applicant/number", "another-applicant")),
        ({"procedure_code": "2.000635"}, ("/procedure_code", "unknown-procedure")),
        ({"agency_code": "H99"}, ("/agency_code", "unknown-agency")),
        ({"parent_code": CODE}, ("/parent_code", "circle")),
        ({"parent_code": "nonsense"}, ("/parent_code", "malformed-code")),
        (
            {"events": [told("e-9", dossier_code="H26.1-261121-0002")]},
            ("/events/0/dossier_code", "another-dossier"),
        ),
        ({"events": [told("e-9", occurred_at=later())]}, ("/events/0/occurred_at", "in-the-future")),
        (
            {"appointments": [appointment(ends_at=later(-1))]},
            ("/appointments/0", "ends-before-start"),
        ),
        ({"appointments": [appointment(), appointment()]}, ("/appointments", "repeated")),
        ({"appointments": [appointment(state_at=later())]}, ("/appointments/0/state_at", "in-the-future")),
        ({"payments": [payment(state="done")]}, ("/payments/0/state", "enum")),
        ({"payments": [payment(amount=1.5)]}, ("/payments/0/amount", "int_type")),
        ({"payments": [payment(amount=-1)]}, ("/payments/0/amount", "greater_than_equal")),
        ({"colour": "red"}, ("/colour", "extra_forbidden")),
    ],
)
async def test_what_does_not_fit_is_refused_whole(
    client: httpx.AsyncClient,
    agency: Agency,
    engine: Engine,
    fields: dict[str, object],
    at_fault: tuple[str, str],
) -> None:
    """The fault is named by a pointer, and nothing of the put is kept."""
    await put(client, agency, WHOLE)
    before = await census(engine)
    answer = await put(client, agency, {"channel": 1} | fields)
    assert answer.status_code == 422, answer.text
    assert pointed(answer.json()) == [at_fault]
    assert await census(engine) == before
    assert (await read(client, agency))[0]["channel"] == 2


@pytest.mark.parametrize(
    "link",
    [
        "http://thanhtoan.example.vn/1",
        "https://thanhtoan.example.vn.evil.example/1",
        "https://evil.example/thanhtoan.example.vn",
        "https://thanhtoan.example.vn@evil.example/",
        "https://thanhtoan.example.vn:8443/",
        "https://thanhtoan.example.vn\\@evil.example/",
        "https://evil.example\\.thanhtoan.example.vn/",
        "javascript:alert(1)//thanhtoan.example.vn",
        "https://thanhtoan.example.vn /",
        "https://тhanhtoan.example.vn/",
    ],
)
async def test_a_payment_leads_to_a_trusted_host_alone(
    client: httpx.AsyncClient, agency: Agency, link: str
) -> None:
    """An agency's stolen credentials do not make a phishing site of a state's notice."""
    answer = await put(client, agency, WHOLE | {"payments": [payment(link=link)]})
    assert answer.status_code == 422, link
    assert [pointer for pointer, _ in pointed(answer.json())] == ["/payments/0/link"]


async def test_a_foreign_dossier_and_a_missing_one_read_alike(
    client: httpx.AsyncClient, agency: Agency, make_agency: MakeAgency
) -> None:
    """Reading is 404 for both; telling of another's is refused as at the door for events."""
    other = await make_agency("H55.1")
    await put(client, agency, WHOLE)
    foreign = await client.get(f"{PATH}/{CODE}", headers=other.headers)
    missing = await client.get(f"{PATH}/H55.1-261121-0001", headers=other.headers)
    nonsense = await client.get(f"{PATH}/nonsense", headers=other.headers)
    assert foreign.status_code == missing.status_code == nonsense.status_code == 404
    assert foreign.json() == missing.json() == nonsense.json()
    for header in ({}, {"if_match": "*"}, {"if_none_match": "*"}):
        assert (await put(client, other, WHOLE, **header)).status_code == 403, "and no id is told"


async def test_a_batch_is_answered_dossier_by_dossier(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """Good ones are kept whatever the others are, malformed, faulty and repeated ones among them."""
    codes = ["H26.1-261121-0003", "H26.1-261121-0001", "H26.1-261121-0002"]
    good = [
        {"code": code, **dossier(events=[told(f"{code}/1", dossier_code=code)], appointments=[appointment()])}
        for code in codes
    ]
    bad = [{"code": "?"}, 7, {"code": "H26.1-261121-0009", "channel": 1}, good[0]]
    body = await batch(client, agency, bad[0], *good, *bad[1:])
    assert [one["outcome"] for one in body["results"]] == ["refused", *["created"] * 3, *["refused"] * 3]
    assert (body["created"], body["updated"], body["refused"]) == (3, 0, 4)
    assert [one["code"] for one in body["results"][1:4]] == codes
    again = await batch(client, agency, *good)
    assert (again["created"], again["updated"]) == (0, 3)
    counts = await census(engine)
    assert (counts["dossier"], counts["arrangement"], counts["arrangement_told"]) == (3, 3, 3)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"dossiers": []}, 422),
        ({"dossiers": 1}, 422),
        ({"dossiers": [{}], "x": 1}, 422),
        ([], 422),
    ],
)
async def test_what_is_no_batch_is_refused(
    client: httpx.AsyncClient, agency: Agency, body: object, status: int
) -> None:
    """With a pointer to what is wrong."""
    answer = await client.post(PATH, json=body, headers=agency.headers)
    assert answer.status_code == status
    assert answer.json()["errors"]


async def test_too_many_at_once_are_refused(client: httpx.AsyncClient, agency: Agency) -> None:
    """A batch has a limit, and so has each list."""
    answer = await client.post(PATH, json={"dossiers": [{}] * 1001}, headers=agency.headers)
    assert answer.status_code == 413
    many = [payment(f"TT-{number}") for number in range(51)]
    assert (await put(client, agency, WHOLE | {"payments": many})).status_code == 422


async def test_puts_at_the_same_moment_make_one_dossier(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """Whoever is second merges into what the first has made."""
    puts = [put(client, agency, WHOLE | {"payments": [payment(f"TT-{number}")]}) for number in range(4)]
    answers = await asyncio.gather(*puts)
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    shown, _ = await read(client, agency)
    assert len(shown["payments"]) == 4
    assert len(shown["appointments"]) == 1
    assert (await notices(engine)).count("payment_required") == 4


async def test_a_replacement_is_of_what_was_read_alone(client: httpx.AsyncClient, agency: Agency) -> None:
    """Of two at the same moment by one tag, one is refused."""
    await put(client, agency, WHOLE)
    _, tag = await read(client, agency)
    puts = [put(client, agency, {"summary": f"Bản {number}"}, if_match=tag) for number in range(3)]
    assert sorted(answer.status_code for answer in await asyncio.gather(*puts)) == [200, 412, 412]


async def test_each_reading_is_noted(client: httpx.AsyncClient, agency: Agency, engine: Engine) -> None:
    """The party can see that an agency's system read of its dossier."""
    await put(client, agency, WHOLE)
    before = (await census(engine))["access_log"]
    await read(client, agency)
    assert (await census(engine))["access_log"] == before + 1


async def test_what_was_told_long_ago_tells_nobody(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """History that is filled in is kept in silence, and so is an appointment that is over."""
    old = "2020-03-01T09:00:00+07:00"
    answer = await put(
        client,
        agency,
        dossier(
            events=[told(occurred_at=old)],
            appointments=[appointment(starts_at=at(1))],
            payments=[payment(state_at=old)],
            postal_items=[postal_item(state="delivered", state_at=old)],
        ),
    )
    assert answer.status_code == 201, answer.text
    assert await notices(engine) == []

"""What is refused: by a problem that names the field, in the caller's language, with nothing half written."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.engine import Engine
from tests.api.callers import Agency, PushEvent
from tests.api.telling import CODE, PERSON, census, event, facts, pointed, results, states, tell

# In English, so that a wording that fell back to the general one stands out.
NOT_WORDED = "The value is not valid."


@pytest.fixture
async def dossier(push_event: PushEvent) -> str:
    """A dossier that exists already."""
    await push_event(CODE, 1)
    return CODE


FIELDS: list[tuple[str, dict[str, Any], str, str]] = [
    ("an unknown procedure", {"procedure_code": "9.999999"}, "/procedure_code", "unknown-procedure"),
    (
        "a long form of an unknown one",
        {"procedure_code": "9.999999.H26"},
        "/procedure_code",
        "unknown-procedure",
    ),
    ("a malformed procedure", {"procedure_code": "khai sinh"}, "/procedure_code", "malformed-code"),
    ("an unknown agency", {"agency_code": "H99.7"}, "/agency_code", "unknown-agency"),
    ("a malformed agency", {"agency_code": "H26..1"}, "/agency_code", "malformed-code"),
    ("an empty agency", {"agency_code": ""}, "/agency_code", "malformed-code"),
    ("a malformed dossier code", {"dossier_code": "03706-7906"}, "/dossier_code", "malformed-code"),
    ("a dossier code with a path", {"dossier_code": "../../etc"}, "/dossier_code", "malformed-code"),
    ("a dossier code too long", {"dossier_code": "H" * 81}, "/dossier_code", "string_too_long"),
    ("no dossier code", {"dossier_code": None}, "/dossier_code", "missing"),
    ("status 0", {"status": 0}, "/status", "unknown-status"),
    ("status 11", {"status": 11}, "/status", "unknown-status"),
    ("a huge status", {"status": 10**30}, "/status", "unknown-status"),
    ("a status in text", {"status": "2"}, "/status", "int_type"),
    ("a status that is true", {"status": True}, "/status", "int_type"),
    ("half a status", {"status": 2.5}, "/status", "int_type"),
    ("no status", {"status": None}, "/status", "missing"),
    (
        "a time far ahead",
        {"occurred_at": (datetime.now(UTC) + timedelta(days=400)).isoformat()},
        "/occurred_at",
        "in-the-future",
    ),
    (
        "a time just too far ahead",
        {"occurred_at": (datetime.now(UTC) + timedelta(minutes=20)).isoformat()},
        "/occurred_at",
        "in-the-future",
    ),
    ("the year 9999", {"occurred_at": "9999-12-31T23:59:59-14:00"}, "/occurred_at", "out-of-range"),
    ("the year 1", {"occurred_at": "0001-01-01T00:00:00+14:00"}, "/occurred_at", "out-of-range"),
    ("a time without an offset", {"occurred_at": "2026-06-01T09:00:00"}, "/occurred_at", "timezone_aware"),
    ("a time as a number", {"occurred_at": 1780000000}, "/occurred_at", "datetime_type"),
    ("a time as digits", {"occurred_at": "1780000000"}, "/occurred_at", "datetime_type"),
    (
        "no such day",
        {"occurred_at": "2026-02-30T09:00:00+07:00"},
        "/occurred_at",
        "datetime_from_date_parsing",
    ),
    ("a time in words", {"occurred_at": "2026-thang-6"}, "/occurred_at", "datetime_from_date_parsing"),
    ("a due time far off", {"due_at": "2999-01-01T00:00:00Z"}, "/due_at", "out-of-range"),
    ("a negative sequence", {"sequence": -1}, "/sequence", "greater_than_equal"),
    ("a sequence over 64 bits", {"sequence": 2**64}, "/sequence", "less_than_equal"),
    ("a sequence that is true", {"sequence": True}, "/sequence", "int_type"),
    ("channel 4", {"channel": 4}, "/channel", "less_than_equal"),
    ("channel 0", {"channel": 0}, "/channel", "greater_than_equal"),
    ("a blank id", {"event_id": " \t "}, "/event_id", "string_too_short"),
    ("an id too long", {"event_id": "e" * 129}, "/event_id", "string_too_long"),
    ("an id too long in NFC", {"event_id": "\u0958" * 128}, "/event_id", "string_too_long"),
    ("an id that is a number", {"event_id": 7}, "/event_id", "string_type"),
    ("an id that is a list", {"event_id": ["e"]}, "/event_id", "string_type"),
    ("NUL in an id", {"event_id": "e\x00"}, "/event_id", "control_character"),
    ("NUL in a note", {"note": "a\x00b"}, "/note", "control_character"),
    ("NUL in a step", {"step": "\x00"}, "/step", "control_character"),
    ("NUL in a code", {"dossier_code": CODE + "\x00"}, "/dossier_code", "control_character"),
    ("a bell in a summary", {"summary": "a\x07"}, "/summary", "control_character"),
    ("a note too long", {"note": "a" * 4001}, "/note", "string_too_long"),
    ("a note that is an object", {"note": {"text": "a"}}, "/note", "string_type"),
    ("an unknown field", {"surprise": 1}, "/surprise", "extra_forbidden"),
    ("a field that needs escaping", {"a/b~c": 1}, "/a~1b~0c", "extra_forbidden"),
    ("an applicant in text", {"applicant": "An"}, "/applicant", "model_type"),
    ("an unknown kind", {"applicant": PERSON | {"kind": "robot"}}, "/applicant/kind", "enum"),
    ("no number", {"applicant": {"name": "An"}}, "/applicant/number", "missing"),
    ("an empty number", {"applicant": PERSON | {"number": ""}}, "/applicant/number", "missing"),
    (
        "a short number",
        {"applicant": PERSON | {"number": "00119000001"}},
        "/applicant/number",
        "invalid-number",
    ),
    (
        "a number with letters",
        {"applicant": PERSON | {"number": "00119000000O"}},
        "/applicant/number",
        "invalid-number",
    ),
    (
        "a number of no province",
        {"applicant": PERSON | {"number": "099190000001"}},
        "/applicant/number",
        "invalid-number",
    ),
    (
        "a number that is a number",
        {"applicant": PERSON | {"number": 1190000001}},
        "/applicant/number",
        "string_type",
    ),
    (
        "NUL in a number",
        {"applicant": PERSON | {"number": "00119000000\x00"}},
        "/applicant/number",
        "invalid-number",
    ),
    (
        "a wrong check digit",
        {"applicant": {"kind": "organisation", "number": "0100109107"}},
        "/applicant/number",
        "invalid-check-digit",
    ),
    (
        "a citizen number for a company",
        {"applicant": {"kind": "organisation", "number": PERSON["number"]}},
        "/applicant/number",
        "invalid-number",
    ),
    ("NUL in a name", {"applicant": PERSON | {"name": "A\x00"}}, "/applicant/name", "control_character"),
    ("a bad email", {"applicant": PERSON | {"email": "an@"}}, "/applicant/email", "invalid-email"),
    ("a bad phone", {"applicant": PERSON | {"phone": "12"}}, "/applicant/phone", "invalid-phone"),
    (
        "a phone that is a number",
        {"applicant": PERSON | {"phone": 912345678}},
        "/applicant/phone",
        "string_type",
    ),
]


@pytest.mark.parametrize(
    ("fault", "pointer", "code"), [case[1:] for case in FIELDS], ids=[case[0] for case in FIELDS]
)
@pytest.mark.parametrize("batch", [False, True], ids=["single", "batch"])
async def test_a_bad_field_is_named(
    client: httpx.AsyncClient,
    agency: Agency,
    engine: Engine,
    *,
    fault: dict[str, Any],
    pointer: str,
    code: str,
    batch: bool,
) -> None:
    """The problem points to the field and words its fault in both languages; nothing at all is written."""
    before = await census(engine)
    bad = {name: value for name, value in (event("e-1") | fault).items() if value is not None}
    if batch:
        (vi,), (en,) = [
            await results(client, agency, bad, **{"accept-language": tag}) for tag in ("vi", "en")
        ]
        given = bad["event_id"]
        assert vi["outcome"] == "refused"
        assert vi.get("event_id") == (given[:128] if isinstance(given, str) else None)
        vi, en = vi["problem"], en["problem"]
    else:
        answers = [await tell(client, agency, bad, **{"accept-language": tag}) for tag in ("vi", "en")]
        assert {answer.headers["content-type"] for answer in answers} == {"application/problem+json"}
        assert [answer.headers["content-language"] for answer in answers] == ["vi", "en"]
        assert {answer.status_code for answer in answers} == {422}
        vi, en = (answer.json() for answer in answers)
    for problem in (vi, en):
        assert problem["type"] == "urn:tindan:problem:validation"
        assert problem["status"] == 422
        assert pointed(problem) == [(pointer, code)]
    assert en["title"] == "The request is not valid"
    assert vi["title"] == "Dữ liệu gửi lên chưa hợp lệ"
    (said_vi,), (said_en,) = vi["errors"], en["errors"]
    assert said_en["detail"] != NOT_WORDED
    assert said_vi["detail"] not in {said_en["detail"], "Giá trị không hợp lệ."}
    assert "{" not in said_vi["detail"] + said_en["detail"]
    assert await census(engine) == before


async def test_every_fault_of_an_event_is_named_at_once(client: httpx.AsyncClient, agency: Agency) -> None:
    """Whoever mends an event need not find out its faults one by one."""
    answer = await tell(
        client, agency, {"event_id": "e", "status": 99, "applicant": {"number": "1", "email": "x"}}
    )
    assert sorted(pointed(answer.json())) == [
        ("/applicant/email", "invalid-email"),
        ("/applicant/number", "invalid-number"),
        ("/dossier_code", "missing"),
        ("/occurred_at", "missing"),
        ("/status", "unknown-status"),
    ]


async def test_the_first_event_of_a_dossier_needs_more(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """Without applicant and procedure a dossier can not begin, and both are named."""
    before = await census(engine)
    answer = await tell(client, agency, event("e-1", applicant=None, procedure_code=None))
    assert pointed(answer.json()) == [
        ("/applicant", "needed-at-first"),
        ("/procedure_code", "needed-at-first"),
    ]
    assert await census(engine) == before


async def test_a_clock_a_little_ahead_is_forgiven(client: httpx.AsyncClient, agency: Agency) -> None:
    """Clocks of sources differ by minutes."""
    soon = (datetime.now(UTC) + timedelta(minutes=9)).isoformat()
    assert (await tell(client, agency, event("e-1", occurred_at=soon))).status_code == 201


async def test_the_long_form_of_a_procedure_is_its_procedure(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """`1.001193.000.00.00.H26` is `1.001193`."""
    answer = await tell(client, agency, event("e-1", procedure_code="1.001193.000.00.00.H26"))
    assert answer.status_code == 201
    assert (await states(engine))[CODE]["procedure_code"] == "1.001193"


async def test_decomposed_text_is_composed(client: httpx.AsyncClient, agency: Agency, engine: Engine) -> None:
    """NFD, as some systems send it, is kept as NFC: one step in two forms is one."""
    composed, decomposed = "Tiếp nhận", "Tiê\u0301p nhâ\u0323n"
    assert composed != decomposed
    await tell(client, agency, event("e-1", 2, step=decomposed))
    answer = await tell(client, agency, event("e-2", 2, step=composed))
    assert answer.json()["outcome"] == "repeated"
    assert await facts(engine) == [(2, 0, None, composed, None)]


async def test_a_refusal_leaves_an_existing_dossier_as_it_was(
    client: httpx.AsyncClient, agency: Agency, engine: Engine, dossier: str
) -> None:
    """A bad event changes neither the dossier nor when we heard of it last."""
    query = "SELECT * FROM dossier"
    async with engine.pool.connect() as connection:
        before = (await connection.exec_driver_sql(query)).mappings().all()
    for fault in ({"status": 99}, {"procedure_code": "9.999999"}, {"agency_code": "H99"}):
        assert (
            await tell(client, agency, event("e-9", 4, 1, dossier_code=dossier) | fault)
        ).status_code == 422
    async with engine.pool.connect() as connection:
        assert (await connection.exec_driver_sql(query)).mappings().all() == before


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
fields = st.sampled_from(["event_id", "dossier_code", "status", "occurred_at", "sequence", "step", "note", "due_at", "agency_code", "procedure_code", "channel", "summary", "applicant"])  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(fields, anything, min_size=1, max_size=3))
async def test_no_json_makes_the_server_fail(
    client: httpx.AsyncClient, agency: Agency, changes: dict[str, Any]
) -> None:
    """Whatever stands in a field, it is kept or refused with a pointer into the event; never a 500."""
    (told,) = await results(client, agency, event("e-1") | changes)
    if told["outcome"] == "refused":
        problem = told["problem"]
        assert problem["status"] in {403, 409, 422}
        assert all(error["pointer"].split("/")[1] in event("e-1") | changes for error in problem["errors"])


async def test_other_routes_speak_the_same_of_bad_input(
    client: httpx.AsyncClient, citizen: Any, app: FastAPI
) -> None:
    """A parameter or a body that FastAPI itself refuses becomes a problem with pointers, too."""
    answer = await client.get("/v1/dossiers", params={"limit": "many"}, headers=citizen.headers)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert pointed(answer.json()) == [("/query/limit", "int_parsing")]
    assert answer.json()["errors"][0]["detail"] == "Phải là số nguyên."

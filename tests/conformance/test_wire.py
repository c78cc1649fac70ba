"""What is read of requests and answers, however they are made."""

import json
from base64 import b64encode

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.conformance.faults import Target
from api.conformance.wire import leaks_in, outcomes_in, token_of, told_in
from api.recording.schemas import EXAMPLE

JSON = "application/json"


def told(body: object):
    """Read a body of events."""
    return told_in(Target.EVENTS, JSON, json.dumps(body).encode())


def multipart(metadata: object, file: bytes) -> tuple[str, bytes]:
    """A body as a stock client makes it."""
    parts = {"metadata": (None, json.dumps(metadata), JSON), "file": ("a.pdf", file, "application/pdf")}
    request = httpx.Request("POST", "http://x/", files=parts)
    return request.headers["content-type"], request.read()


def test_two_spellings_are_one_content_and_the_id_is_none_of_it():
    """Another zone for one instant changes nothing; another time, or another note, does."""
    [first], _ = told(EXAMPLE)
    [zoned], _ = told(EXAMPLE | {"event_id": "other", "occurred_at": "2026-11-21T02:00:00Z"})
    [later], _ = told(EXAMPLE | {"occurred_at": "2026-11-21T02:00:01Z"})
    [noted], _ = told(EXAMPLE | {"note": "x"})
    assert first.source_id == EXAMPLE["event_id"]
    assert first.key == (EXAMPLE["dossier_code"], "2")
    assert first.content == zoned.content
    assert len({first.content, later.content, noted.content}) == 3


def test_a_batch_is_counted_and_a_single_event_is_none():
    """A batch says how many it holds, also with items that are no events."""
    assert told(EXAMPLE)[1] == 0
    found, size = told({"events": [EXAMPLE, 7, None]})
    assert (len(found), size) == (3, 3)


def test_a_paper_is_known_by_its_number_and_its_bytes():
    """The same file under another id is the same content; another file is another."""
    said = {"source_id": "A", "dossier_code": "H97.1-261121-0001", "number": "1/2026/KS"}
    [one] = told_in(Target.RESULTS, *multipart(said, b"%PDF\x00\r\n\xff"))[0]
    [renamed] = told_in(Target.RESULTS, *multipart(said | {"source_id": "B"}, b"%PDF\x00\r\n\xff"))[0]
    [other] = told_in(Target.RESULTS, *multipart(said, b"%PDF\x00\r\n\xfe"))[0]
    assert (one.source_id, one.key) == ("A", ("H97.1-261121-0001", "1/2026/KS"))
    assert one.content == renamed.content != other.content


@given(
    target=st.sampled_from([Target.EVENTS, Target.RESULTS]), kind=st.text('abc/;="-x \x00ÿ'), body=st.binary()
)
def test_rubbish_tells_nothing_and_breaks_nothing(target: Target, kind: str, body: bytes):
    """Whatever is sent, the proxy reads on."""
    told_in(target, kind, body)
    outcomes_in(200, body, 1)


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"events":' * 50_000, b'{"events": {}}', b"\xff", b"null"]
)
def test_hostile_json_breaks_nothing(body: bytes):
    """Depth and wrong shapes are for the API to refuse."""
    assert told_in(Target.EVENTS, JSON, body)[1] == 0
    assert len(outcomes_in(200, body, 1)) <= 1


@pytest.mark.parametrize(
    ("status", "body", "outcomes"),
    [
        (201, {"outcome": "accepted"}, ["accepted", "accepted"]),
        (200, {"results": [{"outcome": "repeated"}, {"outcome": "refused"}]}, ["repeated", "refused"]),
        (422, {}, ["refused", "refused"]),
        (409, {}, ["refused", "refused"]),
        (413, {}, []),
        (401, {}, []),
        (429, {}, []),
        (503, {}, []),
    ],
)
def test_answers_say_what_became_of_each(status: int, body: object, outcomes: list[str]):
    """Refused is what will always be refused; what is to be tried again says nothing."""
    assert list(outcomes_in(status, json.dumps(body).encode(), 2)) == outcomes


def leaks(
    target: Target = Target.EVENTS, *, address: str = "/v1", headers=(), body: bytes = b""
) -> list[str]:
    """Look for `s3cret` and the token `t0ken`, which the header shows."""
    shown = {"authorization": "Bearer t0ken", **dict(headers)}
    return leaks_in(target, address=address, headers=shown, body=body, secrets={"s3cret"})


def test_secrets_are_found_where_they_should_not_be():
    """In addresses, escaped too; in other headers and bodies; as a password at a door that takes tokens."""
    basic = {"authorization": "Basic " + b64encode(b"id:s3cret").decode()}
    assert leaks() == []
    assert leaks(address="/v1?access_token=t0ken") == ["URL"]
    assert leaks(address="/v1?x=s3%63ret") == ["URL"]
    assert leaks(headers={"x-api-key": "s3cret"}) == ["events"]
    assert leaks(body=b'{"note": "t0ken"}') == ["events"]
    assert leaks(headers=basic) == ["events"]
    assert leaks(Target.TOKEN, headers=basic, body=b"client_secret=s3cret") == []
    assert leaks(Target.TOKEN, address="/oauth/token?client_secret=s3cret") == ["URL"]


def test_a_token_is_kept_as_a_digest():
    """Each token stands for itself, and can not be read back."""
    assert token_of("Bearer abc") == token_of("bearer abc") != token_of("Bearer abd")
    assert "abc" not in (token_of("Bearer abc") or "")
    assert token_of("Basic abc") is None
    assert token_of("") is None

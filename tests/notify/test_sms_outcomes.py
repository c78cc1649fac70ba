"""The table of Twilio's answers."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import httpx
import pytest

from notify.channels.sms.outcomes import blames_the_number, of_answer, of_silence
from notify.ports import OutcomeKind

NOW = datetime(2026, 11, 21, 2, 30, tzinfo=UTC)


def answer(status: int, code: int | str | None = None, **headers: str) -> httpx.Response:
    """Return an error as Twilio writes it."""
    body = {"code": code, "message": "for people, of +84912345678", "more_info": "", "status": status}
    return httpx.Response(status, json=body, headers={k.replace("_", "-"): v for k, v in headers.items()})


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, 20003, OutcomeKind.MISCONFIGURED),
        (400, 21408, OutcomeKind.UNREACHABLE),
        (400, 21606, OutcomeKind.MISCONFIGURED),
        (400, 21608, OutcomeKind.UNREACHABLE),
        (400, 21703, OutcomeKind.MISCONFIGURED),
        (400, 30002, OutcomeKind.MISCONFIGURED),
        (400, 21211, OutcomeKind.UNREACHABLE),
        (400, 21610, OutcomeKind.UNREACHABLE),
        (400, 21612, OutcomeKind.UNREACHABLE),
        (400, 21614, OutcomeKind.UNREACHABLE),
        (400, 21635, OutcomeKind.UNREACHABLE),
        (400, 30005, OutcomeKind.UNREACHABLE),
        (400, 30006, OutcomeKind.UNREACHABLE),
        (400, 30007, OutcomeKind.REJECTED),
        (400, 30003, OutcomeKind.RETRYABLE),
        (429, 20429, OutcomeKind.THROTTLED),
        (400, 14107, OutcomeKind.THROTTLED),
        (400, 21611, OutcomeKind.THROTTLED),
        (429, 63038, OutcomeKind.THROTTLED),
    ],
)
def test_the_number_of_an_error_says_what_it_means(status: int, code: int, kind: OutcomeKind) -> None:
    """Each number of the table has its kind, and is all that operators are shown."""
    outcome = of_answer(answer(status, code), now=NOW)
    assert (outcome.kind, outcome.code, outcome.provider_id) == (kind, str(code), None)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (307, OutcomeKind.REJECTED),
        (400, OutcomeKind.REJECTED),
        (401, OutcomeKind.MISCONFIGURED),
        (403, OutcomeKind.MISCONFIGURED),
        (404, OutcomeKind.MISCONFIGURED),
        (408, OutcomeKind.RETRYABLE),
        (429, OutcomeKind.THROTTLED),
        (500, OutcomeKind.RETRYABLE),
        (502, OutcomeKind.UNKNOWN),
        (503, OutcomeKind.RETRYABLE),
        (504, OutcomeKind.UNKNOWN),
        (599, OutcomeKind.UNKNOWN),
    ],
)
def test_without_a_number_that_we_know_the_status_decides(status: int, kind: OutcomeKind) -> None:
    """Whether the message may have been taken is told by who speaks: Twilio, or a gateway before it."""
    assert of_answer(answer(status, 99999), now=NOW).kind is kind
    assert of_answer(answer(status), now=NOW).kind is kind
    for body in (b"", b"<html>", b"[]", b"7", b'{"code": "many"}', b'{"code": []}', b"\xff"):
        outcome = of_answer(httpx.Response(status, content=body), now=NOW)
        assert (outcome.kind, outcome.code) == (kind, str(status)), body


def test_both_forms_of_an_error_are_read() -> None:
    """Twilio's newer services write problem details (RFC 9457), which have the number in the same place."""
    problem = {"type": "https://www.twilio.com/docs/api/errors/21610", "title": "x", "status": 400}
    outcome = of_answer(httpx.Response(400, json=problem | {"code": 21610}), now=NOW)
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNREACHABLE, "21610")


@pytest.mark.parametrize(
    ("given", "rest"),
    [
        ("7", timedelta(seconds=7)),
        ("Sat, 21 Nov 2026 02:31:30 GMT", timedelta(seconds=90)),
        ("Sat, 21 Nov 2026 02:31:30 -0000", timedelta(seconds=90)),
        ("Sat, 21 Nov 2026 02:00:00 GMT", timedelta(0)),
        ("999999999999", timedelta(days=1)),
        ("9" * 400, None),
        ("soon", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("status", [HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE])
def test_the_time_to_stay_away_is_passed_on(status: int, given: str, rest: timedelta | None) -> None:
    """Both forms of RFC 9110 are read, bounded by a day; without one our own backoff decides."""
    assert of_answer(answer(status, 20429, retry_after=given), now=NOW).retry_after == rest


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectError("x"), OutcomeKind.RETRYABLE),
        (httpx.ConnectTimeout("x"), OutcomeKind.RETRYABLE),
        (httpx.PoolTimeout("x"), OutcomeKind.RETRYABLE),
        (httpx.ProxyError("x"), OutcomeKind.RETRYABLE),
        (httpx.ReadTimeout("x"), OutcomeKind.UNKNOWN),
        (httpx.WriteTimeout("x"), OutcomeKind.UNKNOWN),
        (httpx.ReadError("x"), OutcomeKind.UNKNOWN),
        (httpx.RemoteProtocolError("x"), OutcomeKind.UNKNOWN),
    ],
)
def test_silence_is_unknown_unless_nothing_left(error: Exception, kind: OutcomeKind) -> None:
    """Only a request that can not have been sent is certain not to have arrived."""
    outcome = of_silence(error)
    assert (outcome.kind, outcome.code) == (kind, type(error).__name__)


@pytest.mark.parametrize(
    ("code", "blamed"),
    [
        *[(code, True) for code in ("30005", "30006", "21610")],
        *[(code, False) for code in ("30003", "30004", "30007", "30008", "", "x", "²", None)],
    ],
)
def test_a_phone_that_is_off_is_not_given_up(code: str | None, blamed: bool) -> None:
    """A report gives a number up where nobody has it, or nobody there wants messages."""
    assert blames_the_number(code) is blamed

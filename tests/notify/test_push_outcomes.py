"""The table of Firebase's answers."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from notify.channels.push.outcomes import of_answer, of_silence
from notify.ports import OutcomeKind

NOW = datetime(2026, 11, 21, 2, 30, tzinfo=UTC)
TYPE = "type.googleapis.com/"


def answer(status: int, *details: dict[str, object], **headers: str) -> httpx.Response:
    """Return an error as Firebase writes it."""
    error = {"code": status, "message": "for people", "status": "X", "details": list(details)}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json={"error": error}, headers=named)


def fcm(code: str) -> dict[str, object]:
    """Return the detail that holds FCM's own code."""
    return {"@type": f"{TYPE}google.firebase.fcm.v1.FcmError", "errorCode": code}


def blame(*fields: str) -> dict[str, object]:
    """Return the detail that says which fields are wrong."""
    violations = [{"field": name, "description": "wrong"} for name in fields]
    return {"@type": f"{TYPE}google.rpc.BadRequest", "fieldViolations": violations}


@pytest.mark.parametrize(
    ("details", "kind"),
    [
        ([fcm("INVALID_ARGUMENT")], OutcomeKind.UNREACHABLE),
        ([fcm("INVALID_ARGUMENT"), blame("message.token")], OutcomeKind.UNREACHABLE),
        ([fcm("INVALID_ARGUMENT"), blame("message.data[0].value")], OutcomeKind.REJECTED),
        ([fcm("INVALID_ARGUMENT"), blame("message.token", "message.apns")], OutcomeKind.REJECTED),
        ([blame("message.android.ttl")], OutcomeKind.REJECTED),
        ([], OutcomeKind.REJECTED),
    ],
)
def test_a_phone_is_forgotten_only_for_its_own_fault(
    details: list[dict[str, object]], kind: OutcomeKind
) -> None:
    """A 400 that blames the message, or nobody, leaves the token alone."""
    assert of_answer(answer(400, *details), now=NOW).kind is kind


def test_the_code_of_fcm_comes_before_the_status() -> None:
    """A 403 is the account's fault, unless FCM says that it is the token's."""
    assert of_answer(answer(403), now=NOW).kind is OutcomeKind.MISCONFIGURED
    outcome = of_answer(answer(403, fcm("SENDER_ID_MISMATCH")), now=NOW)
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNREACHABLE, "SENDER_ID_MISMATCH")


@pytest.mark.parametrize(
    ("given", "rest"),
    [
        ("30", timedelta(seconds=30)),
        ("Sat, 21 Nov 2026 02:31:30 GMT", timedelta(seconds=90)),
        ("Sat, 21 Nov 2026 02:00:00 GMT", timedelta(0)),
        ("999999999999", timedelta(days=1)),
        ("soon", timedelta(minutes=1)),
        ("", timedelta(minutes=1)),
    ],
)
def test_the_time_to_stay_away_is_seconds_or_a_date(given: str, rest: timedelta) -> None:
    """Both forms of RFC 9110 are read, bounded by a day; without one it is Firebase's own minute."""
    outcome = of_answer(answer(429, fcm("QUOTA_EXCEEDED"), retry_after=given), now=NOW)
    assert (outcome.kind, outcome.retry_after) == (OutcomeKind.THROTTLED, rest)


def test_an_overloaded_firebase_may_name_its_time() -> None:
    """A 503 is tried again by our own backoff, and no earlier than it asks."""
    assert of_answer(answer(503, fcm("UNAVAILABLE")), now=NOW).retry_after is None
    outcome = of_answer(answer(503, fcm("UNAVAILABLE"), retry_after="20"), now=NOW)
    assert (outcome.kind, outcome.retry_after) == (OutcomeKind.RETRYABLE, timedelta(seconds=20))


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (httpx.ConnectError("x"), OutcomeKind.RETRYABLE),
        (httpx.ConnectTimeout("x"), OutcomeKind.RETRYABLE),
        (httpx.PoolTimeout("x"), OutcomeKind.RETRYABLE),
        (httpx.ReadTimeout("x"), OutcomeKind.UNKNOWN),
        (httpx.WriteError("x"), OutcomeKind.UNKNOWN),
        (httpx.RemoteProtocolError("x"), OutcomeKind.UNKNOWN),
        (None, OutcomeKind.UNKNOWN),
    ],
)
def test_silence_is_unknown_unless_nothing_left(cause: Exception | None, kind: OutcomeKind) -> None:
    """Only a request that cannot have been sent is certain not to have arrived."""
    assert of_silence(cause).kind is kind

"""What Zalo's answers mean, and when to come back."""

from datetime import UTC, datetime, time, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from notify.channels.zalo.answers import Answer, read
from notify.channels.zalo.hours import (
    SKEW,
    VIETNAM,
    closed_until,
    until_morning,
    until_tomorrow,
)
from notify.channels.zalo.outcomes import of_answer, of_silence
from notify.ports import OutcomeKind

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=VIETNAM)
RETRYABLE, THROTTLED = OutcomeKind.RETRYABLE, OutcomeKind.THROTTLED
KINDS = {
    OutcomeKind.UNREACHABLE: "-108 -110 -114 -118 -119 -139 -140 -141",
    OutcomeKind.REJECTED: "-109 -111 -112 -113 -117 -1121 -1122 -1124 -130 -131 -132 -146 -161 -162",
    OutcomeKind.MISCONFIGURED: "-101 -102 -103 -104 -105 -115 -120 -125 -126 -135 -1351 -136 -137 -138",
    RETRYABLE: "-100",
}
MOMENTS = st.integers(1_577_836_800, 2_208_988_800).map(lambda second: datetime.fromtimestamp(second, UTC))


def failed(error, status=200):
    return Answer(status=status, error=error, body={})


@pytest.mark.parametrize(
    ("kind", "code"), [(kind, int(code)) for kind, codes in KINDS.items() for code in codes.split()]
)
def test_each_number_has_its_class(kind, code):
    """Every number of the provider's table means what the table says, with no time to wait for."""
    outcome = of_answer(failed(code), now=NOON)
    assert (outcome.kind, outcome.code, outcome.retry_after) == (kind, str(code), None)


@pytest.mark.parametrize("code", [-124, -216, -220])
def test_a_token_refused_twice_is_the_account_s_fault(code):
    """What is still stale after its renewal is for an operator."""
    assert of_answer(failed(code), now=NOON).kind is OutcomeKind.MISCONFIGURED


@pytest.mark.parametrize(
    ("code", "kind"),
    [(-144, THROTTLED), (-1441, RETRYABLE), (-147, RETRYABLE), (-1471, RETRYABLE), (-1472, RETRYABLE)],
)
def test_a_quota_returns_at_midnight(code, kind):
    """The next try is at five past twelve in Vietnam; only the whole account's quota stops the channel."""
    outcome = of_answer(failed(code), now=NOON)
    assert outcome.kind is kind
    assert NOON + outcome.retry_after == datetime(2026, 11, 22, 0, 5, tzinfo=VIETNAM)


@pytest.mark.parametrize("code", [-133, -234])
@pytest.mark.parametrize(
    ("now", "again"),
    [
        (datetime(2026, 11, 21, 16, 30, tzinfo=UTC), datetime(2026, 11, 22, 6, 0, tzinfo=VIETNAM)),
        (datetime(2026, 11, 22, 3, 0, tzinfo=VIETNAM), datetime(2026, 11, 22, 6, 0, tzinfo=VIETNAM)),
        (datetime(2026, 11, 22, 6, 2, tzinfo=VIETNAM), datetime(2026, 11, 22, 6, 7, tzinfo=VIETNAM)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=VIETNAM), datetime(2027, 1, 1, 6, 0, tzinfo=VIETNAM)),
    ],
)
def test_the_night_ends_at_six(code, now, again):
    """What came at night waits for the morning, and no day longer where the clocks differ by minutes."""
    outcome = of_answer(failed(code), now=now)
    assert outcome.kind is RETRYABLE
    assert now + outcome.retry_after == again


@pytest.mark.parametrize("answer", [failed(-32), failed(None, status=429)])
def test_more_than_4000_a_minute_rests_for_one(answer):
    """The limit of requests is asked again when its minute is over."""
    outcome = of_answer(answer, now=NOON)
    assert (outcome.kind, outcome.retry_after) == (THROTTLED, timedelta(minutes=1))


def test_a_number_that_nobody_knows_loses_nothing():
    """It is tried again until the notice expires, and operators are told the number."""
    with capture_logs() as logs:
        outcome = of_answer(failed(-77777), now=NOON)
    assert (outcome.kind, outcome.code) == (RETRYABLE, "-77777")
    assert [(entry["event"], entry["code"], entry["log_level"]) for entry in logs] == [
        ("zalo_code_unknown", -77777, "error")
    ]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, OutcomeKind.UNKNOWN),
        (301, OutcomeKind.UNKNOWN),
        (400, OutcomeKind.REJECTED),
        (401, OutcomeKind.MISCONFIGURED),
        (403, OutcomeKind.MISCONFIGURED),
        (404, OutcomeKind.MISCONFIGURED),
        (408, RETRYABLE),
        (413, OutcomeKind.REJECTED),
        (500, RETRYABLE),
        (502, OutcomeKind.UNKNOWN),
        (503, RETRYABLE),
        (504, OutcomeKind.UNKNOWN),
    ],
)
def test_an_answer_without_a_number_is_judged_by_its_status(status, kind):
    """What stands in front of Zalo may have passed the message on, or not."""
    outcome = of_answer(failed(None, status=status), now=NOON)
    assert (outcome.kind, outcome.code) == (kind, f"http-{status}")


def test_a_number_of_zalo_s_counts_for_more_than_the_status():
    """Where both speak, the number says what is wrong."""
    assert of_answer(failed(-118, status=400), now=NOON).kind is OutcomeKind.UNREACHABLE


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ('{"error":0,"data":{"msg_id":"a1","sent_time":"1"}}', OutcomeKind.ACCEPTED, "a1"),
        ('{"error":"0","data":{"msg_id":77}}', OutcomeKind.ACCEPTED, "77"),
        ('{"error":0}', OutcomeKind.ACCEPTED, None),
        ('{"error":"-118","message":"no such"}', OutcomeKind.UNREACHABLE, None),
        ('{"error":-118,"data":[]}', OutcomeKind.UNREACHABLE, None),
        ('{"error":true}', OutcomeKind.UNKNOWN, None),
        ('{"error":null}', OutcomeKind.UNKNOWN, None),
        ('[{"error":0}]', OutcomeKind.UNKNOWN, None),
        ("<html>", OutcomeKind.UNKNOWN, None),
        ("", OutcomeKind.UNKNOWN, None),
        ("\ud800".encode("utf-8", "surrogatepass"), OutcomeKind.UNKNOWN, None),
    ],
)
def test_answers_are_read_with_patience(text, kind, name):
    """Numbers may be texts, and what can not be read is an outcome too."""
    outcome = of_answer(read(httpx.Response(200, content=text)), now=NOON)
    assert (outcome.kind, outcome.provider_id) == (kind, name)


@pytest.mark.parametrize(
    ("error", "left", "kind", "code"),
    [
        (TimeoutError(), True, OutcomeKind.UNKNOWN, "timeout"),
        (TimeoutError(), False, RETRYABLE, "timeout"),
        (httpx.ReadTimeout(""), True, OutcomeKind.UNKNOWN, "timeout"),
        (httpx.ConnectError(""), False, RETRYABLE, "ConnectError"),
        (httpx.RemoteProtocolError(""), True, OutcomeKind.UNKNOWN, "RemoteProtocolError"),
    ],
)
def test_silence_is_unknown_once_the_request_left(error, left, kind, code):
    """What never left may simply be sent again."""
    outcome = of_silence(error, left=left)
    assert (outcome.kind, outcome.code) == (kind, code)


@given(MOMENTS)
def test_it_is_night_from_ten_to_six(now):
    """By night there is an end to it within eight hours, at six sharp; by day there is none."""
    clock = now.astimezone(VIETNAM).time()
    opening = closed_until(now)
    if time(6) <= clock < time(22):
        assert opening is None
    else:
        assert opening.time() == time(6)
        assert timedelta(0) < opening - now <= timedelta(hours=8)


@given(MOMENTS)
def test_waits_are_neither_over_already_nor_too_long(now):
    """However late or early it is, one comes back within a day, and not at once."""
    assert timedelta(0) < until_tomorrow(now) <= timedelta(days=1)
    assert SKEW <= until_morning(now) <= timedelta(days=1)
    assert closed_until(now + until_morning(now)) is None


def test_the_hours_of_the_night_are_zalo_s():
    """From 22:00 to 06:00."""
    assert closed_until(datetime(2026, 11, 21, 21, 59, 59, tzinfo=VIETNAM)) is None
    assert closed_until(datetime(2026, 11, 21, 22, 0, tzinfo=VIETNAM)) is not None
    assert closed_until(datetime(2026, 11, 22, 6, 0, tzinfo=VIETNAM)) is None

"""The script of faults, played against a clock of our own."""

import pytest

from api.conformance import faults
from api.conformance.faults import CUT_AFTER, CUT_BEFORE, TOKEN_ENDED, UNTOUCHED, Kind, Plan, Script, Target


def play(script: Script, target: Target = Target.EVENTS, *, token: str | None = "t1", now: float = 0.0):
    """Begin a request."""
    return script.next(target, token=token, now=now)


def test_actions_come_in_order_and_once():
    """Each action is for one request of the target; then all passes."""
    script = Script(Plan(actions=(CUT_AFTER, CUT_BEFORE)))
    assert [play(script) for _ in range(4)] == [CUT_AFTER, CUT_BEFORE, UNTOUCHED, UNTOUCHED]


def test_other_requests_use_no_action_up():
    """Tokens, other doors and the other target pass, and leave the fault to whom it is for."""
    script = Script(Plan(target=Target.RESULTS, actions=(CUT_AFTER,)))
    for target in (Target.TOKEN, Target.OTHER, Target.EVENTS):
        assert play(script, target) is UNTOUCHED
    assert play(script, Target.RESULTS) is CUT_AFTER


def test_who_does_not_wait_is_told_again():
    """Within the time the answer is the same, for the rest of it; afterwards the next action is on."""
    script = Script(Plan(actions=(faults.wait(503, 10), faults.broken(502))))
    assert play(script, now=100.0).headers == {"retry-after": "10"}
    early = play(script, now=104.5)
    assert (early.status, early.headers) == (503, {"retry-after": "6"})
    assert play(script, now=110.0) == faults.broken(502)
    assert play(script, now=110.1) is UNTOUCHED


def test_a_token_ends_for_good_and_alone():
    """The first token that is shown opens nothing any more; the next one does, and asking for it passes."""
    script = Script(Plan(token_dies=True))
    assert play(script, token="old") is TOKEN_ENDED
    assert play(script, Target.TOKEN, token=None) is UNTOUCHED
    assert play(script, token="new") is UNTOUCHED
    assert play(script, token="old") is TOKEN_ENDED


@pytest.mark.parametrize(
    ("method", "path", "target"),
    [
        ("POST", "/v1/agency/dossier-events", Target.EVENTS),
        ("POST", "/v1/agency/dossier-events/", Target.EVENTS),
        ("POST", "/v1/agency/results", Target.RESULTS),
        ("GET", "/v1/agency/results", Target.OTHER),
        ("POST", "/oauth/token", Target.TOKEN),
        ("POST", "/oauth/tokens", Target.OTHER),
        ("PUT", "/v1/agency/dossiers/H97.1-261121-0001", Target.DOSSIERS),
        ("POST", "/v1/agency/dossiers", Target.DOSSIERS),
        ("GET", "/v1/agency/dossiers/H97.1-261121-0001", Target.READING),
        ("GET", "/v1/agency/dossiers", Target.OTHER),
        ("POST", "/v1/agency/dossiers/H97.1-261121-0001/payments", Target.ARRANGEMENTS),
        ("PATCH", "/v1/agency/dossiers/H97.1-261121-0001/postal-items/BC-5", Target.ARRANGEMENTS),
        ("POST", "/v1/agency/dossiers/H97.1-261121-0001/messages", Target.OTHER),
        ("POST", "/v1/agency/dossier-events/csv", Target.TABLES),
        ("GET", "/v1/agency/dossier-events/csv-template", Target.OTHER),
    ],
)
def test_requests_are_told_apart(method: str, path: str, target: Target):
    """By method and path."""
    assert Target.of(method, path) is target


@pytest.mark.parametrize(
    ("query", "target"),
    [("check=true", Target.OTHER), ("a=b&check=1", Target.OTHER), ("check=false", Target.TABLES)],
)
def test_a_table_that_is_only_tried_tells_nothing(query: str, target: Target):
    """It may be tried as often as anybody likes."""
    assert Target.of("POST", "/v1/agency/dossier-events/csv", query) is target


def test_what_loses_and_what_only_annoys():
    """A slow answer has to be waited for; all else that spoils has to be sent again."""
    assert not faults.slow(1).loses
    assert faults.slow(1).kind is Kind.SLOW
    assert all(one.loses for one in (CUT_AFTER, CUT_BEFORE, faults.wait(429, 1), faults.broken(502)))
    assert faults.stalled(3).loses
    assert not UNTOUCHED.loses

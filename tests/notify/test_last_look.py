"""Whether a claimed send is to go out after all."""

from datetime import timedelta
from random import Random

import pytest

from notify.categories import Category
from notify.last_look import last_look
from notify.outcomes import EXPIRED, GIVEN_UP, NIGHT, PAUSE, RECEIVED, SHUT, TURNED_OFF
from notify.routes import DEFAULTS, PROMPT, Routing
from storage.deliveries.repository import Record
from tests.notify.test_outcomes import claimed
from tests.notify.test_routing import MIDNIGHT, NOON

LATER = NOON + timedelta(days=30)


def look(routing: Routing = PROMPT, channel: str = "sms", **changes: object) -> Record | None:
    """Look at noon at a row that is good for long."""
    row = claimed(**{"expires_at": LATER, **changes})
    return last_look(row, channel, routing, NOON, Random(1))


def test_what_is_as_it_was_planned_is_sent() -> None:
    """Also a category that this release does not know, of which the composer says so."""
    assert look() is None
    assert look(category="rating_wanted") is None


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"expired": True, "target": None}, EXPIRED),
        ({"expired": True, "unreadable": True, "target": None}, EXPIRED),
        ({"target": None}, GIVEN_UP),
        ({"shut": True}, SHUT),
        ({"step": 1, "received": True}, RECEIVED),
        ({"enabled": False}, TURNED_OFF),
    ],
)
def test_what_need_not_be_sent_ends(changes: dict[str, object], outcome: str) -> None:
    """Too late, given up, shut to the address, in the app already, turned off since: for good."""
    record = look(**changes)
    assert record is not None
    assert (record.outcome, record.again_at) == (outcome, None)


def test_a_code_is_sent_to_an_address_that_was_given_up_for_dead() -> None:
    """Its owner has just said that it works."""
    assert look(category=Category.OTP.value, shut=True) is None


def test_an_address_under_another_key_waits_for_an_operator() -> None:
    """Who can mend it."""
    record = look(target=None, unreadable=True)
    assert record is not None
    assert (record.code, record.again_at) == ("unreadable_address", NOON + PAUSE)


def test_the_app_stops_what_it_costs_to_send_and_not_the_first_step() -> None:
    """A mail goes out beside the app."""
    assert look(step=0, received=True) is None


def test_what_the_law_makes_us_say_is_sent_though_it_was_turned_off() -> None:
    """The word was given when the category was optional, or never counted."""
    assert look(category=Category.SUPPLEMENT_REQUIRED.value, enabled=False) is None


def test_what_stands_for_several_is_sent_though_one_of_them_was_turned_off() -> None:
    """The others were not."""
    assert look(enabled=False, more=2) is None


def test_a_zone_that_is_not_known_here_stops_nothing() -> None:
    """It is taken for that of Vietnam."""
    assert look(DEFAULTS, time_zone="Mars/Olympus") is None


def test_what_needs_consent_is_not_sent_without_it() -> None:
    """Nor once it was taken back."""
    asking = DEFAULTS.routes[Category.RATING_REQUEST].model_copy(update={"consent": True})
    routing = PROMPT.model_copy(update={"routes": {**PROMPT.routes, Category.RATING_REQUEST: asking}})
    for enabled, sent in ((None, False), (False, False), (True, True)):
        record = look(routing, category="rating_request", enabled=enabled)
        assert (record is None) == sent


@pytest.mark.parametrize(
    ("channel", "category", "zone", "sent"),
    [
        ("push", "status_change", "Asia/Ho_Chi_Minh", False),
        ("email", "status_change", "Asia/Ho_Chi_Minh", True),
        ("push", "otp", "Asia/Ho_Chi_Minh", True),
        ("push", "status_change", "America/Los_Angeles", True),
    ],
)
def test_what_was_held_up_until_night_waits_for_the_morning(
    channel: str, category: str, zone: str, *, sent: bool
) -> None:
    """Where it would wake somebody and can wait."""
    row = claimed(category=category, time_zone=zone, expires_at=LATER)
    record = last_look(row, channel, DEFAULTS, MIDNIGHT, Random(1))
    assert (record is None) == sent
    if record:
        assert (record.code, record.again_at) == (NIGHT, MIDNIGHT + timedelta(hours=7))

"""A dry run says what the planner would do."""

from datetime import timedelta

from notify.addressing import Send, Why
from notify.categories import Category
from notify.preview import preview
from notify.routing import Verdict
from storage.ids import new_id
from storage.notifications.planning import Reach
from tests.notify.test_routing import MIDNIGHT, NOON, contact, notice, router


def test_it_goes_through_the_whole_cascade_and_counts_the_cost() -> None:
    """As if nobody ever confirmed."""
    phone, number = new_id(), contact("phone")
    reach = Reach(devices=[phone], contacts=[number])
    looks = preview(router(), notice(Category.SUPPLEMENT_REQUIRED), reach, {"sms": 2})
    assert [(look.at - NOON, look.sends, look.cost) for look in looks] == [
        (timedelta(0), (Send(channel="push", target_id=phone),), 0),
        (timedelta(minutes=10), (Send(channel="zalo", target_id=number.id),), 300),
        (timedelta(minutes=40), (Send(channel="sms", target_id=number.id),), 1600),
    ]
    assert looks[0].passed == (("email", Why.NO_ADDRESS),)
    assert reach.sent == {}


def test_it_shows_the_wait_for_the_morning() -> None:
    """And what leaves then."""
    looks = preview(router(), notice(created_at=MIDNIGHT), Reach(devices=[new_id()]), {})
    assert [look.verdict for look in looks] == [Verdict.QUIET_HOURS, Verdict.SENT, Verdict.REACHED]
    assert looks[1].at - MIDNIGHT == timedelta(hours=7)

"""Whether a claimed send is to go out after all: pure.

It was judged when it was planned, which may be hours ago: a provider was down, or its channel was paused.
"""

from datetime import datetime
from random import Random

from notify.categories import Category
from notify.outcomes import (
    EXPIRED,
    GIVEN_UP,
    NIGHT,
    RECEIVED,
    SHUT,
    TURNED_OFF,
    UNREADABLE,
    WITHDRAWN,
    record_of,
)
from notify.routes import Route, Routing
from storage.deliveries.claiming import Claimed
from storage.deliveries.repository import Record
from storage.notifications.planning import zone_of


def last_look(claimed: Claimed, channel: str, routing: Routing, now: datetime, rng: Random) -> Record | None:
    """Say what becomes of a send that need not, or can not, go out now; none where it is to be sent.

    A category that this release does not know is for the composer to tell.
    """
    if claimed.unreadable and not claimed.expired:
        return record_of(claimed, UNREADABLE, now, rng)
    ended = _ended(claimed)
    if ended:
        return Record(id=claimed.id, attempt=claimed.attempt, outcome=ended)
    try:
        route = routing.route_of(claimed.category)
    except LookupError:
        return None
    if _is_turned_off(claimed, route):
        return Record(id=claimed.id, attempt=claimed.attempt, outcome=TURNED_OFF)
    morning = _morning(claimed, channel, route, routing, now)
    if morning:
        return Record(id=claimed.id, attempt=claimed.attempt, outcome=EXPIRED, code=NIGHT, again_at=morning)
    return None


def _ended(claimed: Claimed) -> str | None:
    if claimed.withdrawn:
        return WITHDRAWN
    if claimed.expired:
        return EXPIRED
    if claimed.target is None:
        return GIVEN_UP
    if claimed.shut and claimed.category != Category.OTP:
        return SHUT
    # The first step goes out beside the app, which shows a notice before any provider has it.
    return RECEIVED if claimed.step and claimed.received else None


def _is_turned_off(claimed: Claimed, route: Route) -> bool:
    # What stands for several is sent: which of them was turned off, the wording can not tell.
    if not route.optional or claimed.more:
        return False
    return claimed.enabled is False or (route.consent and not claimed.enabled)


def _morning(
    claimed: Claimed, channel: str, route: Route, routing: Routing, now: datetime
) -> datetime | None:
    """Return until when it must wait so as to wake nobody. By then it may be of no use any more: so be it."""
    if not route.quiet or not routing.wakes(channel) or routing.quiet is None:
        return None
    return routing.quiet.ends_at(now, zone_of(claimed.time_zone))

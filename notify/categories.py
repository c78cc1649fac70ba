"""Categories of notices, and how each is sent: data, judged by pure code."""

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum, StrEnum


class Lane(IntEnum):
    """Which deliveries leave first."""

    OTP = 0
    HIGH = 1
    NORMAL = 2
    BULK = 3


class Category(StrEnum):
    """What a notice is about."""

    STATUS_CHANGE = "status_change"
    SUPPLEMENT_REQUIRED = "supplement_required"
    PAYMENT_REQUIRED = "payment_required"
    RESULT_READY = "result_ready"
    REFUSED = "refused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a cascade: these channels, this long after the step before."""

    channels: tuple[str, ...]
    after: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """How the notices of a category travel.

    Attributes:
        expiry: from its birth on, how long a notice is worth sending; in the app it stays.
        optional: whether a person may turn the category off on a channel.
    """

    lane: Lane
    expiry: timedelta
    steps: tuple[Step, ...]
    optional: bool = True


EVERYWHERE = (Step(channels=("push", "email")),)

ROUTES: dict[Category, Route] = {
    Category.STATUS_CHANGE: Route(lane=Lane.NORMAL, expiry=timedelta(days=2), steps=EVERYWHERE),
    Category.SUPPLEMENT_REQUIRED: Route(
        lane=Lane.HIGH, expiry=timedelta(days=7), steps=EVERYWHERE, optional=False
    ),
    Category.PAYMENT_REQUIRED: Route(
        lane=Lane.HIGH, expiry=timedelta(days=7), steps=EVERYWHERE, optional=False
    ),
    Category.RESULT_READY: Route(lane=Lane.NORMAL, expiry=timedelta(days=7), steps=EVERYWHERE),
    Category.REFUSED: Route(lane=Lane.HIGH, expiry=timedelta(days=7), steps=EVERYWHERE, optional=False),
    Category.STOPPED: Route(lane=Lane.HIGH, expiry=timedelta(days=7), steps=EVERYWHERE, optional=False),
}

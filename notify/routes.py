"""How notices travel: data, which an operator may change at run time.

This is its form and what it says from the start; the version in force is in the database.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

from notify.categories import Category, Lane
from notify.text import Alphabet


def _plain_clock(given: time) -> time:
    """Refuse a time of day with an offset: it is read by the clock of whoever it concerns."""
    if given.tzinfo is not None:
        raise ValueError("a time of day bears no offset")
    return given


ChannelName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,30}$")]
Clock = Annotated[time, AfterValidator(_plain_clock)]
Wait = Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(days=30))]
LaneName = Annotated[
    Lane,
    BeforeValidator(lambda given: _LANES.get(given, given) if isinstance(given, str) else given),
    PlainSerializer(lambda lane: lane.name.lower(), return_type=str, when_used="json"),
    WithJsonSchema({"enum": [lane.name.lower() for lane in Lane]}),
]
_LANES = {lane.name.lower(): lane for lane in Lane}
Dong = Annotated[int, Field(ge=0, le=1_000_000)]


PUSH = "push"
TOPIC = "topic"
"""How a push reaches many at once. No route and no preference names it: to people it is a `push`."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Urgency(StrEnum):
    """Whether a phone is woken up."""

    NORMAL = "normal"
    HIGH = "high"


class Hours(_Data):
    """A time of day, over midnight where `start` is later than `end`; `end` itself is outside."""

    start: Clock
    end: Clock

    def ends_at(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """Return when these hours end, where `now` is within them; else nothing."""
        local = now.astimezone(zone)
        clock = local.time()
        over_midnight = self.start > self.end
        inside = self.start <= clock or clock < self.end if over_midnight else self.start <= clock < self.end
        if not inside:
            return None
        day = local.date() + timedelta(days=1 if over_midnight and clock >= self.start else 0)
        ends_at = datetime.combine(day, self.end, zone).astimezone(now.tzinfo)
        # An hour that a clock shows twice: the second time, the end has been.
        return ends_at if ends_at > now else None


class Step(_Data):
    """One step of a cascade: these channels, so long after the step before if that has reached nobody."""

    channels: Annotated[tuple[ChannelName, ...], Field(min_length=1)]
    after: Wait = timedelta(0)

    @model_validator(mode="after")
    def _once(self) -> Self:
        if len(set(self.channels)) < len(self.channels):
            raise ValueError("a step names a channel twice")
        return self


class Route(_Data):
    """How the notices of a category travel.

    Attributes:
        expiry: from its birth on, how long a notice is worth sending; in the app it stays.
        quiet: whether it waits for the morning.
        critical: whether "sent" is not enough: it goes on to the next step unless its arrival was confirmed.
        optional: whether a person may turn it off on a channel.
        consent: whether a person must have turned it on.
        merge: whether it may become one with others that follow at once.
        alphabet: how a text message is written.
        daily_cap: so many of the category leave for a party within a day; further ones are in the app alone.
    """

    lane: LaneName
    urgency: Urgency = Urgency.NORMAL
    expiry: Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(days=90))]
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    quiet: bool = True
    critical: bool = False
    optional: bool = True
    consent: bool = False
    merge: bool = False
    alphabet: Alphabet = Alphabet.PLAIN
    daily_cap: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _works(self) -> Self:
        if sum((step.after for step in self.steps), timedelta(0)) >= self.expiry:
            raise ValueError("the waits of its steps take longer than it is worth sending")
        if self.consent and not self.optional:
            raise ValueError("what needs consent must be optional")
        if self.merge and self.critical:
            raise ValueError("what is critical is told by itself: it can not merge")
        return self

    def takes(self, *, said: bool | None) -> bool:
        """Whether somebody who has said so, or has said nothing, takes the category on a channel."""
        return not self.optional or (not self.consent if said is None else said)

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels of all steps, each once, in their order."""
        return tuple(dict.fromkeys(channel for step in self.steps for channel in step.channels))


class Routing(_Data):
    """All of it.

    Attributes:
        quiet: when people sleep, by their own clock; none where nothing ever waits for the morning.
        loud: the channels that would wake them.
        closed: when a provider takes nothing, by the clock of Vietnam.
        prices: of one message, or of one segment of a text message, in whole đồng; free where not named.
        merge_within: what changes so soon after the last notice becomes one following notice; nothing does
            where it is no time at all.
    """

    routes: Mapping[Category, Route]
    quiet: Hours | None = Hours(start=time(22), end=time(7))
    loud: tuple[ChannelName, ...] = ("push", "zalo", "sms")
    closed: Mapping[ChannelName, Hours] = Field(
        default_factory=lambda: {"zalo": Hours(start=time(22), end=time(6))}
    )
    prices: Mapping[ChannelName, Dong] = Field(default_factory=lambda: {"zalo": 300, "sms": 800})
    merge_within: Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(hours=1))] = timedelta(minutes=2)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if missing := set(Category) - self.routes.keys():
            raise ValueError(f"no route for {', '.join(sorted(missing))}")
        return self

    def route_of(self, category: str) -> Route:
        """Return the route of a category. Raises LookupError where this release does not know it."""
        # Looked up by its text, which is equal to the member: for each send, twice.
        return self.routes[category]  # type: ignore[index] # any text may be asked for

    def wakes(self, channel: str) -> bool:
        """Whether people wake up of what comes on a channel: of a topic's as of any push."""
        return (PUSH if channel == TOPIC else channel) in self.loud

    def mergeable(self) -> list[str]:
        """Return the categories whose notices may become one; none where the time for it is nothing."""
        if not self.merge_within:
            return []
        return [category.value for category, route in self.routes.items() if route.merge]


_FREE = Step(channels=("push", "email"))
_TEN_MINUTES = timedelta(minutes=10)
_TO_ZALO = Step(channels=("zalo",), after=_TEN_MINUTES)
_TO_SMS = Step(channels=("sms",), after=timedelta(minutes=30))
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


def _must_arrive(lane: Lane = Lane.HIGH) -> Route:
    """A right or a deadline of the citizen hangs on it."""
    return Route(
        lane=lane,
        urgency=Urgency.HIGH,
        expiry=_WEEK,
        steps=(_FREE, _TO_ZALO, _TO_SMS),
        critical=True,
        optional=False,
    )


DEFAULTS = Routing(
    routes={
        Category.STATUS_CHANGE: Route(
            lane=Lane.NORMAL, expiry=2 * _DAY, steps=(_FREE, _TO_ZALO), merge=True, daily_cap=50
        ),
        Category.SUPPLEMENT_REQUIRED: _must_arrive(),
        Category.PAYMENT_REQUIRED: _must_arrive(),
        Category.RESULT_READY: Route(
            lane=Lane.NORMAL, expiry=_WEEK, steps=(_FREE, _TO_ZALO, _TO_SMS), merge=True
        ),
        Category.REFUSED: _must_arrive(),
        Category.STOPPED: _must_arrive(),
        Category.OVERDUE_APOLOGY: Route(
            lane=Lane.NORMAL, expiry=2 * _DAY, steps=(_FREE, _TO_ZALO), optional=False
        ),
        Category.MESSAGE: Route(lane=Lane.NORMAL, expiry=3 * _DAY, steps=(_FREE, _TO_ZALO), daily_cap=50),
        Category.ANSWER: Route(lane=Lane.NORMAL, expiry=3 * _DAY, steps=(_FREE,)),
        Category.RATING_REQUEST: Route(lane=Lane.BULK, expiry=_WEEK, steps=(_FREE,), daily_cap=3),
        Category.SECURITY: Route(
            lane=Lane.HIGH,
            urgency=Urgency.HIGH,
            expiry=_DAY,
            steps=(_FREE, Step(channels=("sms",), after=timedelta(minutes=5))),
            quiet=False,
            critical=True,
            optional=False,
        ),
        Category.OTP: Route(
            lane=Lane.OTP,
            urgency=Urgency.HIGH,
            expiry=_TEN_MINUTES,
            steps=(
                Step(channels=("email", "zalo")),
                Step(channels=("sms",), after=timedelta(seconds=30)),
            ),
            quiet=False,
            critical=True,
            optional=False,
        ),
        Category.BROADCAST: Route(lane=Lane.BULK, expiry=3 * _DAY, steps=(Step(channels=(PUSH,)),)),
    }
)
"""What is in force until an operator says otherwise."""

PROMPT = DEFAULTS.model_copy(update={"quiet": None, "closed": {}, "merge_within": timedelta(0)})
"""For a demonstration, in which a week passes in seconds: nothing waits for the morning, nothing merges."""

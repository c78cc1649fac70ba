"""Who gets what, where, when and why: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from notify.addressing import Finder, Send, Why
from notify.ports import AddressKind
from notify.routes import Route, Routing
from storage.notifications.planning import DueNotification, Reach, Sent, SentState

SHORTEST_LOOK = timedelta(minutes=1)
"""How soon at the earliest a notice is looked at again whose sends are still under way."""
PATIENCE = timedelta(hours=1)
"""How long what is not critical waits for a provider that is down, or a channel that is paused."""


class Verdict(StrEnum):
    """What became of a notice that was looked at."""

    SENT = "sent"
    QUIET_HOURS = "quiet_hours"
    UNDER_WAY = "under_way"
    REACHED = "reached"
    CAPPED = "capped"
    EXPIRED = "expired"
    EXHAUSTED = "exhausted"
    """No step was left that could reach anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done about a notice now.

    Attributes:
        step: the step to look at next.
        plan_at: when to look again; nothing when all is done.
        passed: the channels that were passed over, and why.
    """

    verdict: Verdict
    step: int
    sends: tuple[Send, ...] = ()
    plan_at: datetime | None = None
    passed: tuple[tuple[str, Why], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Router:
    """Judges notices by one version of the routing, for the channels of this installation."""

    routing: Routing
    channels: Mapping[str, AddressKind]

    def expires_at(self, notice: DueNotification) -> datetime:
        """Return until when a notice is worth sending. Raises LookupError for an unknown category."""
        return notice.created_at + self.routing.route_of(notice.category).expiry

    def plan(self, notice: DueNotification, reach: Reach, now: datetime) -> Plan:
        """Judge a notice that is due.

        Raises:
            LookupError: this release does not know the category.
        """
        route = self.routing.route_of(notice.category)
        ended = self._ended(notice, route, reach, now)
        if ended:
            return Plan(verdict=ended, step=notice.step)
        awaited = self._awaited_until(notice, route, reach, now)
        if awaited:
            return Plan(verdict=Verdict.UNDER_WAY, step=notice.step, plan_at=awaited)
        finder = Finder(
            routing=self.routing,
            channels=self.channels,
            notice=notice,
            route=route,
            reach=reach,
            now=now,
        )
        found = self._next(finder)
        morning = self._morning(route, found.sends, reach, now)
        if morning:
            return replace(found, verdict=Verdict.QUIET_HOURS, step=notice.step, sends=(), plan_at=morning)
        return found

    def _next(self, finder: Finder) -> Plan:
        """Return the next step that can reach anybody, whatever the hour."""
        notice, steps = finder.notice, finder.route.steps
        passed: list[tuple[str, Why]] = []
        for place, step in enumerate(steps[notice.step :], start=notice.step):
            if sends := finder.sends(step, passed):
                following = steps[place + 1 : place + 2]
                plan_at = finder.now + following[0].after if following else None
                return _leaving(sends, place + 1, plan_at, passed)
        if self.in_vain(notice, finder.reach):
            # There may be an address that was never tried: of a channel that was closed, or a second one.
            tried = {
                Send(channel=one.channel, target_id=one.target_id)
                for one in finder.reach.sent.get(notice.id, ())
            }
            passed = []
            for step in steps:
                if sends := finder.sends(step, passed, tried):
                    return _leaving(sends, len(steps), None, passed)
        opens_at = finder.opens_at(passed)
        if opens_at and opens_at < self.expires_at(notice):
            return Plan(verdict=Verdict.QUIET_HOURS, step=notice.step, plan_at=opens_at, passed=tuple(passed))
        return Plan(verdict=Verdict.EXHAUSTED, step=len(steps), passed=tuple(passed))

    def in_vain(self, notice: DueNotification, reach: Reach) -> bool:
        """Whether all that was sent for a notice has failed, as far as is known."""
        return all(
            one.state is SentState.FAILED or (one.state is SentState.ACCEPTED and self._is_gone(one, reach))
            for one in reach.sent.get(notice.id, ())
        )

    def _ended(self, notice: DueNotification, route: Route, reach: Reach, now: datetime) -> Verdict | None:
        """Whether, and why, nothing more is to be sent."""
        if notice.received or (notice.step and self._reached(notice, route, reach)):
            return Verdict.REACHED
        if self.expires_at(notice) <= now:
            return Verdict.EXPIRED
        cap = route.daily_cap
        if not notice.step and cap is not None and reach.planned_today.get(notice.category, 0) >= cap:
            return Verdict.CAPPED
        return None

    def _reached(self, notice: DueNotification, route: Route, reach: Reach) -> bool:
        """Whether the steps before have reached somebody, as far as can be known.

        Firebase reports nothing. A phone whose app confirms what it gets is waited for; on any other channel
        what was taken by the provider counts as sent, except for what is critical.
        """
        sent = reach.sent.get(notice.id, ())
        if any(one.state is SentState.DELIVERED for one in sent):
            return True
        if route.critical:
            return False
        return any(
            one.state is SentState.ACCEPTED
            and one.target_id not in reach.confirming
            and not self._is_gone(one, reach)
            for one in sent
        )

    def _is_gone(self, sent: Sent, reach: Reach) -> bool:
        """Whether it went to a phone that has the app no more: Firebase takes such messages for a while."""
        return self.channels.get(sent.channel) is AddressKind.DEVICE and sent.target_id not in reach.devices

    def _awaited_until(
        self, notice: DueNotification, route: Route, reach: Reach, now: datetime
    ) -> datetime | None:
        """Return until when what was sent may yet arrive, or be confirmed; none where the next step is due.

        A failure wakes a notice before its time, while another send of the same step is still good. What is
        critical does not wait for a provider that has not taken it; the rest does, for an hour at most.
        """
        if not 0 < notice.step < len(route.steps):
            return None
        after = route.steps[notice.step].after
        sent = reach.sent.get(notice.id, ())
        last_step = max((one.step for one in sent), default=0)
        until = None
        for one in sent:
            if one.step < last_step:
                continue
            if one.state is SentState.ACCEPTED and not self._is_gone(one, reach):
                until = _later(until, one.at + after, now)
            if one.state is SentState.WAITING and not route.critical and now < one.at + PATIENCE:
                until = _later(until, now + max(SHORTEST_LOOK, after), now)
        return until

    def _morning(self, route: Route, sends: Sequence[Send], reach: Reach, now: datetime) -> datetime | None:
        """Return until when a notice must wait that would wake somebody."""
        hours = self.routing.quiet
        if hours is None or not route.quiet or all(one.channel not in self.routing.loud for one in sends):
            return None
        return hours.ends_at(now, reach.zone)


def _leaving(
    sends: Sequence[Send], step: int, plan_at: datetime | None, passed: Sequence[tuple[str, Why]]
) -> Plan:
    return Plan(verdict=Verdict.SENT, step=step, sends=tuple(sends), plan_at=plan_at, passed=tuple(passed))


def _later(one: datetime | None, other: datetime, now: datetime) -> datetime | None:
    """Return the later time of the two, of those that are still to come."""
    if other <= now:
        return one
    return other if one is None else max(one, other)

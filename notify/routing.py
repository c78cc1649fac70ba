"""Who gets what, where, when and why: pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from notify.ports import AddressKind
from notify.routes import Route, Routing
from storage.contacts.models import ContactSource
from storage.notifications.planning import DueNotification, KnownContact, Reach, Sent, SentState

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
SHORTEST_LOOK = timedelta(minutes=1)
"""How soon at the earliest a notice is looked at again whose sends are still under way."""
PATIENCE = timedelta(hours=1)
"""How long what is not critical waits for a provider that is down, or a channel that is paused."""


class Why(StrEnum):
    """Why a channel is passed over, or why a notice is."""

    NOT_SET_UP = "not_set_up"
    TURNED_OFF = "turned_off"
    NO_CONSENT = "no_consent"
    NO_ADDRESS = "no_address"
    SUPPRESSED = "suppressed"
    CLOSED = "closed"


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
class Send:
    """One message to one address."""

    channel: str
    target_id: UUID


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
        passed: list[tuple[str, Why]] = []
        for place, step in enumerate(route.steps[notice.step :], start=notice.step):
            sends = []
            for channel in step.channels:
                targets, why = self._targets(channel, notice, reach, now)
                sends += [Send(channel=channel, target_id=target) for target in targets]
                passed += [(channel, why)] if why else []
            if not sends:
                continue
            morning = self._morning(route, sends, reach, now)
            if morning:
                return Plan(
                    verdict=Verdict.QUIET_HOURS, step=notice.step, plan_at=morning, passed=tuple(passed)
                )
            following = route.steps[place + 1 : place + 2]
            return Plan(
                verdict=Verdict.SENT,
                step=place + 1,
                sends=tuple(sends),
                plan_at=now + following[0].after if following else None,
                passed=tuple(passed),
            )
        return Plan(verdict=Verdict.EXHAUSTED, step=len(route.steps), passed=tuple(passed))

    def _ended(self, notice: DueNotification, route: Route, reach: Reach, now: datetime) -> Verdict | None:
        """Whether, and why, nothing more is to be sent."""
        if notice.received or (notice.step and self._reached(notice, route, reach)):
            return Verdict.REACHED
        if self.expires_at(notice) <= now:
            return Verdict.EXPIRED
        if notice.step >= len(route.steps):
            return Verdict.EXHAUSTED
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
        if not notice.step:
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

    def _targets(
        self, channel: str, notice: DueNotification, reach: Reach, now: datetime
    ) -> tuple[Sequence[UUID], Why | None]:
        """Return the addresses to which a notice goes on a channel, or why there is none."""
        route = self.routing.route_of(notice.category)
        kind = self.channels.get(channel)
        if kind is None:
            return (), Why.NOT_SET_UP
        if refusal := refused(notice.category, channel, route, reach):
            return (), refusal
        if not route.quiet and self._closed(channel, now):
            return (), Why.CLOSED
        if kind is AddressKind.DEVICE:
            return (reach.devices, None) if reach.devices and not notice.target_id else ((), Why.NO_ADDRESS)
        known = list(_addresses(notice, reach, kind))
        # Who asks for a code says that the address works: only the code's arrival can show that it does not.
        asked_for = notice.target_id is not None
        open_to_it = [contact.id for contact in known if asked_for or channel not in contact.suppressed]
        if open_to_it:
            return open_to_it[:1], None
        return (), Why.SUPPRESSED if known else Why.NO_ADDRESS

    def _closed(self, channel: str, now: datetime) -> bool:
        hours = self.routing.closed.get(channel)
        return hours is not None and hours.ends_at(now, VIETNAM) is not None

    def _morning(self, route: Route, sends: Sequence[Send], reach: Reach, now: datetime) -> datetime | None:
        """Return until when a notice must wait that would wake somebody."""
        hours = self.routing.quiet
        if hours is None or not route.quiet or all(one.channel not in self.routing.loud for one in sends):
            return None
        return hours.ends_at(now, reach.zone)


def _later(one: datetime | None, other: datetime, now: datetime) -> datetime | None:
    """Return the later time of the two, of those that are still to come."""
    if other <= now:
        return one
    return other if one is None else max(one, other)


def refused(category: str, channel: str, route: Route, reach: Reach) -> Why | None:
    """Say whether a party does not take a category on a channel. What the law makes us say can not be."""
    if not route.optional:
        return None
    said = reach.preferences.get((category, channel))
    if route.consent and said is not True:
        return Why.NO_CONSENT
    return Why.TURNED_OFF if said is False else None


def _addresses(notice: DueNotification, reach: Reach, kind: AddressKind) -> Iterator[KnownContact]:
    """Yield what may be used, best first: the newest proved one; else the newest of this very dossier."""
    of_kind = [contact for contact in reach.contacts if contact.kind == kind.value]
    if notice.target_id:
        yield from (contact for contact in of_kind if contact.id == notice.target_id)
        return
    verified = [contact for contact in of_kind if contact.source is ContactSource.VERIFIED]
    if verified:
        yield from verified
        return
    for contact in of_kind:
        supplied = contact.source is ContactSource.AGENCY_SUPPLIED
        if supplied and contact.dossier_id is not None and contact.dossier_id == notice.dossier_id:
            yield contact

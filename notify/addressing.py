"""Where a notice may go on a channel, or why nowhere: pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from notify.ports import AddressKind
from notify.routes import Route, Routing, Step
from storage.contacts.models import ContactSource
from storage.notifications.planning import DueNotification, KnownContact, Reach

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


class Why(StrEnum):
    """Why a channel is passed over, or why a notice is."""

    NOT_SET_UP = "not_set_up"
    TURNED_OFF = "turned_off"
    NO_CONSENT = "no_consent"
    NO_ADDRESS = "no_address"
    SUPPRESSED = "suppressed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """One message to one address."""

    channel: str
    target_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Finder:
    """Finds addresses for one notice, as things stand now."""

    routing: Routing
    channels: Mapping[str, AddressKind]
    notice: DueNotification
    route: Route
    reach: Reach
    now: datetime

    def sends(
        self, step: Step, passed: list[tuple[str, Why]], tried: Collection[Send] = frozenset()
    ) -> list[Send]:
        """Return what a step comes to, without what was tried; note what it passes over, and why."""
        found: list[Send] = []
        for channel in step.channels:
            targets, why = self._targets(channel)
            untried = [one for one in targets if Send(channel=channel, target_id=one) not in tried]
            # Of a person's devices all are told; of addresses, the best.
            chosen = untried if self.channels.get(channel) is AddressKind.DEVICE else untried[:1]
            opens_at = self._opens_at(channel)
            if chosen and opens_at:
                passed.append((channel, Why.CLOSED))
            elif why:
                passed.append((channel, why))
            else:
                found += [Send(channel=channel, target_id=target) for target in chosen]
        return found

    def opens_at(self, passed: Collection[tuple[str, Why]]) -> datetime | None:
        """Return when the first of the channels opens that were passed over as they are closed."""
        times = [self._opens_at(channel) for channel, why in passed if why is Why.CLOSED]
        return min((time for time in times if time), default=None)

    def _targets(self, channel: str) -> tuple[Sequence[UUID], Why | None]:
        """Return all that may be used on a channel, best first, or why there is nothing."""
        kind = self.channels.get(channel)
        if kind is None:
            return (), Why.NOT_SET_UP
        if refusal := refused(self.notice.category, channel, self.route, self.reach):
            return (), refusal
        # Who asks for a code says that the address works: only the code's arrival can show that it does not.
        asked_for = self.notice.target_id is not None
        if kind is AddressKind.DEVICE:
            devices = self.reach.devices if not asked_for else []
            return devices, None if devices else Why.NO_ADDRESS
        known = list(_addresses(self.notice, self.reach, kind))
        open_to_it = [contact.id for contact in known if asked_for or channel not in contact.suppressed]
        if open_to_it:
            return open_to_it, None
        return (), Why.SUPPRESSED if known else Why.NO_ADDRESS

    def _opens_at(self, channel: str) -> datetime | None:
        """Return when a channel opens that takes nothing now; what heeds the night waits anyway."""
        hours = self.routing.closed.get(channel)
        return None if hours is None or self.route.quiet else hours.ends_at(self.now, VIETNAM)


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

"""Who gets what, where: pure."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from notify.categories import ROUTES, Category, Route
from storage.contacts.models import ContactSource
from storage.notifications.planning import DueNotification, Reach


def targets(notice: DueNotification, reach: Reach, channel: str) -> list[UUID]:
    """Return the addresses to which a notice goes on a channel: all phones, but one mail address."""
    if not wanted(notice, reach, channel):
        return []
    if channel == "push":
        return reach.devices
    found = _contact(notice, reach, channel)
    return [found] if found else []


def wanted(notice: DueNotification, reach: Reach, channel: str) -> bool:
    """Whether the party takes this category on this channel. What the law makes us say can not be refused."""
    return not route_of(notice).optional or reach.preferences.get((notice.category, channel), True)


def _contact(notice: DueNotification, reach: Reach, kind: str) -> UUID | None:
    """The newest verified address; without one, the newest that came with this very dossier."""
    of_kind = [contact for contact in reach.contacts if contact.kind == kind]
    verified = [contact for contact in of_kind if contact.source is ContactSource.VERIFIED]
    supplied = [c for c in of_kind if c.dossier_id is not None and c.dossier_id == notice.dossier_id]
    return next((contact.id for contact in (*verified, *supplied)), None)


def route_of(notice: DueNotification) -> Route:
    """Return the route of a notice. Raises LookupError where this release does not know its category."""
    try:
        return ROUTES[Category(notice.category)]
    except ValueError as error:
        raise LookupError(notice.category) from error


def plan(
    notice: DueNotification, reach: Reach, channels: Collection[str], now: datetime
) -> tuple[list[tuple[str, UUID]], datetime | None]:
    """Judge one step of a notice, on those of `channels` that are set up here.

    Returns the sends of this step as (channel, address), and when the next step is due, if there is one.

    Raises:
        LookupError: this release does not know the category.
    """
    if notice.expires_at <= now:
        return [], None
    steps = route_of(notice).steps
    sends = [
        (channel, target)
        for channel in steps[notice.step].channels
        if channel in channels
        for target in targets(notice, reach, channel)
    ]
    following = steps[notice.step + 1 : notice.step + 2]
    return sends, now + following[0].after if following else None

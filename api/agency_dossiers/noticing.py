"""What an applicant is told of an arrangement that is new or has changed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from api.recording.arrangements import AppointmentContent, PaymentContent
from notify.categories import Category
from notify.matters import ArrangementMatter
from storage.arrangements.kinds import (
    CANCELLED,
    AppointmentState,
    ArrangementKind,
    PaymentState,
    PostalState,
)
from storage.arrangements.repository import Arrangement

CATEGORIES: Mapping[ArrangementKind, Category] = MappingProxyType(
    {
        ArrangementKind.APPOINTMENT: Category.STATUS_CHANGE,
        ArrangementKind.PAYMENT: Category.PAYMENT_REQUIRED,
        ArrangementKind.POSTAL_ITEM: Category.STATUS_CHANGE,
    }
)
_AHEAD = frozenset({AppointmentState.PROPOSED, AppointmentState.CONFIRMED, AppointmentState.MOVED})
_POSTAL = {
    PostalState.DELIVERED: ArrangementMatter.POST_DELIVERED,
    PostalState.FAILED: ArrangementMatter.POST_FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is told: of what became what, when that was, and for when it is arranged, if for a time."""

    category: Category
    matter: ArrangementMatter
    occurred_at: datetime
    at: datetime | None = None


def news_of(
    before: Arrangement | None, after: Arrangement, *, now: datetime, stale_after: timedelta
) -> News | None:
    """Return what is to be told; none where nothing is, or it is long past.

    An appointment is told when it is made, moved or cancelled, as long as it lies ahead; a payment when it is
    asked for, and again when the sum changes; papers when they were delivered, or could not be. However long
    ago the state was told, a change of what it says is news.
    """
    since = now if before is not None and _stays(before, after) else after.state_at
    if since < now - stale_after:
        return None
    match after.kind:
        case ArrangementKind.APPOINTMENT:
            found = _of_appointment(before, after, now)
        case ArrangementKind.PAYMENT:
            found = _of_payment(before, after)
        case ArrangementKind.POSTAL_ITEM:
            found = _of_post(before, after)
    if found is None:
        return None
    matter, at = found
    return News(category=CATEGORIES[after.kind], matter=matter, occurred_at=since, at=at)


def _stays(before: Arrangement, after: Arrangement) -> bool:
    """Whether it is in the same state as before: what changed of it then changed just now."""
    return (before.state, before.state_at) == (after.state, after.state_at)


Found = tuple[ArrangementMatter, datetime | None] | None


def _of_appointment(before: Arrangement | None, after: Arrangement, now: datetime) -> Found:
    content = _appointment(after)
    if (content.ends_at or content.starts_at) < now:
        return None
    if after.state == CANCELLED:
        known = before is not None and before.state in _AHEAD
        return (ArrangementMatter.APPOINTMENT_CANCELLED, content.starts_at) if known else None
    if after.state not in _AHEAD:
        return None
    if before is None:
        return ArrangementMatter.APPOINTMENT_MADE, content.starts_at
    became_moved = after.state == AppointmentState.MOVED != before.state
    if became_moved or _appointment(before).starts_at != content.starts_at:
        return ArrangementMatter.APPOINTMENT_MOVED, content.starts_at
    return None


def _of_payment(before: Arrangement | None, after: Arrangement) -> Found:
    if after.state != PaymentState.REQUESTED:
        return None
    content = _payment(after)
    if before is not None and _payment(before).amount == content.amount:
        return None
    return ArrangementMatter.PAYMENT_REQUESTED, content.due_at


def _of_post(before: Arrangement | None, after: Arrangement) -> Found:
    if before is not None and before.state == after.state:
        return None
    matter = _POSTAL.get(PostalState(after.state))
    return (matter, None) if matter else None


def _appointment(arrangement: Arrangement) -> AppointmentContent:
    return AppointmentContent.model_validate_json(arrangement.content)


def _payment(arrangement: Arrangement) -> PaymentContent:
    return PaymentContent.model_validate_json(arrangement.content)

"""Kinds of arrangements, the states of each, and which may follow which. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class ArrangementKind(StrEnum):
    """What is arranged."""

    APPOINTMENT = "appointment"
    PAYMENT = "payment"
    POSTAL_ITEM = "postal_item"


class AppointmentState(StrEnum):
    """How far an appointment has come."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    MOVED = "moved"
    CANCELLED = "cancelled"
    DONE = "done"


class PaymentState(StrEnum):
    """How far a payment has come."""

    REQUESTED = "requested"
    PAID = "paid"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REFUNDED = "refunded"


class PostalState(StrEnum):
    """Where papers are that go by post. `cancelled`: the order was taken back before they went."""

    ORDERED = "ordered"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    FAILED = "failed"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class PostalDirection(StrEnum):
    """Which way papers go: from the applicant to the agency, or the result to the applicant."""

    PICK_UP = "pick_up"
    RETURN = "return"


ArrangementState = AppointmentState | PaymentState | PostalState
STATES: Mapping[ArrangementKind, type[AppointmentState] | type[PaymentState] | type[PostalState]] = (
    MappingProxyType(
        {
            ArrangementKind.APPOINTMENT: AppointmentState,
            ArrangementKind.PAYMENT: PaymentState,
            ArrangementKind.POSTAL_ITEM: PostalState,
        }
    )
)
CANCELLED = "cancelled"
"""What every kind calls an arrangement that was taken back."""

# Steps that a source leaves out are forward all the same: what was never told to be picked up may be
# delivered. A state once left does not come back, but for an appointment moved time and again.
_AFTER: Mapping[ArrangementKind, Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        ArrangementKind.APPOINTMENT: {
            "proposed": frozenset({"confirmed", "moved", "cancelled", "done"}),
            "confirmed": frozenset({"moved", "cancelled", "done"}),
            "moved": frozenset({"confirmed", "moved", "cancelled", "done"}),
        },
        ArrangementKind.PAYMENT: {
            # Money that comes after the day, or crosses with a cancellation, has come.
            "requested": frozenset({"paid", "cancelled", "expired", "refunded"}),
            "expired": frozenset({"paid", "cancelled", "refunded"}),
            "cancelled": frozenset({"paid", "refunded"}),
            "paid": frozenset({"refunded"}),
        },
        ArrangementKind.POSTAL_ITEM: {
            "ordered": frozenset({"picked_up", "in_transit", "delivered", "failed", "returned", "cancelled"}),
            "picked_up": frozenset({"in_transit", "delivered", "failed", "returned"}),
            "in_transit": frozenset({"delivered", "failed", "returned"}),
            # Brought a second time, or back to where it came from.
            "failed": frozenset({"in_transit", "delivered", "returned"}),
        },
    }
)


def is_allowed(kind: ArrangementKind, before: str | None, after: str) -> bool:
    """Whether an arrangement may come to a state from another; from none, that is at first, to any."""
    return before is None or after in _AFTER[kind].get(before, frozenset())

"""What is arranged about a dossier and what belongs to it, as its owner reads it. Times are RFC 3339."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, Field

from api.bilingual import Words
from api.named import Named, Status
from api.recording.arrangements import CONTENTS, host_of
from storage.arrangements.kinds import ArrangementKind, PaymentState, PostalDirection
from storage.arrangements.reading import OwnArrangement
from storage.dossiers.kin import Relative

STATES: Mapping[str, Words] = {
    "proposed": Words("Đề nghị", "Proposed"),
    "confirmed": Words("Đã xác nhận", "Confirmed"),
    "moved": Words("Đã đổi lịch", "Moved"),
    "done": Words("Đã diễn ra", "Done"),
    "requested": Words("Chờ thanh toán", "To be paid"),
    "paid": Words("Đã thanh toán", "Paid"),
    "expired": Words("Đã quá hạn", "Expired"),
    "refunded": Words("Đã hoàn tiền", "Refunded"),
    "ordered": Words("Đã đặt dịch vụ", "Ordered"),
    "picked_up": Words("Đã nhận gửi", "Picked up"),
    "in_transit": Words("Đang vận chuyển", "On its way"),
    "delivered": Words("Đã phát", "Delivered"),
    "failed": Words("Phát chưa thành công", "Could not be delivered"),
    "returned": Words("Đã chuyển hoàn", "Sent back"),
    "cancelled": Words("Đã huỷ", "Cancelled"),
}
"""What states of all kinds are called; those of the same name are the same."""


class RelatedDossier(BaseModel):
    """Another dossier; without code, procedure and status where it is another party's, or yet to come."""

    code: str | None
    procedure: Named | None
    status: Status | None

    @classmethod
    def of(cls, relative: Relative, locale: str) -> "RelatedDossier":
        """Tell of a dossier what is its reader's."""
        procedure = relative.procedure_code
        return cls(
            code=relative.code,
            procedure=Named(code=procedure, name=relative.procedure_name) if procedure else None,
            status=Status.of(relative.status, locale) if relative.status else None,
        )


class ArrangedState(BaseModel):
    """How far it has come, and what that is called in the language asked for."""

    code: str = Field(examples=["confirmed"])
    name: str = Field(examples=["Đã xác nhận"])


class Arranged(BaseModel):
    """What the agency calls it, how far it has come, and since when."""

    source_id: str
    state: ArrangedState
    state_at: datetime


class OwnAppointment(Arranged):
    """An appointment at the agency."""

    starts_at: datetime
    ends_at: datetime | None
    place: str | None
    purpose: str | None
    note: str | None


class OwnPayment(Arranged):
    """A payment that the agency asks for.

    Attributes:
        amount: in whole đồng.
        link: where it is paid, as long as it is to be paid and its host is trusted.
    """

    amount: int
    reason: str
    link: str | None
    due_at: datetime | None
    receipt_no: str | None


class OwnPostalItem(Arranged):
    """Papers that go by post."""

    direction: PostalDirection
    carrier: str | None
    tracking_no: str | None


Shown = TypeVar("Shown", bound=Arranged)


def shown(
    kind: ArrangementKind, model: type[Shown], arranged: Collection[OwnArrangement], locale: str
) -> list[Shown]:
    """Word those of a kind, in `vi` or `en`."""
    return [model.model_validate(_told(one, locale)) for one in arranged if one.kind is kind]


def payments(arranged: Collection[OwnArrangement], hosts: Collection[str], locale: str) -> list[OwnPayment]:
    """Word payments. A link was checked when it was told: `hosts` are those that are trusted now."""
    return [
        one if one.link and host_of(one.link) in hosts else one.model_copy(update={"link": None})
        for one in shown(ArrangementKind.PAYMENT, OwnPayment, arranged, locale)
    ]


def _told(one: OwnArrangement, locale: str) -> dict[str, Any]:
    told = CONTENTS[one.kind].model_validate_json(one.content).model_dump()
    if one.kind is ArrangementKind.PAYMENT and one.state != PaymentState.REQUESTED:
        told["link"] = None
    words = STATES[one.state]
    state = {"code": one.state, "name": words.en if locale == "en" else words.vi}
    return told | {"source_id": one.source_id, "state": state, "state_at": one.state_at}

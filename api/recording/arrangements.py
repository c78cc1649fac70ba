"""What is told of an appointment, a payment and papers by post, beside how far each has come.

Kept as JSON in this form, so a field may be added, with a default, and none may be taken away.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from api.recording.schemas import Moment, Strict, Whole
from api.text import Clean, Line, Paragraphs
from storage.arrangements.kinds import ArrangementKind, PostalDirection

MOST_DONG = 10**13
_LINK = re.compile(r"https://(?P<host>[A-Za-z0-9.-]{1,253})(:443)?([/?#][!-\[\]-~]*)?")
"""No user, no other port, nothing but plain characters: what is left is read the same by every browser."""


def _link(text: str) -> str:
    if not _LINK.fullmatch(text):
        raise PydanticCustomError("unsafe-link", "The link is no plain https address")
    return text


def host_of(link: str) -> str:
    """Return the host of a link that was checked, in small letters."""
    match = _LINK.fullmatch(link)
    return match["host"].lower() if match else ""


Link = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_link)]
Amount = Annotated[Whole, Field(ge=0, le=MOST_DONG)]
Number = Annotated[str, StringConstraints(max_length=100), Clean]


class AppointmentContent(Strict):
    """When and where, and what for."""

    starts_at: Moment = Field(examples=["2026-11-25T09:30:00+07:00"])
    ends_at: Moment | None = None
    place: Line | None = Field(default=None, description="Kept encrypted, as all text here")
    purpose: Line | None = None
    note: Paragraphs | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_at is not None and self.ends_at < self.starts_at:
            raise PydanticCustomError("ends-before-start", "It ends before it begins")
        return self


class PaymentContent(Strict):
    """How much, what for, and where it is paid."""

    amount: Amount = Field(description="In whole đồng", examples=[150000])
    reason: Line
    link: Link | None = Field(
        default=None, description="Where it is paid online: https, at a host that the operator trusts"
    )
    due_at: Moment | None = None
    receipt_no: Number | None = Field(default=None, description="Once it was paid")


class PostalContent(Strict):
    """Papers that go by post (system 20 of letter 4338/BTTTT-CĐSQG)."""

    direction: PostalDirection
    carrier: Line | None = None
    tracking_no: Number | None = None


Content = AppointmentContent | PaymentContent | PostalContent
CONTENTS: Mapping[ArrangementKind, type[Content]] = {
    ArrangementKind.APPOINTMENT: AppointmentContent,
    ArrangementKind.PAYMENT: PaymentContent,
    ArrangementKind.POSTAL_ITEM: PostalContent,
}

"""A dossier as an agency tells it. Times are RFC 3339; what was left out counts as not said."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from api.agency_dossiers import examples
from api.bodies import AgencyCode, DossierCode, ProcedureCode, SourceId
from api.recording.arrangements import (
    Amount,
    AppointmentContent,
    Link,
    Number,
    PaymentContent,
    PostalContent,
)
from api.recording.schemas import Applicant, DossierEvent, Moment, Strict, Whole
from api.text import Clean, Line, Paragraphs
from storage.arrangements.kinds import AppointmentState, ArrangementKind, PaymentState, PostalState

MOST_ITEMS = 50
"""Of one kind, told at once of one dossier."""
MOST_EVENTS = 200


class Sourced(Strict):
    """What the agency calls it, and when it came to its state."""

    source_id: SourceId = Field(description="Chosen by the sender, one for each thing", examples=["LH-77"])
    state_at: Moment | None = Field(
        default=None, description="When it came to its state; where left out, when we first hear of it"
    )


class Appointment(Sourced, AppointmentContent):
    """An appointment."""

    state: AppointmentState


class Payment(Sourced, PaymentContent):
    """A payment that is asked for."""

    state: PaymentState


class PostalItem(Sourced, PostalContent):
    """Papers that go by post."""

    state: PostalState


Item = Appointment | Payment | PostalItem
ITEMS: Mapping[ArrangementKind, type[Item]] = {
    ArrangementKind.APPOINTMENT: Appointment,
    ArrangementKind.PAYMENT: Payment,
    ArrangementKind.POSTAL_ITEM: PostalItem,
}


def _apart(items: Sequence[Item]) -> Sequence[Item]:
    if len({item.source_id for item in items}) < len(items):
        raise PydanticCustomError("repeated", "Two entries have the same source_id")
    return items


Apart = AfterValidator(_apart)


class EventOfDossier(DossierEvent):
    """An event of the dossier that it is told with."""

    dossier_code: DossierCode = Field(default="", description="The dossier itself where left out")

    def of(self, code: str) -> DossierEvent:
        """Return it as an event of a dossier; one that names another stays as it is."""
        return self if self.dossier_code else self.model_copy(update={"dossier_code": code})


class AgencyDossier(Strict):
    """A dossier as its agency sees it.

    Procedure, applicant and at least one event are needed with the first telling of a dossier. Its procedure
    and its applicant stay what they are.
    """

    procedure_code: ProcedureCode | None = Field(default=None, examples=["1.001193"])
    agency_code: AgencyCode | None = Field(
        default=None, description="Whose it is; of a new one the caller's own where left out"
    )
    channel: Annotated[Whole, Field(ge=1, le=3)] | None = Field(
        default=None, description="1 in person, 2 online, 3 by post"
    )
    summary: Annotated[str, StringConstraints(max_length=1000), Clean] | None = None
    applicant: Applicant | None = None
    parent_code: DossierCode | None = Field(
        default=None, description="The dossier that this one is part of, of any agency; it may come later"
    )
    events: list[EventOfDossier] = Field(
        default_factory=list, max_length=MOST_EVENTS, description="Facts: added to, and never taken away"
    )
    appointments: Annotated[list[Appointment], Apart] = Field(default_factory=list, max_length=MOST_ITEMS)
    payments: Annotated[list[Payment], Apart] = Field(default_factory=list, max_length=MOST_ITEMS)
    postal_items: Annotated[list[PostalItem], Apart] = Field(default_factory=list, max_length=MOST_ITEMS)

    def events_of(self, code: str) -> list[DossierEvent]:
        """Return its events, each with the code of its dossier."""
        return [event.of(code) for event in self.events]

    def items(self) -> list[tuple[ArrangementKind, str, Item]]:
        """Return all that is arranged, with its kind, and the pointer to it."""
        lists: Mapping[ArrangementKind, Sequence[Item]] = {
            ArrangementKind.APPOINTMENT: self.appointments,
            ArrangementKind.PAYMENT: self.payments,
            ArrangementKind.POSTAL_ITEM: self.postal_items,
        }
        return [
            (kind, f"/{LISTS[kind]}/{place}", item)
            for kind, items in lists.items()
            for place, item in enumerate(items)
        ]


LISTS: Mapping[ArrangementKind, str] = {
    ArrangementKind.APPOINTMENT: "appointments",
    ArrangementKind.PAYMENT: "payments",
    ArrangementKind.POSTAL_ITEM: "postal_items",
}
"""What the list of each kind is called."""


class AgencyDossierInBatch(AgencyDossier):
    """A dossier in a batch."""

    code: DossierCode = Field(examples=[examples.CODE])


class AgencyDossierBatch(Strict):
    """Up to 1,000 dossiers."""

    dossiers: list[AgencyDossierInBatch] = Field(min_length=1)


class Change(Strict):
    """What changes; what is left out stays, and null takes away what may be absent (RFC 7396)."""

    state_at: Moment | None = None


class AppointmentChange(Change):
    """What changes of an appointment."""

    state: AppointmentState | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    place: Line | None = None
    purpose: Line | None = None
    note: Paragraphs | None = None


class PaymentChange(Change):
    """What changes of a payment."""

    state: PaymentState | None = None
    amount: Amount | None = None
    reason: Line | None = None
    link: Link | None = None
    due_at: Moment | None = None
    receipt_no: Number | None = None


class PostalItemChange(Change):
    """What changes of papers by post."""

    state: PostalState | None = None
    carrier: Line | None = None
    tracking_no: Number | None = None

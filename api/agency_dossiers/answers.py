"""What an agency gets back for a dossier that it told, and reads of it. Times are RFC 3339, in UTC."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.agency_dossiers import examples
from api.agency_dossiers.schemas import Appointment, Payment, PostalItem
from api.paging import Mark
from api.recording.schemas import EventAnswer


class DossierOutcome(StrEnum):
    """What became of one dossier."""

    CREATED = "created"
    UPDATED = "updated"
    """Known before; also where nothing of it was new."""
    REFUSED = "refused"
    """Nothing was kept; `problem` says why."""


class ItemOutcome(StrEnum):
    """What became of an appointment, a payment or papers by post."""

    ACCEPTED = "accepted"
    """Kept, now."""
    REPEATED = "repeated"
    """Nothing of it was new."""


class ItemAnswer(BaseModel):
    """What became of one.

    `state` is how it stands now. `contradiction` marks a state that may not follow the one before it: kept,
    and it moves nothing.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ITEM_ANSWER]})

    source_id: str
    outcome: ItemOutcome
    state: str
    contradiction: bool
    notified: bool
    recorded_at: datetime


class AgencyDossierAnswer(BaseModel):
    """What became of one dossier, with one answer for each event and each entry of the lists, in order."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ANSWER]})

    code: str | None
    outcome: DossierOutcome
    events: list[EventAnswer] | None = None
    appointments: list[ItemAnswer] | None = None
    payments: list[ItemAnswer] | None = None
    postal_items: list[ItemAnswer] | None = None
    problem: dict[str, Any] | None = None


class AgencyDossierBatchAnswer(BaseModel):
    """One answer for each dossier, in the order sent."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.BATCH_ANSWER]})

    created: int
    updated: int
    refused: int
    results: list[AgencyDossierAnswer]


class EventShown(BaseModel):
    """One fact, as it was told and merged."""

    status: int
    occurred_at: datetime
    recorded_at: datetime
    sequence: int | None
    step: str
    note: str | None
    due_at: datetime | None
    contradiction: bool


class StateShown(BaseModel):
    """A state that was told, and from when."""

    state: str
    at: datetime
    contradiction: bool


class AppointmentShown(Appointment):
    """An appointment, and every state that was told of it."""

    history: list[StateShown]


class PaymentShown(Payment):
    """A payment, and every state that was told of it."""

    history: list[StateShown]


class PostalItemShown(PostalItem):
    """Papers by post, and every state that was told of them."""

    history: list[StateShown]


class AgencyDossierShown(BaseModel):
    """A dossier as its agency told it, events in the source's own order.

    `children` are the parts of it for which the caller may speak. Who the applicant is, is not told back.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [examples.SHOWN]})

    code: str
    procedure_code: str
    agency_code: str | None
    channel: int | None
    summary: str | None
    parent_code: str | None
    children: list[str]
    status: int
    status_since: datetime
    due_at: datetime | None
    events: list[EventShown]
    appointments: list[AppointmentShown]
    payments: list[PaymentShown]
    postal_items: list[PostalItemShown]


class AgencyDossierItem(BaseModel):
    """A dossier that changed, as it stands."""

    code: str
    procedure_code: str
    agency_code: str | None
    parent_code: str | None
    status: int
    status_since: datetime
    updated_at: datetime


class AgencyDossierMark(Mark):
    """Up to where somebody has seen every change."""

    at: AwareDatetime
    id: UUID


class AgencyDossierPage(BaseModel):
    """Dossiers by their last change, the one that changed first first."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.PAGE]})

    items: list[AgencyDossierItem]
    next_since: str | None = Field(
        description="To go on from here, now or later; none before anything was seen"
    )
    more: bool = Field(description="Whether to go on now; also where a page is empty")

"""A dossier as its owner reads it. Times are RFC 3339."""

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from api.dossiers.arranged import OwnAppointment, OwnPayment, OwnPostalItem, RelatedDossier
from api.due import Due
from api.named import Named, Status
from api.paging import Mark, PageQuery
from storage.dossiers.statuses import DossierStatus


class DossierMark(Mark):
    """The dossier with which a page ended."""

    updated_at: AwareDatetime
    id: UUID


class DossierQuery(PageQuery):
    """Which dossiers, and which page of them."""

    status: list[DossierStatus] = Field(default_factory=list, description="Only these; may be repeated")


class DossierItem(BaseModel):
    """One dossier.

    Attributes:
        agency: the one in charge now.
        first_agency: whose it was at first, where that was another one: agencies merge, and dossiers are
            given on.
        status_since: when it came to its status, by the source's clock.
        ended_at: when processing ended; none while it goes on.
        updated_at: when we last learned something new.
        heard_at: when its agency last spoke of it.
    """

    code: str = Field(examples=["H26.1-261121-0001"])
    procedure: Named
    agency: Named
    first_agency: Named | None
    status: Status
    status_since: datetime
    submitted_at: datetime | None
    accepted_at: datetime | None
    ended_at: datetime | None
    updated_at: datetime
    heard_at: datetime
    due: Due | None


class DossierPage(BaseModel):
    """Dossiers, the one that changed last first."""

    items: list[DossierItem]
    next_cursor: str | None = Field(description="For the page after this one; none on the last")


class TimelineEntry(BaseModel):
    """One thing that happened.

    Attributes:
        step: the step within the status, where the agency named one.
        contradiction: the status may not follow the one before it. It is shown all the same: about itself
            the source is right.
    """

    status: Status
    occurred_at: datetime
    recorded_at: datetime
    step: str | None
    note: str | None = Field(description="What the agency wrote to the applicant")
    contradiction: bool


class DossierDetail(DossierItem):
    """One dossier with all that happened, in the source's own order, the first thing first.

    Attributes:
        parent: the dossier that it is part of, where procedures are handled together.
        children: the dossiers that are parts of it.
    """

    summary: str | None
    timeline: list[TimelineEntry]
    parent: RelatedDossier | None
    children: list[RelatedDossier]
    appointments: list[OwnAppointment]
    payments: list[OwnPayment]
    postal_items: list[OwnPostalItem]

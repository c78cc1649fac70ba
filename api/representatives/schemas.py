"""Rights to act for another, as both sides and an agency speak of them. Times are RFC 3339."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from api.bodies import Body, PartyNumber, SourceId
from api.paging import Mark
from api.text import Clean, Line
from storage.parties.kinds import PartyKind
from storage.representations.kinds import (
    EstablishedBy,
    EvidenceKind,
    Power,
    RepresentationKind,
    Standing,
)

Scope = Annotated[
    list[Power],
    Field(min_length=1, max_length=len(Power), description="What for: `everything`, or some powers"),
]
Needed = Annotated[str, StringConstraints(min_length=1, max_length=500), Clean]
VouchedEvidence = Literal[
    EvidenceKind.BIRTH_CERTIFICATE,
    EvidenceKind.BUSINESS_REGISTRATION,
    EvidenceKind.DECISION,
    EvidenceKind.POWER_OF_ATTORNEY,
]


class NewRepresentative(PartyNumber):
    """Somebody who is to act for the caller, once they accept."""

    scope: Scope = Field(examples=[["read_dossiers"]])
    valid_until: AwareDatetime = Field(examples=["2027-06-30T00:00:00+07:00"])


class Representation(BaseModel):
    """A right to act, as one side sees it.

    Attributes:
        number: of the other side, masked.
        name: of the other side, once both agree.
        standing: `pending` awaits whoever was named, `upcoming` has not begun; `active` counts.
        confirmed_at: when it was accepted, or entered by whoever may vouch for it.
        ended_by: who ended it before its time.
    """

    id: UUID
    party_kind: PartyKind | None
    number: str = Field(examples=["001********1"])
    name: str | None
    kind: RepresentationKind
    scope: list[str] = Field(examples=[["everything"]])
    valid_from: datetime
    valid_until: datetime | None
    standing: Standing
    established_by: EstablishedBy
    created_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None


class RepresentationPage(BaseModel):
    """Rights to act, the newest first; those that are over stay."""

    items: list[Representation]
    next_cursor: str | None = Field(description="For the page after this one; none on the last")


class RepresentationMark(Mark):
    """The right with which a page ended."""

    created_at: AwareDatetime
    id: UUID


class Asked(BaseModel):
    """A right that awaits whoever was named. Whether anybody is known by that number is not told."""

    id: UUID
    number: str = Field(examples=["001********1"])
    valid_until: datetime


class PartyNamed(PartyNumber):
    """A party, and its name for those that are not known yet."""

    name: Line | None = None


class Represented(PartyNamed):
    """For whom somebody acts."""

    born_on: date | None = Field(
        default=None, description="Of a child: a parent acts until its 18th birthday"
    )


class EvidenceGiven(Body):
    """What shows it: kept encrypted, but for its kind."""

    kind: VouchedEvidence
    number: Needed = Field(examples=["12/2026/KS"])
    issuer: Needed = Field(examples=["Ủy ban nhân dân phường Hoàn Kiếm"])
    issued_on: date


class VouchedRepresentation(Body):
    """A right that an agency vouches for.

    `representation_id` is chosen by the agency and makes it safe to repeat. A right begins at once where no
    `valid_from` is given; only that of a legal representative may go without an end.
    """

    representation_id: SourceId
    kind: Literal[
        RepresentationKind.LEGAL_REPRESENTATIVE,
        RepresentationKind.PARENT,
        RepresentationKind.GUARDIAN,
        RepresentationKind.AUTHORISED,
    ]
    representative: PartyNamed
    represented: Represented
    scope: Scope
    valid_from: AwareDatetime | None = None
    valid_until: AwareDatetime | None = None
    evidence: EvidenceGiven


class VouchedAnswer(BaseModel):
    """The right as it was kept; a repeat gets the same."""

    id: UUID
    representation_id: str = Field(examples=["H26-2026-000123"])
    recorded_at: datetime


class AccessItem(BaseModel):
    """Somebody else read something of the caller's.

    Attributes:
        reader_kind: `party`, `officer`, `client` or `anonymous`.
        reader: an id by which the same one is known again.
        purpose: what for; `representation` for whoever acts for the caller, `share` for who has a link.
        object_kind: what: `dossier`, `dossiers` (a page of the list), `inbox` (a page of it), `profile`,
            `document`, `documents`, `question`, `questions`, …
        dossier_code: which dossier.
        document_id: which document, see `/v1/vault/documents`.
        question_id: which question, see `/v1/questions/mine`.
        complaint_id: which complaint, see `/v1/complaints`.
        representation_id: by which right, see `/v1/me/representatives`.
        share_id: by which link, see `/v1/vault/shares`.
    """

    id: UUID
    at: datetime
    reader_kind: str = Field(examples=["party"])
    reader: str | None
    purpose: str = Field(examples=["representation"])
    object_kind: str = Field(examples=["dossier"])
    dossier_code: str | None = Field(examples=["H26.1-261121-0001"])
    document_id: UUID | None
    question_id: UUID | None
    complaint_id: UUID | None
    representation_id: UUID | None
    share_id: UUID | None


class AccessPage(BaseModel):
    """Readings by others, the last one first."""

    items: list[AccessItem]
    next_cursor: str | None = Field(description="For the page after this one; none on the last")


class AccessMark(Mark):
    """The reading with which a page ended."""

    at: AwareDatetime
    id: UUID

"""Documents in the store. Times are RFC 3339, days those of Vietnam."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from api.bodies import AgencyCode, DossierCode, ProcedureCode
from api.documents import DocumentFile, DocumentStanding, Force
from api.named import Named
from api.paging import LONGEST_MARK, PageQuery
from api.text import Clean
from storage.vault.kinds import DocumentKind


class VaultFilter(BaseModel):
    """Which documents; all that is given must hold."""

    q: Annotated[str, StringConstraints(max_length=200), Clean] | None = Field(
        default=None,
        description="Words that begin words of title, number, holder, type or issuer; without marks any do",
        examples=["khai sinh"],
    )
    kind: DocumentKind | None = None
    type: Annotated[str, StringConstraints(max_length=64), Clean] | None = Field(
        default=None, description="Code of a type of paper"
    )
    standing: Force | None = None
    agency: AgencyCode | None = None
    procedure: ProcedureCode | None = None
    dossier: DossierCode | None = None
    issued_from: date | None = None
    issued_until: date | None = None


class VaultQuery(VaultFilter, PageQuery):
    """Which documents, and which page of them. A `cursor` goes on with its own list, and its filters."""

    since: str | None = Field(
        default=None,
        max_length=LONGEST_MARK,
        description="`sync_token` of the last sync: only what is new or changed since",
    )

    @model_validator(mode="after")
    def _whole_store(self) -> Self:
        if self.since is not None and any(
            getattr(self, name) is not None for name in VaultFilter.model_fields
        ):
            raise PydanticCustomError("not-with-since", "since is for the whole store")
        return self


class DocumentItem(BaseModel):
    """A document as article 24 of Circular 01/2023/TT-VPCP has the store show it.

    Attributes:
        kind: a `result`, or a `component` paper of a dossier that was digitised.
        number: number and sign ("số, ký hiệu").
        type: of paper, as the agency calls it.
        issuer: as it stands on the paper; `agency` is who put the document here.
        holder: whom the paper names.
        reason: why it was superseded or revoked.
        received_at: when it came into the store.
    """

    id: UUID
    kind: DocumentKind
    title: str = Field(examples=["Giấy khai sinh"])
    number: str | None = Field(examples=["123/2026/TP-KS"])
    type: Named
    issuer: str = Field(examples=["Ủy ban nhân dân phường Hoàn Kiếm"])
    agency: Named
    procedure: Named | None
    dossier_code: str | None = Field(examples=["H26.1-261121-0001"])
    holder: str | None = Field(examples=["Nguyễn Thị An"])
    issued_on: date
    valid_from: date | None
    expires_on: date | None = Field(description="The last day on which it counts")
    standing: DocumentStanding
    reason: str | None
    received_at: datetime
    files: list[DocumentFile]


class DocumentPage(BaseModel):
    """A page of the store, or of what changed in it.

    Attributes:
        damaged: ids of documents whose records did not pass the check of their integrity: they are shown to
            nobody until that is mended. An app keeps what it has of them.
        removed: ids of documents that are no more: drop them.
        next_cursor: a search may bring a page with few entries or none, and go on.
        sync_token: for `since`, once the last page of the whole store was read. It is the same on every page.
        reset: the token came from another database: this is the whole store again, and whatever the app keeps
            is to be dropped.
    """

    items: list[DocumentItem]
    damaged: list[UUID]
    removed: list[UUID]
    next_cursor: str | None
    sync_token: str
    reset: bool = False


class DocumentVersion(BaseModel):
    """Another version of a document."""

    id: UUID
    title: str
    number: str | None
    issued_on: date
    standing: DocumentStanding
    received_at: datetime


class SealShown(BaseModel):
    """The seal of a document: who has the paper scans it, who has the link opens it."""

    code: str = Field(examples=["7K3M0QXV92TE"])
    link: str = Field(description="Of the page of verification, with the signed seal in its fragment")


class DocumentDetail(DocumentItem):
    """A document with its seal and its other versions, the one that came in last first.

    Attributes:
        supersedes: the id of the version before, `superseded_by` of the one that took its place.
    """

    seal: SealShown | None
    supersedes: UUID | None
    superseded_by: UUID | None
    versions: list[DocumentVersion]

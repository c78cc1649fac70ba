"""What an agency gets back for a paper, and says of one that it has. Times are RFC 3339, dates ISO 8601."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from api.bodies import AgencyCode, Body, DossierCode, ProcedureCode
from api.intake.schemas import LastDay, Needed, Owner
from storage.papers.findings import Doubt, Verdict
from storage.papers.kinds import MediaType
from storage.vault.kinds import DocumentKind, DocumentState

EXAMPLE = {
    "source_id": "H26-KQ-2026-000123",
    "type_code": "KQ.G15.000123",
    "type_name": "Giấy khai sinh",
    "number": "12/2026/KS",
    "dossier_code": "H26.1-261121-0001",
    "issued_on": "2026-11-21",
}


class SignatureAnswer(BaseModel):
    """One signature that the file bears, as it was found at the time of intake."""

    verdict: Verdict
    doubt: Doubt | None = Field(description="Why it is not `valid`")
    signer: str | None
    organisation: str | None
    signed_at: datetime | None
    time_proven: bool = Field(description="Whether a time stamp proves that time, or the signer claims it")
    whole_file: bool = Field(description="Or but an earlier revision of it")


class FileAnswer(BaseModel):
    """The original, as it was kept: byte for byte."""

    media_type: MediaType
    size: int
    sha256: str = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    pages: int
    signatures: list[SignatureAnswer]


class SealAnswer(BaseModel):
    """The seal: what is printed as a code, and where it leads."""

    code: str = Field(examples=["7GQ2M4WX9KTB"])
    link: str = Field(examples=["HTTPS://DICHVUCONG.EXAMPLE.VN/V/7GQ2M4WX9KTB#2KCE…"])
    expires_at: datetime | None


class ResultAnswer(BaseModel):
    """A paper as it was kept; a repeat gets the same."""

    id: UUID
    source_id: str = Field(examples=["H26-2026-000123"])
    kind: DocumentKind
    state: DocumentState
    state_at: datetime
    reason: str | None
    file: FileAnswer
    seal: SealAnswer | None
    copy_size: int | None = Field(description="Bytes of the stamped copy, where there is one")
    recorded_at: datetime


class Revocation(Body):
    """That a paper no longer counts, and why."""

    reason: Needed = Field(examples=["Cấp sai thẩm quyền"], description="Shown to whoever verifies it")


class NewSeal(Body):
    """A seal for a paper that is yet to be signed: its code is printed first, the file comes later.

    Asking twice makes two; one that no file is ever bound to says of nothing that it is good.
    """

    owner: Owner
    procedure_code: ProcedureCode
    dossier_code: DossierCode | None = None
    agency_code: AgencyCode | None = None
    expires_on: LastDay | None = None

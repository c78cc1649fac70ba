"""What an agency says of a paper, and what it gets back. Times are RFC 3339, dates ISO 8601."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from api.bodies import AgencyCode, Body, DossierCode, PartyNumber, ProcedureCode, SourceId
from api.text import Clean, Line
from storage.papers.findings import Doubt, Verdict
from storage.papers.kinds import MediaType
from storage.vault.kinds import DocumentKind, DocumentState

Needed = Annotated[str, StringConstraints(min_length=1, max_length=500), Clean]
TypeCode = Annotated[str, StringConstraints(min_length=1, max_length=64), Clean]
SealCode = Annotated[str, StringConstraints(min_length=12, max_length=20), Clean]


class Owner(PartyNumber):
    """Whose paper it is."""

    name: Line | None = None


class Superseded(Body):
    """The paper in whose place this one comes."""

    source_id: SourceId = Field(examples=["H26-KQ-2026-000100"])
    reason: Needed = Field(examples=["Cải chính họ tên"], description="Shown to whoever verifies the old one")


class NewResult(Body):
    """A result, or a digitised paper of a dossier (Circular 01/2023/TT-VPCP, article 24).

    `source_id` is chosen by the agency and makes it safe to send twice. An owner is needed where no
    dossier is named that was told of; with one, owner and procedure are the dossier's. A component of a
    dossier bears no seal.
    """

    source_id: SourceId = Field(examples=["H26-KQ-2026-000123"])
    kind: DocumentKind = DocumentKind.RESULT
    type_code: TypeCode = Field(examples=["KQ.G15.000123"], description="Of the list of papers in use")
    type_name: Needed = Field(examples=["Giấy khai sinh"])
    title: Line | None = Field(default=None, description="Where it says more than the type; kept encrypted")
    number: Line | None = Field(default=None, examples=["12/2026/KS"], description="Số, ký hiệu; encrypted")
    dossier_code: DossierCode | None = Field(default=None, examples=["H26.1-261121-0001"])
    procedure_code: ProcedureCode | None = Field(default=None, examples=["1.001193"])
    agency_code: AgencyCode | None = Field(default=None, description="Who issued it; the caller by default")
    owner: Owner | None = None
    issued_on: date = Field(examples=["2026-11-21"])
    valid_from: date | None = None
    expires_on: date | None = Field(default=None, description="The last day on which it counts")
    supersedes: Superseded | None = None
    seal_code: SealCode | None = Field(
        default=None, description="A seal reserved before the paper was signed, and printed on it already"
    )
    notify: bool = Field(default=True, description="Whether its owner is told; only of a result")

    @model_validator(mode="after")
    def _fits_together(self) -> "NewResult":
        if self.dossier_code is None and self.owner is None:
            raise PydanticCustomError("owner-or-dossier", "owner-or-dossier")
        if self.kind is DocumentKind.COMPONENT and (self.seal_code or self.supersedes):
            raise PydanticCustomError("component-unsealed", "component-unsealed")
        first = self.valid_from or self.issued_on
        if self.expires_on is not None and self.expires_on < first:
            raise PydanticCustomError("ends-before-it-begins", "ends-before-it-begins")
        return self

    def content(self) -> str:
        """Return the content in its normal form: two spellings of one content are one."""
        return self.model_dump_json(exclude={"source_id"}, exclude_defaults=True)


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
    sha256: str
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
    source_id: str
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
    expires_on: date | None = None

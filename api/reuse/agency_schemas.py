"""What agencies ask for and get. Times are RFC 3339, days those of Vietnam."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticCustomError

from api.bodies import AgencyCode, Body, DossierCode, PartyNumber, ProcedureCode, SourceId
from api.documents import DocumentFile, DocumentStanding
from api.named import Named
from api.text import Clean
from storage.reuse.kinds import MOST_TYPES, ReuseState, SubmissionChannel

TypeCode = Annotated[str, StringConstraints(min_length=1, max_length=64), Clean]
TypeCodes = Annotated[list[TypeCode], Field(max_length=MOST_TYPES)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500), Clean]
EXAMPLE: dict[str, Any] = {
    "source_id": "YC-2026-000123",
    "owner": {"kind": "person", "number": "001190000001"},
    "types": ["GKS"],
    "dossier_code": "000.00.00.H26-261121-0001",
    "reason": "Xác minh quan hệ cha con khi đăng ký thường trú",
}


class NewResultRequest(Body):
    """What is asked of an owner, and what for.

    Attributes:
        source_id: the agency's own name for the request: with it, asking may be repeated.
        types: codes of types of paper, as the agencies that issued them name them.
        number: number and sign ("số, ký hiệu"), where one document is meant; with types, both must hold.
        dossier_code: the dossier for which it is needed; or `procedure_code`, where there is none yet.
        reason: shown to the owner, who decides by it.
        expires_at: at most 30 days ahead, in 7 days unless said otherwise; it ends a grant as well.
        agency_code: in whose name is asked, where it is not the calling agency itself.
    """

    source_id: SourceId = Field(examples=["YC-2026-000123"])
    owner: PartyNumber
    types: TypeCodes = Field(default=[], examples=[["GKS"]])
    number: Annotated[str, StringConstraints(min_length=1, max_length=128), Clean] | None = Field(
        default=None, examples=["123/2026/TP-KS"]
    )
    dossier_code: DossierCode | None = Field(default=None, examples=["000.00.00.H26-261121-0001"])
    procedure_code: ProcedureCode | None = Field(default=None, examples=["1.001193"])
    channel: SubmissionChannel | None = Field(
        default=None, description="1 in person, 2 online, 3 by post", examples=[2]
    )
    reason: Reason = Field(examples=[EXAMPLE["reason"]])
    expires_at: AwareDatetime | None = Field(default=None, examples=["2026-12-01T17:00:00+07:00"])
    agency_code: AgencyCode | None = Field(default=None, examples=["H26.1"])

    @field_validator("types")
    @classmethod
    def _each_once(cls, given: list[str]) -> list[str]:
        if len(set(given)) < len(given):
            raise PydanticCustomError("repeated", "An entry is given twice")
        return given

    @model_validator(mode="after")
    def _asks_for_something(self) -> "NewResultRequest":
        if not self.types and self.number is None:
            raise PydanticCustomError("asks-for-nothing", "types or number")
        if self.dossier_code is None and self.procedure_code is None:
            raise PydanticCustomError("needed-for-nothing", "dossier_code or procedure_code")
        return self


class ResultRequest(BaseModel):
    """How a request stands. Of the owner, and of what is in the store, it says nothing.

    Attributes:
        answered_at: when the owner said what `state` says.
        visits_left: how often files may still be fetched; what is fetched within an hour is one visit.
    """

    id: UUID
    source_id: str = Field(examples=["YC-2026-000123"])
    agency: Named
    procedure_code: str = Field(examples=["1.001193"])
    dossier_code: str | None
    state: ReuseState
    asked_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    visits_left: int


class GrantedResult(BaseModel):
    """A document that its owner granted.

    Attributes:
        id: `MaKetQua` of the national query.
        number: number and sign ("số, ký hiệu").
        type: as the agency that issued it names it; `issuer` as it stands on the paper.
        holder: whom the paper names.
        standing: whether it counts, by its issuer's word, its seal and its dates.
        seal_code: leads to the page that verifies its seal.
        files: the `original` has the bytes that its seal names.
    """

    id: UUID
    title: str = Field(examples=["Giấy khai sinh"])
    number: str | None = Field(examples=["123/2026/TP-KS"])
    type: Named
    issuer: str = Field(examples=["Ủy ban nhân dân phường Hoàn Kiếm"])
    agency: Named
    holder: str | None
    issued_on: date
    valid_from: date | None
    expires_on: date | None
    standing: DocumentStanding
    seal_code: str | None = Field(examples=["7K3M0QXV92TE"])
    files: list[DocumentFile]


class GrantedResults(BaseModel):
    """All that was granted, in the owner's order, without what is gone by now or can not be shown."""

    items: list[GrantedResult]

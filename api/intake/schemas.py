"""What is said of a paper by whoever hands it over. Times are RFC 3339, dates ISO 8601."""

from datetime import date, timedelta
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from api.bodies import AgencyCode, Body, DossierCode, PartyNumber, ProcedureCode, SourceId
from api.text import Clean, Line
from storage.vault.kinds import DocumentKind

Needed = Annotated[str, StringConstraints(min_length=1, max_length=500), Clean]
TypeCode = Annotated[str, StringConstraints(min_length=1, max_length=64), Clean]
SealCode = Annotated[str, StringConstraints(min_length=12, max_length=20), Clean]
LastDay = Annotated[
    date, Field(le=date.max - timedelta(days=1), description="The last day on which it counts")
]
"""Behind it comes a day on which it counts no more. What never ends has none."""


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
    expires_on: LastDay | None = None
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

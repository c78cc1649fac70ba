"""The query of the national result store ("Kho kết quả giải quyết TTHC"), in its own names."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from api.bodies import Body, ProcedureCode
from api.reuse.agency_schemas import TypeCode
from api.text import Clean
from storage.parties.kinds import PartyKind
from storage.parties.numbers import InvalidNumber, parse_number
from storage.parties.repository import PartyIdentity
from storage.reuse.kinds import MOST_TYPES, SubmissionChannel

CITIZEN_DIGITS = 12
NATIONAL_EXAMPLE: dict[str, Any] = {
    "MaThuTuc": "1.001193",
    "KenhThucHien": 2,
    "SoDinhDanhChuSoHuu": "001190000001",
    "DanhSachDanhMucKetQua": ["GKS"],
}


class ResultQuery(Body):
    """Which results of whom, and for which procedure.

    Attributes:
        channel: 1 in person, 2 online, 3 by public postal service; a number, or its text.
        owner: citizen number of 12 digits, else a tax code.
        types: codes of kinds of results.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)

    procedure_code: ProcedureCode = Field(alias="MaThuTuc", examples=["1.001193"])
    channel: SubmissionChannel = Field(alias="KenhThucHien", examples=[2])
    owner: Annotated[str, StringConstraints(min_length=1, max_length=32), Clean] = Field(
        alias="SoDinhDanhChuSoHuu", examples=["001190000001"]
    )
    types: Annotated[list[TypeCode], Field(min_length=1, max_length=MOST_TYPES)] = Field(
        alias="DanhSachDanhMucKetQua", examples=[["GKS"]]
    )

    @field_validator("channel", mode="before")
    @classmethod
    def _number_or_text(cls, given: object) -> object:
        return int(given) if isinstance(given, str) and given in {"1", "2", "3"} else given

    @field_validator("owner")
    @classmethod
    def _is_a_number(cls, given: str) -> str:
        try:
            return parse_number(_kind_of(given), given)
        except InvalidNumber as error:
            raise PydanticCustomError("invalid-number", "invalid-number") from error

    @property
    def identity(self) -> PartyIdentity:
        """Who the owner is, by the form of the number."""
        return PartyIdentity(kind=_kind_of(self.owner), number=self.owner)


def _kind_of(number: str) -> PartyKind:
    digits = sum(one.isdigit() for one in number)
    return PartyKind.PERSON if digits == CITIZEN_DIGITS else PartyKind.ORGANISATION


class NationalFile(BaseModel):
    """A file of a result.

    Attributes:
        path: where it is fetched, with the same token.
        size: in bytes; `sha256` in hexadecimal.
    """

    name: str = Field(serialization_alias="TenTepTin", examples=["original.pdf"])
    path: str = Field(
        serialization_alias="DuongDan",
        examples=["/v1/agency/result-requests/01938f2a/results/01938f2b/original"],
    )
    size: int = Field(serialization_alias="KichThuoc")
    sha256: str = Field(
        serialization_alias="MaBam",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )


class NationalResult(BaseModel):
    """A result as the national query tells it, and how it stands."""

    id: UUID = Field(serialization_alias="MaKetQua")
    title: str = Field(serialization_alias="TenGiayTo", examples=["Giấy khai sinh"])
    number: str | None = Field(serialization_alias="SoKyHieu", examples=["123/2026/TP-KS"])
    issuer: str = Field(serialization_alias="CoQuanChuQuan", examples=["Ủy ban nhân dân phường Hoàn Kiếm"])
    standing: str = Field(serialization_alias="TinhTrang", examples=["Còn hiệu lực"])
    files: list[NationalFile] = Field(serialization_alias="DanhSachTepTin")


class ResultsFound(BaseModel):
    """What was granted; and the request by which the owner was asked, which says how that stands."""

    request_id: UUID = Field(serialization_alias="MaYeuCau")
    results: list[NationalResult] = Field(serialization_alias="DanhSachKetQua")

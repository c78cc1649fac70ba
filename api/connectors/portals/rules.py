"""How one deployment writes records: what of them differs from the national way. All of it is data."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from api.connectors.dialect import NATIONAL, SAME_CHANNELS, VIETNAM, PortalDialect
from api.connectors.names import Word
from storage.agencies.codes import normalise_agency_code
from storage.dossiers.statuses import DossierStatus
from storage.parties.kinds import PartyKind
from storage.procedures.codes import split_procedure_code

Measure = Literal["characters", "utf16", "bytes"]
Text = Annotated[str, Field(min_length=1, max_length=1000)]
Code = Annotated[str, Field(min_length=1, max_length=32)]
NEEDED = frozenset({"MaHoSo", "TrangThaiHoSo", "TrangThai", "ThoiDiemXuLy"})
"""Without these a record says nothing."""
CUTTABLE = frozenset(
    {
        *("ChuHoSo", "ChucDanh", "DonViXuLy", "GhiChu", "NguoiXuLy", "NoiDungBoSung", "NoiDungXuLy"),
        *("NoiDungCauHoi", "NoiDungPhanAnh", "NoiDungTraLoi"),
        *("PhongBanXuLy", "TenLinhVuc", "TenTTHC", "TenTepDinhKem", "TrichYeuHoSo"),
    }
)
"""Fields that are still true when they are shortened; a code or a number is not."""
_SAMPLE = datetime(2026, 11, 9, 8, 15, 30, tzinfo=VIETNAM)


def _cuttable(limits: Mapping[str, int]) -> Mapping[str, int]:
    for name in limits:
        if name not in CUTTABLE:
            raise ValueError(f"{name} không cắt ngắn được · {name} can not be shortened")
    return limits


def _omittable(names: frozenset[str]) -> frozenset[str]:
    if needed := names & NEEDED:
        raise ValueError(f"{min(needed)} không bỏ được · {min(needed)} can not be left out")
    return names


def _by_agency(codes: Mapping[str, str]) -> Mapping[str, str]:
    try:
        return {normalise_agency_code(ours): theirs for ours, theirs in codes.items()}
    except ValueError as error:
        raise ValueError("có mã không phải mã cơ quan · a code is no agency's") from error


def _by_procedure(codes: Mapping[str, str]) -> Mapping[str, str]:
    try:
        return {split_procedure_code(ours).short: theirs for ours, theirs in codes.items()}
    except ValueError as error:
        raise ValueError("có mã không phải mã thủ tục · a code is no procedure's") from error


class RecordRules(BaseModel):
    """What a record of ours may hold there.

    Attributes:
        limits: how long a text may be, by its field; longer ones are cut.
        measure: what a length counts: characters, units of UTF-16 (SQL Server), or bytes of UTF-8 (Oracle).
        omitted: fields that the deployment does not take.
        dossier_constants: fields that are the same in each dossier, such as NoiNopHoSo.
        progress_constants: fields that are the same in each step of progress, such as NguoiXuLy.
        agencies: what they call our agencies, in DonViXuLy, by our codes.
        procedures: their codes of our procedures, where they are not ours.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    limits: Annotated[Mapping[str, Annotated[int, Field(ge=1, le=1_000_000)]], AfterValidator(_cuttable)] = {
        "NguoiXuLy": 50,
        "TrichYeuHoSo": 1000,
        "TenTepDinhKem": 4000,
    }
    measure: Measure = "characters"
    omitted: Annotated[frozenset[str], AfterValidator(_omittable)] = frozenset()
    dossier_constants: Mapping[Word, Text] = {}
    progress_constants: Mapping[Word, Text] = {}
    agencies: Annotated[Mapping[str, Text], AfterValidator(_by_agency)] = {}
    procedures: Annotated[Mapping[str, Text], AfterValidator(_by_procedure)] = {}


class DialectRules(BaseModel):
    """A `PortalDialect` as a file says it. Each of ours has to be written somehow, so tables are complete."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date_formats: tuple[str, ...] = NATIONAL.date_formats
    write_format: str | None = NATIONAL.write_format
    statuses: Mapping[Code, DossierStatus] = NATIONAL.statuses
    kinds: Mapping[Code, PartyKind] = NATIONAL.kinds
    channels: Mapping[Code, Annotated[int, Field(ge=1, le=3)]] = SAME_CHANNELS

    @property
    def dialect(self) -> PortalDialect:
        """The dialect itself."""
        return PortalDialect(**dict(self))

    @model_validator(mode="after")
    def _complete(self) -> Self:
        tables: Mapping[str, tuple[object, ...]] = {
            "statuses": tuple(DossierStatus),
            "kinds": tuple(PartyKind),
            "channels": tuple(SAME_CHANNELS.values()),
        }
        for name, ours in tables.items():
            told = getattr(self, name).values()
            if missing := [one for one in ours if one not in told]:
                one = missing[0]
                raise ValueError(f"{name} thiếu {one} · {name} has nothing for {one}")
        return self

    @model_validator(mode="after")
    def _readable(self) -> Self:
        try:
            # A deployment may know days alone, so no more is asked than that the day comes back.
            read = self.dialect.read_time(self.dialect.write_time(_SAMPLE))
        except (ValueError, re.error):
            read = None
        if read is None or read.date() != _SAMPLE.date():
            raise ValueError("ngày viết ra không đọc lại được · a date that is written can not be read again")
        return self

"""Administrative units as they are kept.

Two tiers since 1 July 2025 (Law 72/2025/QH15, Resolution 202/2025/QH15): 34 provinces and cities, and
communes, wards and special zones below them. Codes are those of Decision 19/2025/QD-TTg; a code of five
digits may name a commune of today and another one of before.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1)]
ProvinceCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]
DistrictCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]
CommuneCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
Degrees = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class Share(StrEnum):
    """How much of a former unit went to a unit of today.

    Of the parts, one is the default: most of it went there, or its seat is there.
    """

    WHOLE = "whole"
    PART_DEFAULT = "part_default"
    PART = "part"


class Part(BaseModel):
    """What all of them share."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Province(Part):
    """A province or a city of that tier; `short_name` is without the word that says which."""

    code: ProvinceCode
    name: Text
    short_name: Text
    latitude: Degrees | None = None
    longitude: Degrees | None = None


class Commune(Part):
    """A commune, ward or special zone; `kind` is the word that says which."""

    code: CommuneCode
    name: Text
    short_name: Text
    kind: Text
    province_code: ProvinceCode
    latitude: Degrees | None = None
    longitude: Degrees | None = None


class FormerCommune(Part):
    """Where a commune of before July 2025, with its district and province, went, or a part of it."""

    province_code: ProvinceCode
    province: Text
    district_code: DistrictCode
    district: Text
    code: CommuneCode
    name: Text
    new_code: CommuneCode
    share: Share


class Units(Part):
    """All units, in order of code."""

    provinces: tuple[Province, ...] = ()
    communes: tuple[Commune, ...] = ()
    former: tuple[FormerCommune, ...] = ()

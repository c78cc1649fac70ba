"""How one deployment shares its lists. All of it is data, as nothing public tells of such services."""

from pydantic import BaseModel, ConfigDict

from api.connectors.names import Names, Word


class UnitNames(Names):
    """Of an entry of the list of administrative units.

    Attributes:
        code: two digits for a province, five for a commune (Decision 19/2025/QD-TTg).
        name: with or without the word that says which kind it is.
        kind: that word, where the name is without it.
        parent: of a commune, the code of its province.
    """

    code: Word = "MaDonViHanhChinh"
    name: Word = "TenDonViHanhChinh"
    kind: Word = "LoaiDonViHanhChinh"
    parent: Word = "MaCapTren"


class AgencyNames(Names):
    """Of an entry of the list of agencies.

    Attributes:
        aliases: a list of its other codes, or a text with commas or semicolons between them.
        valid_from: its first day, as `valid_to` is its last.
        successor: a code of the agency that takes over.
    """

    code: Word = "MaCoQuan"
    name: Word = "TenCoQuan"
    parent: Word = "MaCoQuanCapTren"
    aliases: Word = "MaKhac"
    valid_from: Word = "NgayHieuLuc"
    valid_to: Word = "NgayHetHieuLuc"
    successor: Word = "MaCoQuanKeThua"


class ListRules(BaseModel):
    """How lists come, and the names of fields in their entries.

    Attributes:
        pages: whether they come by pages.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pages: bool = True
    unit: UnitNames = UnitNames()
    agency: AgencyNames = AgencyNames()

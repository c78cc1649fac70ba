"""What is taken out of a text, and what stands there instead."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class RemovedKind(StrEnum):
    """A sort of personal data."""

    NAME = "name"
    CITIZEN_NUMBER = "citizen_number"
    """A citizen number of 12 digits, or that of an old card, of 9."""
    TAX_CODE = "tax_code"
    PASSPORT = "passport"
    ACCOUNT = "account"
    """A bank account, or the number of a card."""
    NUMBER = "number"
    """A number too long to be of anything but a person or a thing of theirs."""
    PHONE = "phone"
    EMAIL = "email"
    LINK = "link"
    DOSSIER = "dossier"
    BIRTH = "birth"
    PLATE = "plate"
    ADDRESS = "address"


STAND_INS = {
    RemovedKind.NAME: "[họ tên]",
    RemovedKind.CITIZEN_NUMBER: "[số định danh]",
    RemovedKind.TAX_CODE: "[mã số thuế]",
    RemovedKind.PASSPORT: "[số hộ chiếu]",
    RemovedKind.ACCOUNT: "[số tài khoản]",
    RemovedKind.NUMBER: "[dãy số]",
    RemovedKind.PHONE: "[số điện thoại]",
    RemovedKind.EMAIL: "[thư điện tử]",
    RemovedKind.LINK: "[liên kết]",
    RemovedKind.DOSSIER: "[mã hồ sơ]",
    RemovedKind.BIRTH: "[ngày sinh]",
    RemovedKind.PLATE: "[biển số xe]",
    RemovedKind.ADDRESS: "[địa chỉ]",
}
"""What is read in the place of what was taken out."""


class Span(NamedTuple):
    """A place in a text, its end not included, and what is there; no kind, if it is a stand-in already."""

    start: int
    end: int
    kind: RemovedKind | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """Where in the new text a stand-in stands, from `start` to before `end`, in characters."""

    kind: RemovedKind
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrubbed:
    """A text without what is personal, and what was taken out of it, in order.

    Stand-ins that the text had before are not counted: `removed` is empty when a text is scrubbed again.
    """

    text: str
    removed: tuple[Removed, ...]

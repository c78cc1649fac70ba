"""The people and organisations of demonstrations; none of them exists."""

import dataclasses
import json
import pathlib
import re
from collections.abc import Iterable

PERSON, ORGANISATION = "1", "2"

_FILE = pathlib.Path(__file__).with_name("people.json")
# Weights of the first nine digits of a Vietnamese tax code; the tenth checks them.
_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Account:
    """Somebody who can sign in: a person, or the representative of an organisation.

    Attributes:
        sub: The identity provider's name for the account, never reused.
        tech_id: VNeID's `TechID`.
        number: Citizen number of the person: province, century and sex, year of birth, serial.
        name: Full name of the person.
        born: Date of birth, yyyyMMdd.
        level: Identity assurance of the person, "1" or "2" (Decree 69/2024).
        email: Contact address.
        phone: Contact number, E.164.
        tax_code: Ten digits, for an organisation.
        organisation: Its name.
    """

    sub: str
    tech_id: str
    number: str
    name: str
    born: str
    level: str
    email: str
    phone: str
    tax_code: str | None = None
    organisation: str | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\d{12}", self.number) or self.number[4:6] != self.born[2:4]:
            raise ValueError(f"{self.number} is no citizen number of somebody born {self.born}")
        if self.level not in {"1", "2"}:
            raise ValueError(f"{self.level} is no level of identity assurance")
        if (self.tax_code is None) != (self.organisation is None):
            raise ValueError("an organisation has both a tax code and a name")
        if self.tax_code is not None and not is_tax_code(self.tax_code):
            raise ValueError(f"{self.tax_code} is no tax code")

    @property
    def hint(self) -> str:
        """By what `login_hint` may name the account, beside `sub`."""
        return self.tax_code or self.number

    @property
    def kind(self) -> str:
        """VNeID's `LoaiTaiKhoan`."""
        return PERSON if self.organisation is None else ORGANISATION

    def claims(self) -> dict[str, str]:
        """Return what VNeID says of the account, under VNeID's names."""
        claims = {
            "TechID": self.tech_id,
            "SoDinhDanh": self.number,
            "HoVaTen": self.name,
            "NgayThangNamSinh": self.born,
            "LoaiTaiKhoan": self.kind,
            "IAL": self.level,
        }
        if self.tax_code is not None and self.organisation is not None:
            claims |= {"MaSoThue": self.tax_code, "TenToChuc": self.organisation}
        return claims


def is_tax_code(text: str) -> bool:
    """Return whether ten digits end in the check digit that the first nine call for."""
    if not re.fullmatch(r"\d{10}", text):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_TAX_WEIGHTS, text, strict=False))
    return 10 - total % 11 == int(text[9])


def behind(masked: str, accounts: Iterable[Account]) -> Account | None:
    """Return whose number this is, with stars in place of most digits; None unless that is clear."""
    numbers = {account.tax_code or account.number: account for account in accounts}
    fitting = [number for number in numbers if _fits(number, masked)]
    return numbers[fitting[0]] if len(fitting) == 1 else None


def load() -> dict[str, Account]:
    """Return all accounts by `sub`, persons first."""
    accounts = [Account(**entry) for entry in json.loads(_FILE.read_text(encoding="utf-8"))]
    return {account.sub: account for account in sorted(accounts, key=lambda one: one.kind)}


def _fits(number: str, masked: str) -> bool:
    return len(number) == len(masked) and all(b in {a, "*"} for a, b in zip(number, masked, strict=True))

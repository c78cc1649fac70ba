"""Whose dossier a record speaks of."""

from typing import Any

from api.connectors.fields import Fields
from storage.contacts.addresses import normalise_email, normalise_phone
from storage.parties.kinds import PartyKind

CITIZEN_NUMBER, OLD_CARD = 12, 9
NUMBER, IDENTITY = "SoGiayToChuHoSo", "DinhDanhCHS"
"""Where the number stands; in the newer of them within an object."""
ZEROS_RESTORED = {
    # All citizen numbers of births in Vietnam begin with 0, and nothing else has eleven digits.
    PartyKind.PERSON: {11: 12},
    # The tax code's check digit tells a wrong guess from a right one.
    PartyKind.ORGANISATION: {9: 10, 12: 13},
}
"""How many digits a number has that came as a JSON number of so many. Where two readings are possible, as
for ten digits, nothing is guessed: a wrong guess would tell one person's affairs to another."""


def read_applicant(fields: Fields) -> dict[str, Any] | None:
    """Return the applicant of a record; none where it names nobody, as a step of progress does.

    A phone number or an address that can not be used is left out. Raises RecordError where it does not
    say of what kind a number is.
    """
    if not (fields.has(NUMBER) or fields.has(IDENTITY)) or (number := _number(fields)) is None:
        return None
    applicant = {
        "kind": _kind(fields, number).value,
        "number": number,
        "name": fields.text("ChuHoSo"),
        "email": fields.usable("Email", normalise_email),
        "phone": fields.usable("SoDienThoai", normalise_phone),
    }
    return {name: value for name, value in applicant.items() if value is not None}


def _number(fields: Fields) -> str | None:
    """Return the applicant's number; a newer one where the dossier still bears that of an old card."""
    identity = fields.within(IDENTITY)
    given = [_restored(fields, NUMBER, fields), _restored(identity, "SoDinhDanh", fields)]
    numbers = [number for number in given if number]
    return next((number for number in numbers if _digits(number) != OLD_CARD), next(iter(numbers), None))


def _restored(fields: Fields, name: str, record: Fields) -> str | None:
    number = fields.text(name)
    if number is None or not fields.is_number(name):
        return number
    kind = record.usable("LoaiDoiTuong", record.dialect.kinds.__getitem__)
    length = ZEROS_RESTORED[kind or PartyKind.PERSON].get(len(number), len(number))
    return number.zfill(length)


def _kind(fields: Fields, number: str) -> PartyKind:
    # Twelve digits are a person's, whatever the enumeration of the deployment says.
    if _digits(number) == CITIZEN_NUMBER:
        return PartyKind.PERSON
    return fields.optional("LoaiDoiTuong", fields.dialect.kinds.__getitem__) or PartyKind.ORGANISATION


def _digits(number: str) -> int:
    return sum(letter.isdigit() for letter in number)

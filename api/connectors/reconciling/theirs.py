"""What a record of a portal says, as far as it is compared. Pure."""

import json
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

from api.connectors.fields import Fields
from api.connectors.portals.deployment import AnyDeployment
from api.connectors.portals.port import Record
from api.connectors.records import to_event
from storage.cipher import Cipher
from storage.dossiers.statuses import DossierStatus
from storage.parties.kinds import PartyKind
from storage.parties.numbers import InvalidNumber, parse_number
from storage.parties.repository import PartyIdentity, number_index

DIGEST = "portal_standing.1"
"""Purpose of the hash of what is compared; the number changes with what that is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """A dossier as a portal has it.

    Attributes:
        since: when it came to its status.
        due: the promised time; `due_day` says that it names a day alone.
        procedure: their code of it, as it stands.
        agency: what they call the agency, in one spelling.
        applicant: keyed hash of the number, as parties are found by; none where it names nobody.
        record: all of it.
    """

    code: str
    status: DossierStatus
    since: datetime
    due: datetime | None
    due_day: bool
    procedure: str | None
    agency: str | None
    applicant: bytes | None
    record: Record = field(repr=False)

    def digest(self, cipher: Cipher) -> bytes:
        """Return a keyed hash of what is compared."""
        due = None if self.due is None else self.due.isoformat()
        applicant = self.applicant.hex() if self.applicant else None
        told = (int(self.status), self.since.isoformat(), due, self.procedure, self.agency, applicant)
        return cipher.blind_index(DIGEST, json.dumps(told))


def read(record: Record, now: datetime, deployment: AnyDeployment, cipher: Cipher) -> Theirs:
    """Read a record as the one that is pulled is read. Raises RecordError."""
    dialect = deployment.dialect.dialect
    event, fields = to_event(record, now, dialect), Fields(record, dialect)
    due = event.get("due_at")
    stated = fields.time("NgayHenTra")
    return Theirs(
        code=event["dossier_code"],
        status=DossierStatus(event["status"]),
        since=datetime.fromisoformat(event["occurred_at"]),
        due=None if due is None else datetime.fromisoformat(due),
        due_day=stated is not None and stated.isoformat() != due,
        procedure=fields.text("MaTTHC"),
        agency=spelling(fields.text("DonViXuLy")),
        applicant=_applicant(event.get("applicant"), cipher),
        record=record,
    )


def spelling(name: str | None) -> str | None:
    """Return a name as it is compared: systems differ in capitals, spaces and how marks are composed."""
    return None if name is None else " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _applicant(told: dict[str, str] | None, cipher: Cipher) -> bytes | None:
    if told is None:
        return None
    kind = PartyKind(told["kind"])
    try:
        number = parse_number(kind, told["number"])
    except InvalidNumber:
        # It is no number of anybody, and so says nothing of who it is.
        return None
    return number_index(cipher, PartyIdentity(kind=kind, number=number))

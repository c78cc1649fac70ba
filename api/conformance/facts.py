"""What an integration is given to tell: facts as an agency's own system knows them. Of nobody who lives."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any, Protocol

from storage.dossiers.statuses import DossierStatus
from storage.dossiers.working_days import VIETNAM

AGENCY = "H97.1"
PROCEDURE = "1.001193"
ONLINE = 2
"""The channel of all that is made up."""
USUAL = (
    DossierStatus.REGISTERED,
    DossierStatus.ACCEPTED,
    DossierStatus.IN_PROCESS,
    DossierStatus.RESOLVED,
)
STEPS = {
    DossierStatus.REGISTERED: "Nộp trực tuyến",
    DossierStatus.ACCEPTED: "Bộ phận một cửa",
    DossierStatus.IN_PROCESS: "Phòng chuyên môn",
    DossierStatus.SUPPLEMENT_REQUIRED: "Phòng chuyên môn",
    DossierStatus.RESOLVED: "Lãnh đạo ký",
}
NAMES = ("Trần Thị Thử", "Lê Văn Mẫu", "Phạm Minh Hoạ", "Vũ Ngọc Giả")


Key = tuple[str, str]
"""Which fact something is: the dossier's code, and what is told of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """Somebody made up."""

    number: str
    name: str

    def as_json(self) -> dict[str, str]:
        """As it stands in a task."""
        return {"number": self.number, "name": self.name}


class Fact(Protocol):
    """Something to be told."""

    @property
    def id(self) -> str:
        """The agency's own name for it."""

    @property
    def revision(self) -> int:
        """Which version of it this is, from 1."""

    @property
    def dossier_code(self) -> str:
        """Of which dossier."""

    @property
    def refused(self) -> bool:
        """Whether the API refuses it as it stands."""

    @property
    def key(self) -> Key:
        """By what it is known on the wire (`wire.Told.key`)."""

    @property
    def events(self) -> "Sequence[StatusFact]":
        """What it puts into timelines."""

    def as_task(self) -> dict[str, Any]:
        """As it is handed out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusFact:
    """Something that happened to a dossier.

    Attributes:
        id: the agency's own name for it, which stays when it is corrected; `revision` does not.
        refused: whether the API refuses it as it stands.
    """

    id: str
    dossier_code: str
    status: DossierStatus
    occurred_at: datetime
    sequence: int
    applicant: Applicant
    revision: int = 1
    note: str | None = None
    due_at: datetime | None = None
    procedure_code: str = PROCEDURE
    refused: bool = False

    @property
    def key(self) -> Key:
        """Its dossier and its status."""
        return (self.dossier_code, str(int(self.status)))

    @property
    def events(self) -> "tuple[StatusFact, ...]":
        """Itself."""
        return (self,)

    @property
    def step(self) -> str:
        """Where in the agency it happened."""
        return STEPS[self.status]

    def happening(self) -> dict[str, Any]:
        """Return what happened, and when; whose dossier it is stands beside."""
        event = {
            "status": int(self.status),
            "occurred_at": local(self.occurred_at),
            "sequence": self.sequence,
            "step": self.step,
            "note": self.note,
            "due_at": None if self.due_at is None else local(self.due_at),
        }
        return {name: value for name, value in event.items() if value is not None}

    def as_task(self) -> dict[str, Any]:
        """As it is handed out: all of an event (`POST /v1/agency/dossier-events`) but its id."""
        event = self.happening() | {
            "dossier_code": self.dossier_code,
            "agency_code": AGENCY,
            "procedure_code": self.procedure_code,
            "channel": ONLINE,
            "applicant": self.applicant.as_json(),
        }
        return {"id": self.id, "revision": self.revision, "kind": "event", "event": event}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFact:
    """A paper that came of a dossier; `refused` as of `StatusFact`."""

    id: str
    dossier_code: str
    number: str
    issued_on: str
    content: bytes = field(repr=False)
    revision: int = 1
    refused: bool = False

    @property
    def key(self) -> Key:
        """Its dossier and its number."""
        return (self.dossier_code, self.number)

    @property
    def events(self) -> tuple[StatusFact, ...]:
        """None: a paper is in no timeline."""
        return ()

    @property
    def sha256(self) -> bytes:
        """Of its bytes."""
        return sha256(self.content).digest()

    def as_task(self) -> dict[str, Any]:
        """As it is handed out: all of `POST /v1/agency/results` but the id, and the file."""
        result = {
            "type_code": "KQ.G15.000001",
            "type_name": "Giấy khai sinh",
            "number": self.number,
            "dossier_code": self.dossier_code,
            "agency_code": AGENCY,
            "issued_on": self.issued_on,
        }
        file = {
            "name": "ket-qua.pdf",
            "media_type": "application/pdf",
            "base64": b64encode(self.content).decode(),
        }
        return {"id": self.id, "revision": self.revision, "kind": "result", "result": result, "file": file}


@dataclass(kw_only=True)
class Draw:
    """Makes facts up: no two dossiers share a code, and all happened within the days before `now`."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def dossier(self, statuses: Sequence[DossierStatus] = USUAL, *, name: str = "") -> list[StatusFact]:
        """Return the course of one dossier, in order, and with a due date once it is accepted."""
        number = next(self._numbers)
        code = f"{AGENCY}-{self.now.astimezone(VIETNAM):%y%m%d}-{number:04d}"
        applicant = Applicant(number=f"0011900{number:05d}", name=NAMES[number % len(NAMES)])
        begun = self.now - timedelta(days=6, minutes=number % 600)
        return [
            StatusFact(
                id=f"{name or 'F'}-{number}-{place}",
                dossier_code=code,
                status=status,
                occurred_at=begun + timedelta(hours=9 * place),
                sequence=place,
                applicant=applicant,
                note="Đề nghị theo dõi trên ứng dụng." if status is DossierStatus.IN_PROCESS else None,
                due_at=begun + timedelta(days=9) if status is DossierStatus.ACCEPTED else None,
            )
            for place, status in enumerate(statuses, start=1)
        ]

    def paper(self, of: StatusFact, content: bytes, *, refused: bool = False) -> PaperFact:
        """Return a paper that came of a dossier."""
        day = self.now.astimezone(VIETNAM).date()
        number = next(self._numbers)
        return PaperFact(
            id=f"P-{number}",
            dossier_code=of.dossier_code,
            number=f"{number}/{day:%Y}/KS",
            issued_on=day.isoformat(),
            content=content,
            refused=refused,
        )


def local(moment: datetime) -> str:
    """Write a moment by Vietnam's clock."""
    return moment.astimezone(VIETNAM).isoformat()

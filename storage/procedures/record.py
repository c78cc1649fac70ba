"""A procedure as the catalogue keeps it: everything that was published, its parts typed.

Fields follow what the national catalogue publishes (Decision 31/2021/QD-TTg, Circular 01/2023/TT-VPCP). What
has no field of its own here is kept as it came, in `extra`.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1)]


class Channel(StrEnum):
    """How a dossier is handed in, or a result received."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    POST = "post"


class Level(StrEnum):
    """Which administration carries a procedure out; districts are no more since July 2025."""

    MINISTRY = "ministry"
    PROVINCE = "province"
    COMMUNE = "commune"
    OTHER = "other"


class ApplicantKind(StrEnum):
    """Who may ask for it."""

    CITIZEN = "citizen"
    OVERSEAS_VIETNAMESE = "overseas_vietnamese"
    FOREIGNER = "foreigner"
    OFFICIAL = "official"
    ENTERPRISE = "enterprise"
    FOREIGN_ENTERPRISE = "foreign_enterprise"
    COOPERATIVE = "cooperative"
    ORGANISATION = "organisation"
    FOREIGN_ORGANISATION = "foreign_organisation"
    OTHER = "other"


class Unit(StrEnum):
    """What a time limit is counted in."""

    HOUR = "hour"
    WORKING_DAY = "working_day"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class OnlineLevel(StrEnum):
    """How much of it can be done online: all ("toàn trình") or a part ("một phần")."""

    FULL = "full"
    PARTIAL = "partial"


class Part(BaseModel):
    """What all parts of a procedure share."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Fee(Part):
    """A fee or charge.

    Attributes:
        amount: whole đồng; none where it is not published or only the note tells. 0 is free of charge.
        note: what it is for, and by what rule.
    """

    amount: Annotated[int, Field(ge=0)] | None = None
    note: Text | None = None


class TimeLimit(Part):
    """How long it takes. `unit` is none where the catalogue itself does not say it: then read `text`."""

    quantity: Annotated[float, Field(ge=0)] | None = None
    unit: Unit | None = None
    text: Text | None = None


class Method(Part):
    """One way of handing in."""

    channel: Channel
    limit: TimeLimit | None = None
    fees: tuple[Fee, ...] = ()
    note: Text | None = None


class Paper(Part):
    """One paper of the dossier, or a heading or note between papers (`is_note`)."""

    name: Text
    case: Text | None = None
    originals: Annotated[int, Field(ge=0)] = 0
    copies: Annotated[int, Field(ge=0)] = 0
    is_note: bool = False
    code: Text | None = None
    form_name: Text | None = None
    form_url: Text | None = None


class Steps(Part):
    """What happens, in order; `case` where the order differs by case."""

    text: Text
    case: Text | None = None


class Result(Part):
    """What comes of it."""

    name: Text
    code: Text | None = None


class LegalBasis(Part):
    """A legal document that it rests on."""

    name: Text
    number: Text | None = None


class Procedure(BaseModel):
    """A procedure of the catalogue.

    Attributes:
        code: short code (`storage.procedures.codes`).
        name: official name, NFC, in one line.
        field: field of administration ("lĩnh vực").
        agency: who carries it out; `competent_agency` decides, `promulgating_agency` answers for the entry.
        levels: where it is carried out; the national export tells one at most.
        province: new code of the province that it holds for, where it is a province's own.
        source: "import" or the system that it came from.
        extra: what the publisher says beside, as it came.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Text
    name: Text
    field: Text | None = None
    field_code: Text | None = None
    agency: Text | None = None
    competent_agency: Text | None = None
    coordinating_agency: Text | None = None
    promulgating_agency: Text | None = None
    promulgating_agency_code: Text | None = None
    levels: tuple[Level, ...] = ()
    province: Text | None = None
    applicants: tuple[ApplicantKind, ...] = ()
    online_level: OnlineLevel | None = None
    scope: Literal["standard", "specific", "internal"] | None = None
    decision: Text | None = None
    description: Text | None = None
    steps: tuple[Steps, ...] = ()
    methods: tuple[Method, ...] = ()
    papers: tuple[Paper, ...] = ()
    sets: Annotated[int, Field(ge=1)] | None = None
    results: tuple[Result, ...] = ()
    conditions: Text | None = None
    legal_basis: tuple[LegalBasis, ...] = ()
    receiving_address: Text | None = None
    portal_url: Text | None = None
    keywords: tuple[Text, ...] = ()
    extra: dict[str, Any] = Field(default_factory=dict)

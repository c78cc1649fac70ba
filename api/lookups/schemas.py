"""What is asked and shown without an account. Times are RFC 3339."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from api.bodies import Body
from api.due import Due
from api.named import Named, Status
from api.text import Clean

Typed = Annotated[str, StringConstraints(min_length=1, max_length=200), Clean]
"""As a person types or scans it: what it may be is found out by trying it, and told by no answer."""


class Lookup(Body):
    """Which dossier, and what shows that the caller holds it."""

    code: Typed = Field(examples=["H26.1-261121-0001"])
    proof: Typed = Field(
        description="The secret on the receipt slip; or the applicant's whole citizen number or tax code",
        examples=["7K3M-0QXV-92TE"],
    )


class PublicEntry(BaseModel):
    """One thing that happened."""

    status: Status
    occurred_at: datetime


class PublicDossier(BaseModel):
    """How a dossier stands, without anything personal.

    Attributes:
        status_since: when it came to its status, by the source's clock.
        heard_at: when its agency last spoke of it.
        timeline: in the source's own order, the first thing first.
    """

    code: str = Field(examples=["H26.1-261121-0001"])
    procedure: Named
    agency: Named
    status: Status
    status_since: datetime
    ended_at: datetime | None
    heard_at: datetime
    due: Due | None
    timeline: list[PublicEntry]


class Slip(BaseModel):
    """What a receipt slip says.

    Attributes:
        url: what its QR code holds. Code and secret stand in the fragment, which no server gets to see.
    """

    code: str = Field(examples=["H26.1-261121-0001"])
    secret: str = Field(examples=["7K3M-0QXV-92TE"])
    url: str = Field(examples=["https://api.tindan.example/tra-cuu#c=H26.1-261121-0001&s=7K3M-0QXV-92TE"])

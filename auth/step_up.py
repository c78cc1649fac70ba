"""How surely, and how lately, somebody must have signed in for what (Decree 69/2024/ND-CP, RFC 9470)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from auth.principals import Citizen


class Purpose(StrEnum):
    """What a deployment may ask more for.

    Attributes:
        LOOK_UP: reading one's own dossiers.
        STORE: one's own store of documents.
        SHARING: letting others see a document.
        CONTACTS: changing where one is reached, which would lead notices and codes elsewhere.
    """

    LOOK_UP = "look_up"
    STORE = "store"
    SHARING = "sharing"
    CONTACTS = "contacts"


class Demand(BaseModel):
    """What is asked for.

    Attributes:
        level: least level of the electronic identity.
        max_age: seconds that may have passed since the identity provider saw the person.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: Literal[1, 2] = 1
    max_age: Annotated[int, Field(ge=60)] | None = None

    def is_met_by(self, citizen: Citizen, *, now: datetime) -> bool:
        """Tell whether somebody has signed in surely and lately enough."""
        return citizen.assurance >= self.level and not self.is_too_late_for(citizen, now=now)

    def is_too_late_for(self, citizen: Citizen, *, now: datetime) -> bool:
        """Tell whether it is too long since somebody was seen."""
        return self.max_age is not None and now - citizen.signed_in_at > timedelta(seconds=self.max_age)


DEFAULTS: Mapping[Purpose, Demand] = {
    Purpose.LOOK_UP: Demand(),
    Purpose.STORE: Demand(level=2),
    Purpose.SHARING: Demand(level=2),
    Purpose.CONTACTS: Demand(),
}

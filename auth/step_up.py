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
        recent = self.max_age is None or now - citizen.signed_in_at <= timedelta(seconds=self.max_age)
        return recent and citizen.assurance >= self.level


DEFAULTS: Mapping[Purpose, Demand] = {
    Purpose.LOOK_UP: Demand(),
    Purpose.STORE: Demand(level=2),
    Purpose.SHARING: Demand(level=2),
    Purpose.CONTACTS: Demand(),
}

"""How one deployment is told. All of it is data."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class PushRules(BaseModel):
    """How often a portal is told what changed, and what of it.

    Attributes:
        every_seconds: between two looks for what changed.
        since: dossiers that changed last before then are not told; all are, unless it is said.
        lanes: dossiers that are told at once; of one dossier, reports never overtake each other.
        opinion_hours: between two looks for new questions, complaints and ratings.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    every_seconds: Annotated[float, Field(ge=1, le=3600)] = 5
    since: AwareDatetime = _BEGINNING
    lanes: Annotated[int, Field(ge=1, le=16)] = 4
    opinion_hours: Annotated[float, Field(gt=0, le=24 * 31)] = 1

    @property
    def opinions_every(self) -> timedelta:
        """How long to rest between two looks for opinions."""
        return timedelta(hours=self.opinion_hours)

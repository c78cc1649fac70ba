"""How one deployment is read. All of it is data."""

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class PullRules(BaseModel):
    """How often a portal is read, and what of it.

    Attributes:
        every_seconds: between two readings of what changed.
        settle_seconds: so old must a change be: what the portal is still writing may not be in its lists.
        window_hours: no more than this is asked for at once, so that a list stays short.
        first_hours: how far back the first reading goes; what is older is fetched by a backfill.
        helpers: further processes that keep what a backfill reads, beside the one that reads it.
        catalogue_hours: between two readings of the list of procedures; none where the portal is no source
            of our catalogue. What it lists is kept as it says; what it does not list stays as it is.
        version_field: of an entry of that list: a version or date that changes when the procedure does, so
            that what has not changed is not fetched. Without it each is fetched, and compared here.
        lists_hours: between two readings of those lists of units and of agencies that it offers; none where
            the portal is no source of ours. What it does not list stays as it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    every_seconds: Annotated[float, Field(ge=1, le=86_400)] = 60
    settle_seconds: Annotated[float, Field(ge=0, le=3600)] = 30
    window_hours: Annotated[float, Field(gt=0, le=24 * 31)] = 24
    first_hours: Annotated[float, Field(gt=0, le=24 * 31)] = 24
    helpers: Annotated[int, Field(ge=0, le=16)] = 1
    catalogue_hours: Annotated[float | None, Field(gt=0, le=24 * 31)] = None
    version_field: Annotated[str | None, Field(min_length=1, max_length=64)] = None
    lists_hours: Annotated[float | None, Field(gt=0, le=24 * 31)] = None

    @property
    def settle(self) -> timedelta:
        """How old a change must be."""
        return timedelta(seconds=self.settle_seconds)

    @property
    def window(self) -> timedelta:
        """The longest time that is asked for at once."""
        return timedelta(hours=self.window_hours)

    @property
    def first(self) -> timedelta:
        """How far back the first reading goes."""
        return timedelta(hours=self.first_hours)

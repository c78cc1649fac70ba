"""What all bodies of requests have in common."""

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """Refuses fields that do not exist: a misspelt one must not be lost in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)

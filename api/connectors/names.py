"""Names of fields as a counterpart writes them. What differs between deployments is data."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,63}$")]


class Names(BaseModel):
    """Names within one object: each is another one, or one value would hide the other."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        words = list(self.model_dump().values())
        if len(set(words)) != len(words):
            raise ValueError("two names are the same")
        return self

"""What bodies of requests have in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from storage.parties.kinds import PartyKind
from storage.parties.numbers import InvalidNumber, parse_number


class Body(BaseModel):
    """Refuses fields that do not exist: a misspelt one must not be lost in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PartyNumber(Body):
    """A person or an organisation, by the number that the state knows it by."""

    kind: PartyKind = PartyKind.PERSON
    number: Annotated[str, StringConstraints(max_length=32)] = Field(
        description="Citizen number (12 digits), or tax code (10, or 13 digits)", examples=["001190000001"]
    )

    @field_validator("number")
    @classmethod
    def _number_fits_kind(cls, number: str, info: ValidationInfo) -> str:
        kind = info.data.get("kind")
        if kind is None:
            return number  # the kind is at fault, and said so
        try:
            return parse_number(kind, number)
        except InvalidNumber as error:
            code = "invalid-check-digit" if error.reason == "check" else "invalid-number"
            raise PydanticCustomError(code, "%s" % code) from error  # noqa: UP031 - braces would be a template

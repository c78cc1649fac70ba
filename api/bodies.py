"""What bodies of requests have in common."""

from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from api.problems import Problem, from_pydantic
from api.text import Clean
from storage.agencies.codes import normalise_agency_code
from storage.dossiers.codes import normalise_dossier_code
from storage.parties.kinds import PartyKind
from storage.parties.numbers import InvalidNumber, parse_number
from storage.procedures.codes import split_procedure_code


def checked(code: str, work: Any) -> AfterValidator:
    """Validate with a pure function of the domain; its ValueError becomes our error code."""

    def run(text: str) -> str:
        try:
            return str(work(text))
        except ValueError as error:
            raise PydanticCustomError(code, "%s" % code) from error  # noqa: UP031 - braces would be a template

    return AfterValidator(run)


SourceId = Annotated[
    str, StringConstraints(min_length=1, max_length=128), Clean, Field(examples=["H26-2026-000123"])
]
"""What the sender calls a thing: makes it safe to send twice."""
DossierCode = Annotated[
    str,
    StringConstraints(max_length=80),
    Clean,
    checked("malformed-code", normalise_dossier_code),
    Field(examples=["H26.1-261121-0001"]),
]
AgencyCode = Annotated[
    str,
    StringConstraints(max_length=35),
    Clean,
    checked("malformed-code", normalise_agency_code),
    Field(examples=["H26.1"]),
]
ProcedureCode = Annotated[
    str,
    StringConstraints(max_length=64),
    Clean,
    checked("malformed-code", lambda text: split_procedure_code(text)[0]),
    Field(examples=["1.001193"]),
]


class Body(BaseModel):
    """Refuses fields that do not exist: a misspelt one must not be lost in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Said = TypeVar("Said", bound=Body)


def read_part(model: type[Said], text: bytes, name: str) -> Said:
    """Read one part of a body in several parts as JSON.

    Raises:
        Problem: 400 where it is no JSON, 422 naming what in it does not fit, below the part's name.
    """
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        if found[0]["type"] == "json_invalid":
            raise Problem("malformed-json", 400) from error
        raise Problem("validation", 422, errors=from_pydantic(found, below=f"/{name}")) from error


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

"""A survey that an operator publishes from a file, and what is told where it can not be used."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import typer
from pydantic import ValidationError

from api.bodies import AgencyCode
from api.operation.words import json_of
from api.problems import Problem, from_pydantic
from api.surveys.agency_schemas import AgencySurvey
from api.surveys.schemas import SurveyCode
from storage.agencies.repository import resolve
from storage.unit_of_work import Reading

VIETNAMESE, ENGLISH = "vi", "en"


class SurveyFile(AgencySurvey):
    """A survey, and what it is called."""

    code: SurveyCode
    agency_code: AgencyCode


def read_survey(file: Path) -> SurveyFile:
    """Read a file. Raises Problem where it holds no JSON, or no survey; OSError where it can not be read."""
    try:
        return SurveyFile.model_validate_json(file.read_bytes())
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        if found[0]["type"] == "json_invalid":
            raise Problem("malformed-json", 400) from error
        raise Problem("validation", 422, errors=from_pydantic(found)) from error


async def agency_of(reading: Reading, code: str) -> UUID | None:
    """Return the id of any agency by any of its codes: an operator speaks for all."""
    found = (await resolve(reading, [code])).get(code)
    return found.id if found else None


@contextmanager
def problems_told(*, as_json: bool) -> Iterator[None]:
    """Say in both languages what is wrong, and end the command with code 2."""
    try:
        yield
    except Problem as problem:
        if as_json:
            typer.echo(json_of(problem.as_json(ENGLISH)))
        else:
            _tell(problem)
        raise typer.Exit(2) from problem


def _tell(problem: Problem) -> None:
    said, meant = problem.as_json(VIETNAMESE), problem.as_json(ENGLISH)
    typer.echo(f"{said['title']} · {meant['title']}", err=True)
    pairs = zip(said.get("errors", []), meant.get("errors", []), strict=True)
    lines = [f"{vi['pointer']}: {vi['detail']} · {en['detail']}" for vi, en in pairs]
    for line in lines or [f"{said['detail']} · {meant['detail']}"]:
        typer.echo(f"  {line}", err=True)

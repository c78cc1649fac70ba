"""What an operator names, looked up; what is not there is said."""

import typer

from storage.agencies.codes import InvalidCode, normalise_agency_code
from storage.agencies.repository import AgencyRef, resolve
from storage.unit_of_work import Reading


async def known_agency(reading: Reading, given: str) -> AgencyRef:
    """Return an agency by any of its codes. Raises typer.BadParameter."""
    try:
        code = normalise_agency_code(given)
    except InvalidCode as error:
        raise typer.BadParameter(f"{given} is no code of an agency") from error
    found = (await resolve(reading, [code])).get(code)
    if found is None:
        raise typer.BadParameter(f"there is no agency {given}")
    return found

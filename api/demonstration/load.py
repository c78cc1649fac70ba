"""Loads the demonstration: repeatable, and only ever into a development installation."""

import json
from collections.abc import Sequence
from importlib.resources import as_file, files
from typing import Any

from api.settings import Settings
from auth import opaque
from auth.agencies import Scope
from storage.agencies import clients
from storage.agencies import repository as agencies
from storage.agencies.clients import MOST_PER_SECOND, Credential, EventLimit
from storage.agencies.codes import normalise_agency_code
from storage.agencies.repository import AgencyRecord
from storage.errors import SettingsError
from storage.officers import repository as officers
from storage.officers.reading import officer_of_email
from storage.officers.repository import email_index
from storage.officers.roles import Role
from storage.procedures import repository as procedures
from storage.procedures.record import Procedure
from storage.procedures.versions import versions
from storage.settings import write_once
from storage.unit_of_work import UnitOfWork
from storage.units import repository as units
from storage.units.files import read_files
from storage.units.record import Units

CLIENT_ID = "demo-agency"
AUTHOR, SOURCE = "tindan", "demonstration"
SCOPES = frozenset(
    scope.value for scope in (Scope.EVENTS, Scope.RESULTS, Scope.MESSAGES, Scope.SURVEYS, Scope.REUSE)
)
FAST = EventLimit(rate=MOST_PER_SECOND, burst=10 * MOST_PER_SECOND)
"""A demonstration, and what is measured with it, is not to wait."""


def client_secret(settings: Settings) -> str:
    """Return the secret of the demonstration client: drawn once, kept in the data folder."""
    path = settings.storage.data_dir / "secrets" / "demo_client_secret"
    if not path.exists():
        write_once(path, opaque.draw())
    return path.read_text()


async def require_empty_or_ours(uow: UnitOfWork) -> None:
    """Raise SettingsError for a database that holds agencies of another installation."""
    if await agencies.exist(uow) and not await clients.find_client(uow, CLIENT_ID):
        raise SettingsError(
            "DATABASE_URL names a database that holds another installation's agencies. The demonstration "
            "would mix with it, and its notices would go to the stand-ins: name an empty one."
        )


async def load(uow: UnitOfWork, settings: Settings) -> None:
    """Put in agencies, catalogue, units and a client that speaks for all agencies of H26.

    Raises SettingsError outside development.
    """
    if not settings.storage.development:
        raise SettingsError("the demonstration is for development only (TINDAN_ENV=development)")
    await require_empty_or_ours(uow)
    await agencies.put(uow, [AgencyRecord.read(record) for record in _records("agencies.json")])
    await _load_catalogue(uow)
    await _load_units(uow)
    await let_in(uow, agency_code="H26", client_id=CLIENT_ID, secret=client_secret(settings))
    for record in _records("officers.json"):
        await _invite(uow, **record)


async def _load_catalogue(uow: UnitOfWork) -> None:
    """Put our own catalogue in, unless an operator has imported another since."""
    newest = await versions(uow, limit=1)
    if all(version.source == SOURCE for version in newest):
        given = [Procedure.model_validate(record) for record in _records("procedures.json")]
        await procedures.put(uow, given, author=AUTHOR, source=SOURCE, whole=False)


async def _load_units(uow: UnitOfWork) -> None:
    """Put units that do not exist in, unless an operator has imported real ones since."""
    newest = await units.versions(uow, limit=1)
    if all(version.source == SOURCE for version in newest):
        with as_file(files(__package__) / "units") as folder:
            given = read_files([folder], Units())
        # What is there is ours, of this release or an older one.
        await units.put(uow, given, author=AUTHOR, source=SOURCE, shrink=True)


async def let_in(uow: UnitOfWork, *, agency_code: str, client_id: str, secret: str) -> None:
    """Register a client under a known secret, unless it is there."""
    if await clients.find_client(uow, client_id):
        return
    code = normalise_agency_code(agency_code)
    agency = (await agencies.resolve(uow, [code]))[code]
    await clients.add_client(
        uow,
        client_id=client_id,
        agency_id=agency.id,
        scopes=SCOPES,
        credential=Credential(secret_hash=opaque.digest(secret)),
    )
    await clients.set_limit(uow, client_id, FAST)


async def _invite(
    uow: UnitOfWork, *, email: str, name: str, roles: Sequence[str], agency: str | None
) -> None:
    """Make an officer of the sandbox's staff known, unless that was done."""
    if await officer_of_email(uow, email_index(uow.cipher, email)) is not None:
        return
    found = (await agencies.resolve(uow, [agency]))[agency] if agency else None
    officer_id = await officers.invite(uow, email=email, name=name, invited_by=AUTHOR)
    agency_id = found.id if found else None
    for role in roles:
        await officers.grant(uow, officer_id, Role(role), agency_id=agency_id, granted_by=AUTHOR)


def _records(name: str) -> Sequence[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads((files(__package__) / name).read_text("utf-8"))
    return loaded

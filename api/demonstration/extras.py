"""What a file of records needs beyond the demonstration: procedures, agencies, and clients for them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from api.connectors.dialect import NATIONAL
from api.connectors.fields import Fields
from api.demonstration.load import AUTHOR, SOURCE, let_in
from api.demonstration.record_file import Line
from api.services import make_cipher
from api.settings import Settings
from api.stack import Stack
from api.text import clean
from auth import opaque
from storage.agencies import repository as agencies
from storage.agencies.repository import AgencyRecord
from storage.engine import Engine
from storage.procedures import repository as procedures
from storage.procedures.record import Procedure
from storage.settings import StorageSettings
from storage.unit_of_work import UnitOfWork


@dataclass(kw_only=True)
class Extras:
    """What was registered for a file. `secrets` has one client for each top-level agency, by its code."""

    procedures: list[str] = field(default_factory=list)
    agencies: list[str] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)


def client_of(top: str) -> str:
    """Return the id of the client that speaks for a top-level agency and all below it."""
    return f"demo-portal-{top}"


async def register(stack: Stack, settings: Settings, lines: Sequence[Line]) -> Extras:
    """Register what lines name into the throw-away database, and say what it was."""
    storage = StorageSettings(
        env=settings.storage.env, data_dir=settings.storage.data_dir, DATABASE_URL=stack.database_url
    )
    engine = Engine(storage)
    try:
        async with UnitOfWork(engine, make_cipher(storage)) as uow:
            extras = Extras()
            extras.procedures = await _add_procedures(uow, lines)
            extras.agencies = await _add_agencies(uow, lines)
            for top in sorted({line.top for line in lines}):
                extras.secrets[top] = opaque.draw()
                await let_in(uow, agency_code=top, client_id=client_of(top), secret=extras.secrets[top])
            await uow.commit()
            return extras
    finally:
        await engine.dispose()


async def _add_procedures(uow: UnitOfWork, lines: Sequence[Line]) -> list[str]:
    named: dict[str, Procedure] = {}
    for line in lines:
        code = line.event.get("procedure_code")
        if code:
            name = _name(line, "TenTTHC") or code
            named.setdefault(code, Procedure(code=code, name=name, field=_name(line, "TenLinhVuc")))
    known = await procedures.known_codes(uow, named)
    missing = [procedure for code, procedure in named.items() if code not in known]
    if missing:
        await procedures.put(uow, missing, author=AUTHOR, source=SOURCE, whole=False)
    return [procedure.code for procedure in missing]


async def _add_agencies(uow: UnitOfWork, lines: Sequence[Line]) -> list[str]:
    """Register each agency of a dossier code under its top-level one, as the record names it."""
    names: dict[str, str] = {line.top: line.top for line in lines}
    for line in lines:
        name = _name(line, "DonViXuLy")
        if name or line.agency not in names:
            names[line.agency] = name or line.agency
    known = await agencies.resolve(uow, names)
    missing = sorted(names.keys() - known.keys(), key=lambda code: (code.count("."), code))
    records = [
        AgencyRecord(code=code, name=names[code], parent=code.split(".")[0] if "." in code else None)
        for code in missing
    ]
    if records:
        await agencies.put(uow, records)
    return missing


def _name(line: Line, field_name: str) -> str | None:
    """Return a name as the record gives it, where the database can keep it."""
    return Fields(line.record, NATIONAL).usable(field_name, lambda text: str(clean(text)))

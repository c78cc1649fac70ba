"""What a file of records needs beyond the demonstration: procedures, agencies, and clients for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.demonstration.load import let_in
from api.services import make_cipher
from api.settings import Settings
from api.stack import Stack
from auth import opaque
from storage.agencies import repository as agencies
from storage.agencies.codes import normalise_agency_code
from storage.agencies.repository import AgencyRecord
from storage.dossiers.codes import agency_part
from storage.engine import Engine
from storage.procedures import repository as procedures
from storage.procedures.codes import split_procedure_code
from storage.settings import StorageSettings
from storage.unit_of_work import UnitOfWork

Named = tuple[str, Mapping[str, Any]]
"""A dossier's code, and the record that names it."""


@dataclass(kw_only=True)
class Extras:
    """What was registered for a file. `secrets` has one client for each top-level agency, by its code."""

    procedures: list[str] = field(default_factory=list)
    agencies: list[str] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)


def client_of(top: str) -> str:
    """Return the id of the client that speaks for a top-level agency and all below it."""
    return f"demo-portal-{top}"


def top_of(dossier_code: str) -> str:
    """Return the top-level agency of a dossier code in its normal form."""
    return normalise_agency_code(agency_part(dossier_code) or "").split(".")[0]


async def register(stack: Stack, settings: Settings, lines: Sequence[Named]) -> Extras:
    """Register what (dossier code, record) pairs name into the throw-away database, and say what it was."""
    storage = StorageSettings(
        env=settings.storage.env, data_dir=settings.storage.data_dir, DATABASE_URL=stack.database_url
    )
    engine = Engine(storage)
    try:
        async with UnitOfWork(engine, make_cipher(storage)) as uow:
            extras = Extras()
            extras.procedures = await _add_procedures(uow, [record for _, record in lines])
            extras.agencies = await _add_agencies(uow, lines)
            for top in sorted({top_of(code) for code, _ in lines}):
                extras.secrets[top] = opaque.draw()
                await let_in(uow, agency_code=top, client_id=client_of(top), secret=extras.secrets[top])
            await uow.commit()
            return extras
    finally:
        await engine.dispose()


async def _add_procedures(uow: UnitOfWork, records: Sequence[Mapping[str, Any]]) -> list[str]:
    named: dict[str, dict[str, Any]] = {}
    for record in records:
        try:
            code = split_procedure_code(str(record.get("MaTTHC") or ""))[0]
        except ValueError:
            continue
        name, field_name = record.get("TenTTHC") or code, record.get("TenLinhVuc")
        named.setdefault(code, {"code": code, "name": str(name), "field": field_name and str(field_name)})
    known = await procedures.known_codes(uow, named)
    missing = [procedure for code, procedure in named.items() if code not in known]
    if missing:
        await procedures.put(uow, missing)
    return [str(procedure["code"]) for procedure in missing]


async def _add_agencies(uow: UnitOfWork, lines: Sequence[Named]) -> list[str]:
    """Register each agency of a dossier code under its top-level one, as the record names it."""
    names: dict[str, str] = {}
    for code, record in lines:
        agency = normalise_agency_code(agency_part(code) or "")
        names.setdefault(top_of(code), top_of(code))
        if record.get("DonViXuLy") or agency not in names:
            names[agency] = str(record.get("DonViXuLy") or agency)
    known = await agencies.resolve(uow, names)
    missing = sorted(names.keys() - known.keys(), key=lambda code: (code.count("."), code))
    records = [
        AgencyRecord(code=code, name=names[code], parent=code.split(".")[0] if "." in code else None)
        for code in missing
    ]
    if records:
        await agencies.put(uow, records)
    return missing

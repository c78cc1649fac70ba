"""Sealed documents for tests."""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from api.services import Services
from storage.seals import issuing
from storage.seals.issuing import NewSeal
from storage.seals.keys import SealKeys
from storage.seals.repository import Seal
from storage.unit_of_work import UnitOfWork

FILE = b"%PDF-1.7 the original"
ISSUER = "xacthuc.example.gov.vn"
NEW = NewSeal(
    issuer=ISSUER,
    agency_code="H26.1",
    issued_at=datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC),
    procedure_code="1.001193",
    dossier_code="H26.1-261102-0001",
    holder="N.T.A.",
    sha256=sha256(FILE).digest(),
)


async def seal(uow: UnitOfWork, keys: SealKeys, **fields: Any) -> Seal:
    """Seal a document; fields override what is usual, and without `sha256` the seal is reserved."""
    new = replace(NEW, **fields)
    make = issuing.reserve if new.sha256 is None else issuing.issue
    return await make(uow, keys, new)


async def sealed(services: Services, **fields: Any) -> Seal:
    """Seal a document, and commit."""
    async with services.unit_of_work() as uow:
        made = await seal(uow, services.seal_keys, **fields)
        await uow.commit()
    return made

"""What an agency may speak for, one by one: authority stands in each query."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from storage.agencies.authority import speakers
from storage.agencies.repository import resolve
from storage.unit_of_work import Reading

_ISSUER = f"""
SELECT a.id, a.code, a.name FROM agency a
WHERE a.id = %(id)s AND %(caller_id)s = ANY({speakers("a.id")})
"""
_ITSELF = f"SELECT a.id, a.code, a.name FROM agency a WHERE a.id = %(id)s AND a.id = ANY({speakers('a.id')})"
_DOSSIER = f"""
SELECT d.id, d.party_id, d.procedure_code, %(caller_id)s = ANY({speakers("d.agency_id")}) AS allowed
FROM dossier d WHERE d.code = %(code)s
"""
_DOCUMENT = f"""
SELECT d.agency_code FROM document d JOIN agency a ON a.code = d.agency_code
WHERE d.id = %(id)s AND d.removed_at IS NULL AND %(caller_id)s = ANY({speakers("a.id")})
"""
_SEAL = f"""
SELECT s.token FROM seal s JOIN agency a ON a.code = s.agency_code
WHERE s.code = %(code)s AND %(caller_id)s = ANY({speakers("a.id")})
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """An agency in whose name something is issued."""

    id: UUID
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenFor:
    """A dossier, whose it is, and whether the caller may speak for it."""

    id: UUID
    party_id: UUID
    procedure_code: str
    allowed: bool


async def issuer(reading: Reading, caller_id: UUID, code: str) -> Issuer | None:
    """Return the agency that a normalised code means today, if the caller may speak for it."""
    meant = (await resolve(reading, [code])).get(code)
    given = {"id": meant and meant.id, "caller_id": caller_id}
    # Asked for one that is missing as well, so that it can not be told from another's by the time it takes.
    async with (await reading.driver()).cursor(row_factory=class_row(Issuer)) as cursor:
        return await (await cursor.execute(_ISSUER, given)).fetchone()


async def itself(reading: Reading, agency_id: UUID) -> Issuer | None:
    """Return an agency as the one that speaks for itself; none where it is not in force."""
    async with (await reading.driver()).cursor(row_factory=class_row(Issuer)) as cursor:
        return await (await cursor.execute(_ITSELF, {"id": agency_id})).fetchone()


async def dossier(reading: Reading, caller_id: UUID, code: str) -> SpokenFor | None:
    """Return a dossier by its normalised code; nothing of it is for a caller that may not speak for it."""
    async with (await reading.driver()).cursor(row_factory=class_row(SpokenFor)) as cursor:
        return await (await cursor.execute(_DOSSIER, {"code": code, "caller_id": caller_id})).fetchone()


async def agency_of_document(reading: Reading, caller_id: UUID, document_id: UUID) -> str | None:
    """Return the code of the agency whose document this is, if the caller may speak for it."""
    driver = await reading.driver()
    row: Any = await (await driver.execute(_DOCUMENT, {"id": document_id, "caller_id": caller_id})).fetchone()
    return row[0] if row else None


async def token_of_seal(reading: Reading, caller_id: UUID, code: str) -> bytes | None:
    """Return the token of the seal that a code leads to, if the caller may speak for whose it is."""
    driver = await reading.driver()
    row: Any = await (await driver.execute(_SEAL, {"code": code, "caller_id": caller_id})).fetchone()
    return bytes(row[0]) if row else None

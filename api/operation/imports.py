"""What an operator imports is kept whole, or not at all."""

from collections.abc import Sequence

from api.operation.entries import ProcedureEntry
from storage.procedures import repository as procedures
from storage.procedures.record import Procedure
from storage.unit_of_work import UnitOfWork


async def keep_procedures(uow: UnitOfWork, entries: Sequence[ProcedureEntry]) -> int:
    """Put procedures in, or replace those that are there; of two with one code, the later is kept.

    Returns how many there were.
    """
    by_code = {
        entry.code: Procedure(
            code=entry.code,
            name=entry.name,
            field=entry.field,
            agency=entry.agency,
            extra=entry.model_extra or {},
        )
        for entry in entries
    }
    await procedures.put(uow, list(by_code.values()), author="tindan", source="file", whole=False)
    return len(by_code)

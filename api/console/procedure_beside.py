"""The procedure that stands beside a form, for what is written there to rest on."""

from api.problems import Problem
from api.questions import drafts
from storage.procedures import repository as procedures
from storage.procedures.repository import Kept
from storage.unit_of_work import Reading


async def look_up(reading: Reading, typed: str) -> tuple[str, Kept | None]:
    """Return the short code that was typed, and what it is of, if that is in force; else what was typed."""
    if not typed.strip():
        return "", None
    try:
        code = drafts.short_code(typed)
    except Problem:
        return typed, None
    kept = await procedures.get(reading, code)
    return code, kept if kept and kept.removed_in is None else None

"""What is asked often, as an operator lists it."""

from collections.abc import Sequence
from uuid import UUID

from psycopg.rows import dict_row

from storage.questions.entries import ENTRIES, Entry, entry_of
from storage.unit_of_work import Reading

_LIST = f"""
SELECT * FROM ({ENTRIES} AND p.question_id IS NULL) one
WHERE (%(procedure)s::text IS NULL OR procedure_code = %(procedure)s)
  AND (%(field)s::text IS NULL OR field = %(field)s)
  AND (%(agency)s::uuid IS NULL OR %(agency)s = ANY(agencies))
ORDER BY agency_code, procedure_code, field, question, id
"""


async def frequent(
    reading: Reading, *, procedure: str | None = None, field: str | None = None, agency: UUID | None = None
) -> Sequence[Entry]:
    """Return what agencies wrote by themselves and everybody may read, by agency and what it is about.

    Args:
        reading: of the database.
        procedure: of this one alone, by short code.
        field: of this one alone, and of procedures of it.
        agency: of this one and those below it alone.
    """
    given = {"procedure": procedure, "field": field, "agency": agency}
    async with (await reading.driver()).cursor(row_factory=dict_row) as cursor:
        rows = await (await cursor.execute(_LIST, given, binary=True)).fetchall()
    return [entry_of(row) for row in rows]

"""Rows are written anew in random order, so that where they lie tells nothing of when they came.

A database tells more of a row than its columns: where it lies (`ctid`), and which transaction wrote it
(`xmin`). A token that was issued and a rating that came in the next moment would be neighbours by both. So
each hour whole groups are written anew, each by one transaction: all who were asked, and all that was said,
of an agency's dossiers of a month. Were it the rows alone that came lately, it would tell the hour of each.
"""

from secrets import SystemRandom
from typing import Any, LiteralString

from storage.ratings.keys import Group
from storage.unit_of_work import Reading, UnitOfWork

TABLES: tuple[LiteralString, ...] = ("rating_invitation", "rating")

# Whoever changes a row of a group shares this lock: nobody then looks for a row while it is written anew, and
# finds it gone.
_SHARED = "SELECT pg_advisory_xact_lock_shared(hashtextextended('rating.' || %s || %s, 0))"
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('rating.' || %s || %s, 0))"
_DUE = """
SELECT agency_id, month FROM rating_invitation WHERE fresh
UNION SELECT agency_id, month FROM rating WHERE fresh
"""
# Sorted by numbers of a generator fit for secrets, which `random()` is not. The rows are gone before the
# first of them is written again: sorting takes all of them.
_MIX = """
WITH gone AS (DELETE FROM {table} WHERE agency_id = %s AND month = %s RETURNING *)
INSERT INTO {table} ({columns}) SELECT {written} FROM gone ORDER BY gen_random_uuid()
"""
_COLUMNS = {
    "rating_invitation": "dossier_id, agency_id, month, asked_on, closes_on, issued",
    "rating": "spent, agency_id, month, level, reasons, text_scrubbed, editable_until",
}
_WRITTEN = _COLUMNS | {
    "rating": """spent, agency_id, month, coalesce(change ->> 'level', level),
  CASE WHEN change IS NULL THEN reasons ELSE ARRAY(SELECT jsonb_array_elements_text(change -> 'reasons')) END,
  CASE WHEN change IS NULL THEN text_scrubbed ELSE change ->> 'text' END, editable_until""",
}


def counted(rating: LiteralString) -> LiteralString:
    """Return SQL that tells whether a row of `rating`, by its name in the query, is told of: it was mixed.

    One that was changed since is told of as it was before.
    """
    return f"(NOT {rating}.fresh OR {rating}.change IS NOT NULL)"


async def due(reading: Reading) -> list[Group]:
    """Return the groups in which something came since they were mixed, in random order."""
    rows: list[Any] = await (await (await reading.driver()).execute(_DUE)).fetchall()
    groups = [Group(agency_id=agency_id, month=month) for agency_id, month in rows]
    SystemRandom().shuffle(groups)
    return groups


async def mix(uow: UnitOfWork, group: Group, table: str) -> int:
    """Write the rows of a group anew, in a transaction of their own; return how many.

    Nothing else may happen in the transaction: its number would tie it to the group.
    """
    driver = await uow.driver()
    await driver.execute(_ALONE, _named(group))
    query = _MIX.format(table=table, columns=_COLUMNS[table], written=_WRITTEN[table]).encode()
    return (await driver.execute(query, (group.agency_id, group.month))).rowcount


async def share(uow: UnitOfWork, group: Group) -> None:
    """Keep a group from being mixed until the end of this transaction; many may at once."""
    await (await uow.driver()).execute(_SHARED, _named(group))


def _named(group: Group) -> tuple[str, str]:
    return str(group.agency_id), group.month.isoformat()

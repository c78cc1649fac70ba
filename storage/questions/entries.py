"""Published answers as everybody may read them, and of what state of the database they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import dict_row

from storage.catalogue.edition import Stamp
from storage.catalogue.edition import stamp_in_force as catalogue_in_force
from storage.unit_of_work import Reading
from storage.units import repository as units
from storage.units.former_names import FormerNames


def is_stale(answer: LiteralString, procedure: LiteralString) -> LiteralString:
    """Return SQL for whether what an answer rests on has changed since, or is in force no more.

    Args:
        answer: alias of a row with `procedure_version`.
        procedure: alias of the row of its procedure; all of it NULL where the answer rests on none.
    """
    return (
        f"coalesce({procedure}.version > {answer}.procedure_version"
        f" OR {procedure}.removed_in IS NOT NULL, false)"
    )


ENTRIES: LiteralString = f"""
SELECT p.id, p.question, p.answer, coalesce(p.field, c.field) AS field, a.id AS agency_id,
  a.code AS agency_code, a.name AS agency_name, a.lineage AS agencies, p.procedure_code,
  c.name AS procedure_name, p.procedure_version, p.question_id IS NULL AS faq, p.published_at, p.updated_at,
  {is_stale("p", "c")} AS stale
FROM published_answer p
JOIN agency a ON a.id = p.agency_id
LEFT JOIN procedure c ON c.code = p.procedure_code
WHERE p.taken_down_at IS NULL
"""
_ALL = f"{ENTRIES} ORDER BY p.published_at DESC, p.id DESC"
_AGENCIES = """
SELECT id, ARRAY(
  SELECT above.name FROM unnest(a.lineage) WITH ORDINALITY AS up (id, place)
  JOIN agency above ON above.id = up.id ORDER BY up.place
) FROM agency a WHERE id IN (SELECT agency_id FROM published_answer WHERE taken_down_at IS NULL)
"""
_NAMES = "SELECT name FROM procedure WHERE removed_in IS NULL"
# All rows are counted in, and not the last change alone: a transaction may commit after one that began later.
# Numbers of transactions mean something within one server's timeline only.
_STAMP = """
SELECT count(*), coalesce(max(changed_xid::text::bigint), 0),
  coalesce(sum(hashtextextended(id::text, changed_xid::text::bigint)), 0)::text,
  (SELECT coalesce(sum(hashtextextended(concat_ws(' ', code, name, lineage), 0)), 0)::text FROM agency
    WHERE id IN (SELECT agency_id FROM published_answer)),
  (SELECT system_identifier::text || '.' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
    FROM pg_control_system())
FROM published_answer
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A question with its answer.

    Attributes:
        field: of its own, or else its procedure's.
        agencies: ids from the root down to the agency that answers.
        procedure_version: what the answer rests on, see `models.PublishedAnswer`.
        faq: whether an agency wrote it by itself, as it is asked often.
        stale: whether the procedure has changed since, or is in force no more.
    """

    id: UUID
    question: str
    answer: str
    field: str | None
    agency_id: UUID
    agency_code: str
    agency_name: str
    agencies: tuple[UUID, ...]
    procedure_code: str | None
    procedure_name: str | None
    procedure_version: int | None
    faq: bool
    published_at: datetime
    updated_at: datetime
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfStamp:
    """Of what state of the database published answers are.

    Attributes:
        rows: how many there are, with those that were taken down.
        last: the highest number of a transaction that changed one.
        digest: of which transaction changed which.
        agencies: digest of what is told of the agencies that answer.
        era: names the server and its timeline.
        catalogue: of catalogue and units: the one makes answers stale, the other names places.
    """

    rows: int = 0
    last: int = 0
    digest: str = ""
    agencies: str = ""
    era: str = ""
    catalogue: Stamp = Stamp()  # noqa: RUF009 - never changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a shelf is made of.

    Attributes:
        entries: what everybody may read, the newest first.
        names: of procedures: few answers do not hold half of the words of the language.
        formerly: what the places of agencies were called before July 2025, by the agencies' ids.
    """

    stamp: ShelfStamp
    entries: list[Entry]
    names: Sequence[str] = ()
    formerly: Mapping[UUID, Sequence[str]] = field(default_factory=dict)


async def stamp_in_force(reading: Reading) -> ShelfStamp:
    """Return the state of now. Taken before entries are read, these are never older than it says."""
    catalogue = await catalogue_in_force(reading)
    row: Any = await (await (await reading.driver()).execute(_STAMP)).fetchone()
    rows, last, digest, agencies, era = row
    return ShelfStamp(
        rows=rows,
        last=last,
        digest=digest,
        agencies=agencies,
        era=era,
        catalogue=catalogue,
    )


async def published(reading: Reading) -> Published:
    """Read all that everybody may read."""
    stamp = await stamp_in_force(reading)
    driver = await reading.driver()
    async with driver.cursor(row_factory=dict_row) as cursor:
        rows = await (await cursor.execute(_ALL, binary=True)).fetchall()
    if not rows:
        return Published(stamp=stamp, entries=[])
    names: list[Any] = await (await driver.execute(_NAMES)).fetchall()
    agencies: list[Any] = await (await driver.execute(_AGENCIES)).fetchall()
    former = FormerNames(await units.load(reading))
    return Published(
        stamp=stamp,
        entries=[entry_of(row) for row in rows],
        names=[name for (name,) in names],
        formerly={agency_id: former.of(above) for agency_id, above in agencies},
    )


def entry_of(row: Mapping[str, Any]) -> Entry:
    """Return the entry of a row of `ENTRIES`."""
    return Entry(**{**row, "agencies": tuple(row["agencies"])})

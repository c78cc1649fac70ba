"""Rows of many parties, each with the key under which its texts lie."""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import dict_row

from storage.cipher import PartyKey
from storage.unit_of_work import Reading


async def sealed_rows(
    reading: Reading, query: LiteralString, given: Mapping[str, Any]
) -> Sequence[tuple[PartyKey, dict[str, Any]]]:
    """Return the rows that a query finds, in its order, by the names of their columns.

    Args:
        reading: where to look.
        query: it gives `party_id`, and that party's wrapped key as `wrapped`, which is opened once for each
            party and left out of the rows.
        given: its parameters.
    """
    async with (await reading.driver()).cursor(row_factory=dict_row) as cursor:
        rows = await (await cursor.execute(query, given, binary=True)).fetchall()
    keys: dict[UUID, PartyKey] = {}
    for row in rows:
        wrapped, party_id = row.pop("wrapped"), row["party_id"]
        keys[party_id] = keys.get(party_id) or reading.cipher.open_party_key(party_id, wrapped)
    return [(keys[row["party_id"]], row) for row in rows]

"""What a plan of PostgreSQL says."""

import re
from typing import Any

from psycopg import AsyncConnection, sql


async def walked(driver: AsyncConnection[Any], plan: str) -> list[str]:
    """Return the tables that a plan reads from end to end; an empty one costs nothing, and no index is used."""
    names = re.findall(r"Seq Scan on (\w+)", plan)
    cursor = await driver.execute(
        "SELECT name FROM unnest(%s::text[]) AS g(name) WHERE pg_relation_size(to_regclass(name)) > 0",
        (names,),
    )
    return [name for (name,) in await cursor.fetchall()]


async def planned(driver: AsyncConnection[Any], prepared: str, values: list[Any]) -> str:
    """Return how PostgreSQL would run a statement that is prepared, in the mode that is set."""
    await driver.execute(f"PREPARE read AS {prepared}".encode())
    places = sql.SQL(", ").join(map(sql.Literal, values))
    call = sql.SQL("EXPLAIN EXECUTE read({})" if values else "EXPLAIN EXECUTE read").format(places)
    lines: list[Any] = await (await driver.execute(call, prepare=False)).fetchall()
    await driver.execute("DEALLOCATE read")
    return "\n".join(line for (line,) in lines)

"""The catalogue to be taken along: all of it, or what became of it since a version, as of one moment."""

from collections.abc import AsyncIterator
from typing import Any

from storage.procedures.repository import RECORD
from storage.procedures.versions import Version, versions
from storage.unit_of_work import Reading

# All statements then see the same state, also while an import commits between them.
_ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
_RECORDS = f"SELECT {RECORD} FROM procedure WHERE removed_in IS NULL AND version > %s ORDER BY code"
_COUNT = "SELECT count(*) FROM procedure WHERE removed_in IS NULL AND version > %s"
_REMOVED = "SELECT code FROM procedure WHERE removed_in > %s ORDER BY code"
_EVERYTHING = -1


class BundleSource:
    """Reads the catalogue as it is at the first question.

    Args:
        reading: newly opened, and used for nothing else.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def version(self) -> Version | None:
        """Return the version in force; none before the first. Has to be asked first."""
        driver = await self._reading.driver()
        await driver.execute(_ONE_MOMENT)
        return next(iter(await versions(self._reading, limit=1)), None)

    async def count(self, since: int | None) -> int:
        """Return how many records there are to be had."""
        driver = await self._reading.driver()
        row: Any = await (await driver.execute(_COUNT, (_after(since),))).fetchone()
        return int(row[0])

    async def records(self, since: int | None, *, at_once: int) -> AsyncIterator[list[str]]:
        """Yield records, JSON texts, by code, a few at once; with `since`, what came or changed after it."""
        driver = await self._reading.driver()
        async with driver.cursor("bundle") as cursor:
            await cursor.execute(_RECORDS, (_after(since),))
            while rows := await cursor.fetchmany(at_once):
                yield [str(record) for (record,) in rows]

    async def removed(self, since: int | None) -> list[str]:
        """Return the codes of what went after a version and is not back; of the whole, none."""
        if since is None:
            return []
        driver = await self._reading.driver()
        rows: list[Any] = await (await driver.execute(_REMOVED, (since,))).fetchall()
        return [code for (code,) in rows]


def _after(since: int | None) -> int:
    return _EVERYTHING if since is None else since

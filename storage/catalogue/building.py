"""Making an edition beside the one in force: `python -m storage.catalogue.building` (`storage.beside`).

The index comes as files, which the process that serves maps into its memory, and the rest pickled.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator

from storage.beside import Task, do, made_beside
from storage.catalogue.edition import Edition, own_province, stamp_in_force
from storage.procedures import repository as procedures
from storage.procedures.record import Procedure
from storage.search.catalogue import Catalogue
from storage.search.lexicon import lexicon
from storage.settings import StorageSettings
from storage.unit_of_work import Reading
from storage.units import repository as units
from storage.units.gazetteer import Gazetteer

BATCH = 100
INDEX = "index"


async def build_beside(settings: StorageSettings) -> Edition:
    """Have the catalogue and the units of the database made ready by another process, and take them over.

    Raises:
        storage.beside.WorkFailed: whatever the cause; the next try may succeed.
    """
    edition: Edition = await made_beside(__name__, settings)
    return edition


def build(task: Task) -> Edition:
    """Read catalogue and units, and make them ready to be asked, the index in a folder."""
    runner, reading, folder = task.runner, task.reading, task.folder / INDEX
    folder.mkdir()
    stamp = runner.run(stamp_in_force(reading))
    gazetteer = Gazetteer(runner.run(units.load(reading)))
    catalogue = Catalogue(
        _all_procedures(runner, reading),
        lexicon(),
        version=stamp.catalogue,
        province_of=own_province(gazetteer),
        folder=folder,
    )
    return Edition(stamp=stamp, catalogue=catalogue, gazetteer=gazetteer)


def _all_procedures(runner: asyncio.Runner, reading: Reading) -> Iterator[Procedure]:
    """Yield the procedures, a few of them in memory at a time."""
    found = procedures.all_procedures(reading)
    while batch := runner.run(_next(found)):
        yield from batch


async def _next(found: AsyncIterator[tuple[Procedure, int]]) -> list[Procedure]:
    batch = []
    async for procedure, _ in found:
        batch.append(procedure)
        if len(batch) == BATCH:
            break
    return batch


if __name__ == "__main__":
    do(build)

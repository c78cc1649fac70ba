"""Making a shelf of very many answers beside the one in force: `python -m storage.questions.building`."""

from storage.beside import Task, do, made_beside
from storage.questions.entries import all_entries, stamp_in_force
from storage.questions.shelf import Shelf
from storage.settings import StorageSettings

INDEX = "index"


async def build_beside(settings: StorageSettings) -> Shelf:
    """Have what is published made ready by another process, and take it over.

    Raises:
        storage.beside.WorkFailed: whatever the cause; the next try may succeed.
    """
    shelf: Shelf = await made_beside(__name__, settings)
    return shelf


def build(task: Task) -> Shelf:
    """Read what is published, and make it ready to be asked, the index in a folder."""
    runner, reading, folder = task.runner, task.reading, task.folder / INDEX
    folder.mkdir()
    stamp = runner.run(stamp_in_force(reading))
    return Shelf(runner.run(all_entries(reading)), stamp=stamp, folder=folder)


if __name__ == "__main__":
    do(build)

"""Making a shelf of very many answers beside the one in force: `python -m storage.questions.building`."""

from storage.beside import Task, do, made_beside
from storage.questions.entries import published
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
    folder = task.folder / INDEX
    folder.mkdir()
    return Shelf(task.runner.run(published(task.reading)), folder=folder)


if __name__ == "__main__":
    do(build)

"""All answers to a survey, written to a file."""

import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import NamedTemporaryFile

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from api.problems import Problem
from api.surveys import tables
from api.surveys.tables import Format
from storage.surveys import exporting, reading
from storage.surveys.errors import TooFewAnswers
from storage.surveys.exporting import Row
from storage.surveys.kinds import FEWEST
from storage.surveys.reading import SurveyView
from storage.unit_of_work import Reading


async def export_to(path: Path, open_reading: Callable[[], Reading], survey: SurveyView, kind: Format) -> int:
    """Write all answers, beside what was there until they are whole; return how many.

    The file is its owner's alone to read. Raises Problem (409) where so few have answered that each might be
    guessed, OSError where it can not be written.
    """
    async with open_reading() as uow:
        forms = await reading.forms_of(uow, survey.id)
        try:
            expected = await exporting.require_enough(uow, survey.id)
        except TooFewAnswers as error:
            raise Problem("too-few-answers", 409, least=FEWEST) from error
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    shown = Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
    with ExitStack() as stack:
        progress = stack.enter_context(shown)
        draft = stack.enter_context(
            NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False)
        )
        stack.callback(Path(draft.name).unlink, missing_ok=True)
        counted = _Counted(progress, progress.add_task("Xuất · Exporting", total=expected))
        slices = counted.through(exporting.slices(open_reading, survey.id))
        async for content in tables.written(kind, forms, slices):
            draft.write(content)
        draft.flush()
        _take_place(Path(draft.name), path)
    return counted.rows


def _take_place(draft: Path, path: Path) -> None:
    draft.replace(path)


class _Counted:
    """Counts rows as they pass, and moves a bar."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task
        self.rows = 0

    async def through(self, slices: AsyncIterator[Sequence[Row]]) -> AsyncIterator[Sequence[Row]]:
        """Yield what comes."""
        async for some in slices:
            self.rows += len(some)
            self._progress.update(self._task, completed=self.rows)
            yield some

"""An import at work: several papers at a time, each on its own, and what became of them."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from api.intake.means import Means
from api.intake.taking import look_over, take_in
from api.operation.vault_import_files import UnfetchedError, fetch
from api.operation.vault_import_manifest import Entry, fault_of, read_entry
from api.problems import DAMAGE, Problem
from api.uploads import UploadedFile
from auth.principals import AgencyCaller
from storage.errors import NotFoundError
from storage.procedures.formats import reasons
from storage.procedures.formats.containers import Row
from storage.procedures.formats.faults import Fault
from storage.procedures.formats.reasons import Reason

MORE_THAN_CHILDREN = 2
"""Papers that are copied, encrypted and written down while the workshop's children are at others."""

_Key = tuple[str, str]
"""In whose name, and what it is called there."""


@dataclass(slots=True)
class Outcome:
    """What became of the rows so far; `faults` may name several of one row."""

    taken: int = 0
    repeated: int = 0
    refused: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many are done."""
        return self.taken + self.repeated + self.refused

    def refuse(self, faults: Sequence[Fault]) -> None:
        """Note that a row can not be used."""
        self.refused += 1
        self.faults += faults


class Import:
    """Takes the papers of one folder in.

    Args:
        means: what that needs.
        caller: in whose name, and `code` that agency's own code.
        folder: where the files are.
        notify: whether owners are told, where a row does not say that its owner is not.
        dry_run: keep nothing.
    """

    def __init__(
        self, means: Means, caller: AgencyCaller, code: str, folder: Path, *, notify: bool, dry_run: bool
    ) -> None:
        self._means, self._caller, self._code = means, caller, code
        self._folder = folder
        self._notify, self._dry_run = notify, dry_run
        self._papers = means.settings.papers
        self._lines: dict[_Key, int] = {}
        self._in_hand: dict[_Key, asyncio.Event] = {}
        self._good: set[_Key] = set()
        self.outcome = Outcome()

    async def run(self, rows: Iterable[Row | Fault], done: Callable[[Outcome], object]) -> None:
        """Take in what rows say; `done` is told after each.

        One row waits for another alone where that stands before it and is superseded by it.

        Raises:
            StorageError: what all rows need is away. What was taken in until then stays; run it again.
            FileRefusedError: the list can not be read on. The same holds.
            OSError: there is no room for copies of files.
        """
        left = iter(rows)
        count = self._papers.paper_workers + MORE_THAN_CHILDREN
        workers = [asyncio.create_task(self._work(left, done)) for _ in range(count)]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
            self.outcome.faults.sort(key=lambda fault: fault.number)

    async def _work(self, left: Iterator[Row | Fault], done: Callable[[Outcome], object]) -> None:
        for row in left:
            await self._row(row)
            done(self.outcome)

    async def _row(self, row: Row | Fault) -> None:
        if isinstance(row, Fault):
            self.outcome.refuse([row])
            return
        entry = read_entry(row)
        if not isinstance(entry, Entry):
            self.outcome.refuse(entry)
            return
        key = self._key(entry, entry.source_id)
        earlier = self._lines.setdefault(key, row.number)
        if earlier != row.number:
            reason = reasons.THERE_ALREADY.of(code=entry.source_id, unit=reasons.LINE, number=earlier)
            self.outcome.refuse([Fault(number=row.number, field="source_id", reason=reason)])
            return
        ended = self._in_hand[key] = asyncio.Event()
        try:
            await self._entry(row.number, key, entry)
        finally:
            del self._in_hand[key]
            ended.set()

    async def _entry(self, number: int, key: _Key, entry: Entry) -> None:
        try:
            repeated = await self._paper(number, entry)
        except UnfetchedError as error:
            self.outcome.refuse([Fault(number=number, field="file", reason=error.reason)])
        except Problem as problem:
            self.outcome.refuse(_faults(number, problem))
        except NotFoundError:
            self.outcome.refuse(_faults(number, Problem("not-found", 404)))
        except DAMAGE:
            self.outcome.refuse(_faults(number, Problem("document-damaged", 500)))
        else:
            self._good.add(key)
            self.outcome.repeated += repeated
            self.outcome.taken += not repeated

    async def _paper(self, number: int, entry: Entry) -> bool:
        """Take a paper in; return whether it was before."""
        if entry.supersedes:
            entry = await self._after(number, entry, self._key(entry, entry.supersedes.source_id))
        file = await asyncio.to_thread(
            fetch,
            self._folder,
            entry.file,
            most=self._papers.limits().file_bytes,
            into=self._papers.spool_folder(),
        )
        with file.content:
            return await self._kept(entry, file)

    async def _after(self, number: int, entry: Entry, key: _Key) -> Entry:
        """Wait for the paper that is superseded, if it is at work."""
        if key in self._in_hand and self._lines[key] < number:  # of those after it one may wait for this
            await self._in_hand[key].wait()
        if self._dry_run and key in self._good:  # it would have been kept by now
            return entry.model_copy(update={"supersedes": None})
        return entry

    def _key(self, entry: Entry, source_id: str) -> _Key:
        return entry.agency_code or self._code, source_id

    async def _kept(self, entry: Entry, file: UploadedFile) -> bool:
        if self._dry_run:
            return await look_over(self._means, self._caller, entry, file)
        given = entry.model_copy(update={"notify": entry.notify and self._notify})
        return (await take_in(self._means, self._caller, given, file)).repeated


def _faults(number: int, problem: Problem) -> list[Fault]:
    if problem.errors:
        return [fault_of(number, error) for error in problem.errors]
    reason = Reason(**{locale: problem.as_json(locale)["detail"] for locale in ("vi", "en")})
    return [Fault(number=number, reason=reason)]

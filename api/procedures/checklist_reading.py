"""Finding a procedure in a version of the catalogue."""

from itertools import pairwise

from api.problems import Problem
from api.procedures.checklist import checklist
from api.procedures.checklist_schemas import CatalogueVersion, Change, Checklist, History, HistoryEntry
from storage.agencies.codes import InvalidCode
from storage.procedures import repository, versions
from storage.procedures.codes import split_procedure_code
from storage.procedures.versions import Revision, Version
from storage.unit_of_work import Reading

PAGE = "/thu-tuc"
"""Where a procedure is shown in a browser, below it its short code."""


class ChecklistReader:
    """Reads checklists for one request.

    Args:
        public_url: how browsers reach this service, without a slash at its end.
        locale: the language of what we word, `vi` or `en`.
    """

    def __init__(self, reading: Reading, *, public_url: str, locale: str) -> None:
        self._reading = reading
        self._public_url = public_url
        self._locale = locale

    async def get(self, code: str, version: int | None = None) -> Checklist:
        """Return a procedure by its short or long code, as it is or as it was in a version.

        Raises:
            Problem: `no-such-procedure`: it was not in that version, nor in any before; or
                `no-such-catalogue-version`.
        """
        short = _short(code)
        catalogue = await self._version(version)
        kept = await repository.get(self._reading, short, version)
        if kept is None:
            raise Problem("no-such-procedure", 404)
        removed_in = await self._version(kept.removed_in) if kept.removed_in else None
        return checklist(
            kept,
            catalogue=_told(catalogue),
            removed_in=_told(removed_in),
            page_url=f"{self._public_url}{PAGE}/{kept.procedure.code}",
            locale=self._locale,
        )

    async def history(self, code: str) -> History:
        """Return in which versions a procedure came, changed and went. Raises Problem `no-such-procedure`."""
        short = _short(code)
        revisions = await versions.history(self._reading, short)
        if not revisions and not await repository.known_codes(self._reading, [short]):
            raise Problem("no-such-procedure", 404)
        return History(code=short, items=_changes(revisions))

    async def _version(self, number: int | None) -> Version | None:
        """Return a version, or the one in force; none before the first. Raises Problem."""
        before = None if number is None else number + 1
        found = await versions.versions(self._reading, limit=1, before=before)
        if number is not None and [version.number for version in found] != [number]:
            newest = await repository.version(self._reading)
            raise Problem("no-such-catalogue-version", 404, newest=newest)
        return found[0] if found else None


def _short(code: str) -> str:
    try:
        return split_procedure_code(code).short
    except InvalidCode as error:
        raise Problem("no-such-procedure", 404) from error


def _told(version: Version | None) -> CatalogueVersion | None:
    if version is None:
        return None
    return CatalogueVersion(number=version.number, imported_at=version.imported_at)


def _changes(revisions: list[Revision]) -> list[HistoryEntry]:
    """Name what each version did, the last first. Who imported it, and from where, is not the public's."""
    kinds = [_kind(revision, before) for revision, before in pairwise([*revisions, None]) if revision]
    return [
        HistoryEntry(version=revision.version.number, imported_at=revision.version.imported_at, change=change)
        for revision, change in zip(revisions, kinds, strict=True)
    ]


def _kind(revision: Revision, before: Revision | None) -> Change:
    if revision.removed:
        return Change.REMOVED
    return Change.ADDED if before is None or before.removed else Change.CHANGED

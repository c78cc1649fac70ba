"""What a portal does for us, whichever it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from api.connectors.dialect import PortalDialect
from storage.portal_reports.kinds import OpinionKind

Record = Mapping[str, Any]
"""Whatever a portal writes one of: for a dossier and a step of progress see `api.connectors.records`."""
LONGEST_CODE, LONGEST_WORDS = 32, 200
"""So much of what a portal says about a call is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a portal said about a call.

    Attributes:
        code: its own, for operators.
        words: its own; they can name a person, and do not belong in a log.
    """

    code: str
    words: str = field(default="", repr=False)


class Outcome(StrEnum):
    """What came of a report of one record."""

    DONE = "done"
    """The portal has it."""
    EXISTS = "exists"
    """The portal has a dossier of this code: send it again as an update."""
    MISSING = "missing"
    """The portal has no dossier of this code: send it again as a new one."""
    REFUSED = "refused"
    """The portal does not take it, however often it is sent."""
    RETRYABLE = "retryable"
    """Not now; nothing was taken in."""
    UNKNOWN = "unknown"
    """The answer was lost, or contradicts itself: ask before it is sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What came of a report.

    Attributes:
        answer: what the portal said; none where it said nothing that can be read.
        retry_after: for how long the portal, or our breaker, wants us to stay away.
    """

    outcome: Outcome
    answer: Answer | None = None
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some records, in the portal's order.

    Attributes:
        cursor: where to go on; none after the last page.
        total: how many there are in all, if the portal says it.
        unreadable: how many entries were no records.
    """

    records: Sequence[Record] = field(repr=False)
    cursor: str | None
    total: int | None = None
    unreadable: int = 0


class PortalError(Exception):
    """A call came to nothing. Its text is for the log: no word of the portal's is in it.

    Attributes:
        answer: what was said; none where nothing that can be read was.
    """

    def __init__(self, why: str, answer: Answer | None = None) -> None:
        super().__init__(why if answer is None else f"{why} (code {answer.code})")
        self.answer = answer


class UnavailableError(PortalError):
    """The portal does not answer, or not now, or not in a way that can be used; the same may succeed later.

    Attributes:
        retry_after: for how long the portal, or our breaker, wants us to stay away.
    """

    def __init__(
        self, why: str, answer: Answer | None = None, *, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(why, answer)
        self.retry_after = retry_after


class RefusedError(PortalError):
    """The portal does not answer this, however often it is asked."""


class NotLetInError(PortalError):
    """Address, account or unit are wrong: what an operator has to mend. Nothing was taken in."""


class NotOfferedError(PortalError):
    """The deployment does not offer this, by its settings."""


class Portal(Protocol):
    """A portal. Every reading raises PortalError; a report raises NotLetInError and NotOfferedError alone."""

    @property
    def name(self) -> str:
        """Our name of it."""
        ...

    @property
    def dialect(self) -> PortalDialect:
        """How it writes records."""
        ...

    async def dossier(self, code: str) -> Record | None:
        """Look a dossier up by its code (`TraCuuHoSo`); none where the portal has none."""
        ...

    async def changed(self, since: datetime, until: datetime, cursor: str | None = None) -> Page:
        """Read the dossiers that changed in a window of time, a page at a time.

        The window is widened by the deployment's overlap at both ends, since its clock may be wrong: a
        dossier can come more than once, and belong to a neighbouring window.
        """
        ...

    async def procedures(self, cursor: str | None = None) -> Page:
        """Read the list of procedures (`LayDanhSachTTHC`), a page at a time."""
        ...

    async def procedure(self, code: str) -> Record | None:
        """Read a procedure with all its fields (`LayThuTuc`); none where the portal has none."""
        ...

    async def units(self, cursor: str | None = None) -> Page:
        """Read the list of administrative units, a page at a time."""
        ...

    async def agencies(self, cursor: str | None = None) -> Page:
        """Read the list of agencies, a page at a time."""
        ...

    async def progress(self, code: str) -> Sequence[Record]:
        """Read the steps of progress that the portal has of a dossier; none where it has no such dossier."""
        ...

    async def report_dossier(self, record: Record, *, updating: bool) -> Reported:
        """Send a dossier once, as a new one or as an update. `reporting` does it as often as it takes."""
        ...

    async def report_progress(self, records: Sequence[Record]) -> list[Reported]:
        """Send steps of progress, in as many calls as it takes; one outcome for each, in their order.

        NotLetInError is raised only where nothing was taken in: later, what is left is RETRYABLE.
        """
        ...

    async def report_opinion(self, kind: OpinionKind, record: Record) -> Reported:
        """Send a question, a complaint or the ratings of a month once, in place of what has its key there."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...

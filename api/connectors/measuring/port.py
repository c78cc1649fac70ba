"""What a measuring system does for us, whichever it is."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from storage.reports.sending import Filing

LONGEST = 200
"""So much of a number or of a system's words is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a system said: a code and words of its own, each cut to `LONGEST` characters."""

    code: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """That a report was taken in, now or before: under which number of the system's."""

    number: str
    answer: Answer


class MeasuringError(Exception):
    """A report was not taken in, or nobody knows.

    Attributes:
        answer: what was said; none where nothing that can be read was.
    """

    def __init__(self, why: str, answer: Answer | None = None) -> None:
        super().__init__(why)
        self.answer = answer


class RefusedError(MeasuringError):
    """The system does not take this content, however often it is sent."""


class NotLetInError(MeasuringError):
    """Address, key or names of fields are wrong: what an operator has to mend, and nothing was taken in."""


class UnavailableError(MeasuringError):
    """The system did not answer, or not now.

    Attributes:
        unsure: the report may have been taken in all the same.
        retry_after: for how long the system asks us to stay away.
    """

    def __init__(
        self,
        why: str,
        answer: Answer | None = None,
        *,
        unsure: bool,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(why, answer)
        self.unsure, self.retry_after = unsure, retry_after


class MeasuringSystem(Protocol):
    """A system that is told of each month. Every method raises MeasuringError."""

    @property
    def name(self) -> str:
        """Our name of it, under which reports are kept."""
        ...

    async def report(self, filing: Filing) -> Receipt:
        """Send a report. One that the system knows by its key already is taken for taken in."""
        ...

    async def find(self, key: str) -> Receipt | None:
        """Ask whether a report has arrived; none where it has not."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...

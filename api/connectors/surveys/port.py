"""What a platform does for our surveys, whichever it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from storage.surveys.forms import Form


class PlatformError(Exception):
    """A platform did not do what it was asked for. Its text is for the log: nothing of an answer is in it."""


class PlatformUnreachable(PlatformError):  # noqa: N818 - says what is the case
    """It does not answer, or not now; the same may succeed later."""


class PlatformRefused(PlatformError):  # noqa: N818
    """It will not take this, however often it is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingSurvey:
    """A survey in one version.

    Attributes:
        code: its name with us, and the same in every version.
    """

    code: str
    version: int
    form: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefilled:
    """What a personal link tells the platform, signed: not who somebody is.

    Attributes:
        respondent: stands for an invitation, so that it is answered once. Only we can tell which.
        context: `agency_code`, `procedure_code`, `month`, where they are known.
        expires: when the link stops being good.
    """

    respondent: bytes = field(repr=False)
    version: int
    context: Mapping[str, str]
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformAnswer:
    """What somebody answered there.

    Attributes:
        id: the platform's name for it, the same however often it is read.
        values: by the names of questions; not yet held against the form.
    """

    id: str
    version: int
    submitted_at: datetime
    context: Mapping[str, str]
    values: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersPage:
    """Some answers, in the platform's order.

    Attributes:
        cursor: where to go on, now or when there are more.
        more: whether there are more already.
        unreadable: how many there were that nothing could be made of.
    """

    answers: Sequence[PlatformAnswer]
    cursor: str
    more: bool
    unreadable: int = 0


class SurveyPlatform(Protocol):
    """A platform. What it is asked for may be asked again: nothing happens twice."""

    async def publish(self, survey: OutgoingSurvey) -> str:
        """Show a survey there, or bring it to another version; return its id there. Raises PlatformError."""
        ...

    def link(self, external_id: str, prefilled: Prefilled | None, *, locale: str) -> str:
        """Return where somebody answers; with what is known of them filled in and signed, if it is given."""
        ...

    async def answers(self, external_id: str, cursor: str | None) -> AnswersPage:
        """Return the answers after a place, or the first ones. Raises PlatformError."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...

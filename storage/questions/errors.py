"""Why something was not done with a question. Nothing of it was kept."""

from enum import StrEnum

from storage.errors import StorageError


class Change(StrEnum):
    """What became of a question while somebody was at work on it."""

    ANSWERED = "answered"
    """Somebody has answered, or answered anew."""
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    UNANSWERED = "unanswered"
    """It has no answer that could be confirmed or published."""
    DECIDED = "decided"
    """Another moderator has published it or not, or it is not to be published."""
    PROCEDURE = "procedure"
    """The procedure is another than the one that was looked at."""


class Overtaken(StorageError):  # noqa: N818 - says what is the case
    """The question is not any more as it was seen; `change` says in what way."""

    def __init__(self, change: Change) -> None:
        super().__init__(change.value)
        self.change = change


class Flaw(StrEnum):
    """Why an answer can not rest on a procedure."""

    UNKNOWN = "unknown"
    REMOVED = "removed"
    AHEAD = "ahead"
    """The version is none that was ever in force."""


class Unfounded(StorageError):  # noqa: N818 - says what is the case
    """The procedure on which an answer is to rest does not bear it; `flaw` says why."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw

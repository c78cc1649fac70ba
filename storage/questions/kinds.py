"""The words of questions. They are kept, so one may be added, never changed."""

from enum import StrEnum


class QuestionState(StrEnum):
    """What became of a question."""

    ASKED = "asked"
    """It waits for an answer."""
    ANSWERED = "answered"
    DECLINED = "declined"
    """The agency does not answer it, and says why."""
    WITHDRAWN = "withdrawn"
    """The asker took it back: nobody answers it any more."""


class Publication(StrEnum):
    """Whether others may read a question."""

    PRIVATE = "private"
    """The asker does not want it."""
    WANTED = "wanted"
    """The asker agreed; it has no answer yet."""
    PENDING = "pending"
    """It waits for a moderator, for the first time or as its answer was changed."""
    PUBLISHED = "published"
    REFUSED = "refused"
    """A moderator did not let it be read."""
    TAKEN_DOWN = "taken_down"
    """It was published, and is no more."""


class DeclineReason(StrEnum):
    """Why a question is not answered."""

    NOT_OURS = "not_ours"
    UNCLEAR = "unclear"
    ABUSIVE = "abusive"
    NO_QUESTION = "no_question"
    ALREADY_ANSWERED = "already_answered"

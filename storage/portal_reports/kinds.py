"""Words for what portals are told."""

from enum import StrEnum


class ReportState(StrEnum):
    """Where a report stands."""

    DUE = "due"
    """It changed since it was told, and goes as soon as it can."""
    WAITING = "waiting"
    """It did not go, and is tried again."""
    DOUBTED = "doubted"
    """It may have arrived: it is asked for before it is sent again. Without a next time, a person decides."""
    DONE = "done"
    """The portal has all that it is to have."""
    REFUSED = "refused"
    """The portal does not take it. It goes again when it changes, or when an operator says so."""


class OpinionKind(StrEnum):
    """What people ask and think, as portals are told of it."""

    QUESTION = "question"
    """A question with its answer, as published."""
    COMPLAINT = "complaint"
    """A complaint or suggestion: whose it is to settle, by when, and how far it is; its text if published."""
    RATING = "rating"
    """What the dossiers of an agency were rated in a month, in counts."""

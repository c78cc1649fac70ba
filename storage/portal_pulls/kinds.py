"""Words for what is read from portals, as the tables keep them."""

from enum import StrEnum


class Stream(StrEnum):
    """What is read from a portal time and again."""

    DOSSIERS = "dossiers"
    PROCEDURES = "procedures"
    UNITS = "units"
    AGENCIES = "agencies"


class BackfillState(StrEnum):
    """How a backfill stands."""

    RUNNING = "running"
    PAUSED = "paused"
    FAILED = "failed"
    """It came to nothing for now; it goes on where it stood."""
    DONE = "done"


class StrayOutcome(StrEnum):
    """What became of a record that could not be kept."""

    KEPT = "kept"
    """Something was mended, and now it is kept."""
    LEFT = "left"
    """A person looked at it and left it."""

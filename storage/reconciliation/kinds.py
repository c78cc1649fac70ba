"""What a difference between a portal and us may be, and what may come of it. Pure."""

from enum import StrEnum


class DifferenceKind(StrEnum):
    """How they differ."""

    MISSING_HERE = "missing_here"
    """The portal has a dossier that we do not have."""
    MISSING_THERE = "missing_there"
    """We have a dossier that the portal does not have."""
    FIELD_DIFFERS = "field_differs"
    """Both have it, and say something else of it."""


class Field(StrEnum):
    """What is compared of a dossier that both have."""

    STATUS = "status"
    DUE = "due"
    PROCEDURE = "procedure"
    AGENCY = "agency"
    APPLICANT = "applicant"


class Rule(StrEnum):
    """What a difference is, as rules say what is done about it."""

    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    STATUS_THEIRS_NEWER = "status_theirs_newer"
    """Their status is of a later time than ours."""
    STATUS_OURS_NEWER = "status_ours_newer"
    """Our status is of a later time than theirs."""
    STATUS_SAME_TIME = "status_same_time"
    """Two statuses of one moment."""
    DUE = "due"
    PROCEDURE = "procedure"
    AGENCY = "agency"
    APPLICANT = "applicant"


class Action(StrEnum):
    """What is done about a difference, by the rules of the deployment."""

    PULL = "pull"
    """What the portal says is kept, as any telling of it is: as a fact beside the others."""
    REPORT = "report"
    """What we have is told to the portal."""
    PERSON = "person"
    """Nothing: a person looks at it."""


class DifferenceState(StrEnum):
    """What came of it."""

    OPEN = "open"
    """It is being repaired by a rule."""
    LEFT = "left"
    """It is left for a person."""
    REPAIRED = "repaired"
    """After a repair by a rule, both were seen to say the same."""
    SETTLED = "settled"
    """A person said what is to be thought of it."""
    GONE = "gone"
    """Nobody here did anything, and both were seen to say the same."""


LIVE = (DifferenceState.OPEN, DifferenceState.LEFT)
"""Those of which nothing has come yet."""


class Extent(StrEnum):
    """How much is compared."""

    CHANGED = "changed"
    """What changed on either side since the comparison before, and what did not agree then."""
    ALL = "all"
    """Everything."""


class Stage(StrEnum):
    """How far a comparison has come."""

    THEIRS = "theirs"
    """Reading what the portal says has changed."""
    OURS = "ours"
    """Asking it for what changed here and was not among that."""
    APART = "apart"
    """Asking it for what did not agree before."""
    DONE = "done"

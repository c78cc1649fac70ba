"""The words of surveys, and their terms. The words are kept, so one may be added, never changed."""

from datetime import timedelta
from enum import StrEnum

REPLACED_TAKEN_FOR = timedelta(hours=24)
"""After a version was replaced, so long is it still answered by whoever had begun."""
INVITED_EVERY = timedelta(days=30)
"""A party is invited to one survey within so many days, whatever it is about."""
FARTHEST = timedelta(days=36_525)
"""A survey opens and closes within a century: no zone's calendar ends there, nor does that of a database."""
ENDED_WITHIN_AT_MOST = 90
"""Days after which nobody remembers how a dossier went."""
FEWEST = 5
"""Of fewer answers nothing is told but that they are few, as of ratings."""


class SurveyState(StrEnum):
    """What its agency has decided on a survey."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class SurveyStanding(StrEnum):
    """Whether a survey may be answered at a moment."""

    DRAFT = "draft"
    """Nobody but its agency knows of it."""
    NOT_YET = "not_yet"
    OPEN = "open"
    CLOSED = "closed"


class Platform(StrEnum):
    """Where a survey is answered."""

    OWN = "own"
    VNFORM = "vnform"


class Source(StrEnum):
    """By which way an answer came."""

    APP = "app"
    PAGE = "page"
    VNFORM = "vnform"

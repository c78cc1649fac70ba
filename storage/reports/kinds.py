"""Words that are kept with a report."""

from enum import StrEnum

EVERYBODY = "*"
"""Scope of a report on the whole country; any other is the code of an agency, with all below it."""


class ReportState(StrEnum):
    """How far a report has come."""

    WAITING = "waiting"
    """It is to be sent, or to be asked after where nobody knows whether it arrived."""
    SENT = "sent"
    """The system has taken it in, and given it a number."""
    REFUSED = "refused"
    """The system does not take this content, ever."""
    FAILED = "failed"
    """It was given up, or the system does not let us in: an operator is to see to it."""

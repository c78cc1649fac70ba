"""The words of complaints and suggestions. They are kept, so one may be added, never changed."""

from enum import StrEnum


class ComplaintKind(StrEnum):
    """What was sent (Decree 20/2008/ND-CP)."""

    COMPLAINT = "complaint"
    """"Phản ánh": something went wrong."""
    SUGGESTION = "suggestion"
    """"Kiến nghị": a rule or a way of working should be another."""


class Topic(StrEnum):
    """What it is about."""

    OFFICER_CONDUCT = "officer_conduct"
    DELAY = "delay"
    EXTRA_PAPERS = "extra_papers"
    EXTRA_FEES = "extra_fees"
    WRONG_GUIDANCE = "wrong_guidance"
    SYSTEM_FAULT = "system_fault"
    RULES = "rules"
    OTHER = "other"


class ComplaintState(StrEnum):
    """What became of it."""

    RECEIVED = "received"
    """It waits until an agency takes it on, declines it, or sends it to another."""
    ACCEPTED = "accepted"
    """It is being processed."""
    MORE_ASKED = "more_asked"
    """Whoever sent it is asked for more; the agency's time stands still."""
    ANSWERED = "answered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


WITH_AGENCY = frozenset({ComplaintState.RECEIVED, ComplaintState.ACCEPTED})
"""The agency has something to do."""
OPEN = WITH_AGENCY | {ComplaintState.MORE_ASKED}


class ComplaintStep(StrEnum):
    """What happened to it."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    MORE_ASKED = "more_asked"
    SUPPLIED = "supplied"
    """Whoever sent it has added what was asked for."""
    FORWARDED = "forwarded"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    PUBLISHED = "published"
    PUBLICATION_REFUSED = "publication_refused"
    TAKEN_DOWN = "taken_down"
    """What was published is to be read no more: a moderator's will, or that of whoever sent it."""


class DeclineGround(StrEnum):
    """Why it is not processed."""

    NOT_OURS = "not_ours"
    """No agency on this system answers for it; else it is forwarded."""
    UNCLEAR = "unclear"
    ABUSIVE = "abusive"
    REPEATED = "repeated"
    """The same was processed already."""
    OTHER_WAY = "other_way"
    """It is a denunciation or an appeal, for which the law has another procedure."""
    NOT_SUPPLIED = "not_supplied"
    """What was asked for did not come."""


class Stage(StrEnum):
    """What has a time limit of its own."""

    ACCEPT = "accept"
    PROCESS = "process"
    PUBLISH = "publish"

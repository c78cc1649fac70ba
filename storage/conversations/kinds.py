"""The words of conversations. They are kept, so one may be added, never changed."""

from enum import StrEnum


class Author(StrEnum):
    """Who wrote."""

    PARTY = "party"
    """The party, or who acts for it."""
    AGENCY = "agency"
    """A system of the agency's."""
    OFFICER = "officer"
    """Somebody at the agency, on its pages here."""


class MessageKind(StrEnum):
    """What a message is."""

    TEXT = "text"
    SUPPLEMENT_REQUEST = "supplement_request"
    """The agency asks for papers, one by one."""
    SUPPLEMENT_ANSWER = "supplement_answer"
    """The party answers some of what a request asks for; or, to none, all that was asked for elsewhere."""

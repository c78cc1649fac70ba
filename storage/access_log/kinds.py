"""The words of the access log. What is written there stays: a word may be added, never changed."""

from enum import StrEnum


class ReaderKind(StrEnum):
    """Who read."""

    PARTY = "party"
    OFFICER = "officer"
    CLIENT = "client"
    ANONYMOUS = "anonymous"


class Purpose(StrEnum):
    """What for."""

    REPRESENTATION = "representation"
    """Acting for the party."""


class ObjectKind(StrEnum):
    """What was read."""

    PROFILE = "profile"
    DOSSIER = "dossier"
    DOSSIERS = "dossiers"
    """A page of the list."""
    INBOX = "inbox"
    """A page of it."""

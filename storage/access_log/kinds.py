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
    SHARE = "share"
    """Having a link that the party gave away."""
    DOSSIER = "dossier"
    """Handling the party's dossier."""
    QUESTION = "question"
    """Answering what the party asked, or letting it be published."""
    COMPLAINT = "complaint"
    """Handling what the party complained of or suggested, or letting it be published."""
    REUSE = "reuse"
    """Using a result again for a procedure, as the party granted."""


class ObjectKind(StrEnum):
    """What was read."""

    PROFILE = "profile"
    DOSSIER = "dossier"
    DOSSIERS = "dossiers"
    """A page of the list."""
    INBOX = "inbox"
    """A page of it."""
    DOCUMENT = "document"
    """What is told of it, or a file of it."""
    DOCUMENTS = "documents"
    """A page of the store."""
    SHARES = "shares"
    """A page of the links to documents."""
    MESSAGES = "messages"
    """What was written about a dossier, or came with it."""
    SHARE = "share"
    """What a link leads to, as whoever has it is told."""
    QUESTION = "question"
    """What the party asked, and what it was answered."""
    QUESTIONS = "questions"
    """A page of them."""
    COMPLAINT = "complaint"
    """What the party complained of or suggested, and what was done."""
    COMPLAINTS = "complaints"
    """A page of them."""
    SURVEY = "survey"
    """A survey to which the party may have been invited, and whether it has answered."""
    SURVEYS = "surveys"
    """The surveys that wait for its answers."""
    RESULT_REQUEST = "result_request"
    """What an agency asks for of the store, and what was answered."""
    RESULT_REQUESTS = "result_requests"
    """A page of them."""

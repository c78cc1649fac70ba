"""The words of a representation: by what right, for what, on what evidence, and how it came and went."""

from collections.abc import Collection
from enum import StrEnum


class RepresentationKind(StrEnum):
    """By what right somebody acts (Civil Code 91/2015/QH13, articles 134 to 143)."""

    LEGAL_REPRESENTATIVE = "legal_representative"
    """Of an organisation (article 137)."""
    PARENT = "parent"
    """Of a minor (article 136, clause 1)."""
    GUARDIAN = "guardian"
    """Of a minor, or of an adult who can not act (articles 46 to 48, and 136)."""
    AUTHORISED = "authorised"
    """By the party's own word (article 138)."""


class Power(StrEnum):
    """What a representative may do."""

    READ_DOSSIERS = "read_dossiers"
    ACT_ON_DOSSIERS = "act_on_dossiers"
    """Which one can not do unseen: it includes reading them."""
    VAULT = "vault"
    """Seeing the store of documents."""
    SHARE_DOCUMENTS = "share_documents"
    """Giving others links to documents, which one can not do unseen: it includes the store."""
    EVERYTHING = "everything"
    """All of them, also those to come."""


_INCLUDED_IN = {Power.READ_DOSSIERS: Power.ACT_ON_DOSSIERS, Power.VAULT: Power.SHARE_DOCUMENTS}


def allows(scope: Collection[str], power: Power) -> bool:
    """Whether a scope holds a power."""
    return Power.EVERYTHING in scope or power in scope or _INCLUDED_IN.get(power) in scope


class EvidenceKind(StrEnum):
    """What shows that somebody may act."""

    BIRTH_CERTIFICATE = "birth_certificate"
    BUSINESS_REGISTRATION = "business_registration"
    DECISION = "decision"
    """Of a court or an agency."""
    POWER_OF_ATTORNEY = "power_of_attorney"
    OWN_WORD = "own_word"
    """Of the represented party, given in the app by whoever is signed in for it at level 2."""


class EstablishedBy(StrEnum):
    """Who entered it."""

    AGENCY = "agency"
    OPERATOR = "operator"
    REPRESENTED = "represented"


class EndedBy(StrEnum):
    """Who ended it."""

    REPRESENTATIVE = "representative"
    REPRESENTED = "represented"
    OPERATOR = "operator"


class Standing(StrEnum):
    """How it stands at a moment."""

    PENDING = "pending"
    """Awaits the word of whoever was named."""
    UPCOMING = "upcoming"
    ACTIVE = "active"
    EXPIRED = "expired"
    ENDED = "ended"

"""The kinds of party."""

from enum import StrEnum


class PartyKind(StrEnum):
    """Whom a number stands for.

    A household business is a ``PERSON``: since 1 July 2025 it is taxed under its owner's citizen number
    (Circular 86/2024/TT-BTC).
    """

    PERSON = "person"
    ORGANISATION = "organisation"

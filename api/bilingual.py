"""Texts that stand in both languages."""

from typing import NamedTuple


class Words(NamedTuple):
    """One text in both languages."""

    vi: str
    en: str

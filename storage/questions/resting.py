"""What an answer rests on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RestsOn:
    """The procedure on which an answer rests, by short code, and the version that was looked at."""

    code: str
    version: int

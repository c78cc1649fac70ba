"""What may be consented to, and which words of it count."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class ConsentPurpose(StrEnum):
    """What something is done for, where nothing but the party's consent allows it. Kept: never renamed."""

    READ_RECEIPTS = "read_receipts"
    """The agency sees when the party has read its messages."""
    REUSE = "reuse"
    """An agency gets results of the party's that it asked for, for one procedure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The words of a purpose.

    Attributes:
        version: of the present wording, the only one that may be consented to.
        counting: the versions under which a consent stands. One whose words allowed something else is not
            among them, and whoever consented to it is asked again.
        each: whether it is consented to for one thing at a time, which the consent names: what is said of
            one says nothing of another.
    """

    version: int
    counting: frozenset[int]
    each: bool = False

    def __post_init__(self) -> None:
        if self.version not in self.counting or max(self.counting) > self.version:
            raise ValueError("the present wording counts, and none is to come")


TERMS: Mapping[ConsentPurpose, Terms] = MappingProxyType(
    {
        ConsentPurpose.READ_RECEIPTS: Terms(version=1, counting=frozenset({1})),
        ConsentPurpose.REUSE: Terms(version=1, counting=frozenset({1}), each=True),
    }
)
"""The register of purposes: each change of a wording is a version more."""

STANDING_PURPOSES = tuple(purpose for purpose, terms in TERMS.items() if not terms.each)
"""Those that are consented to once for all that they are about, until withdrawn."""

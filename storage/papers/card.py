"""The card: what is drawn on the display copy of a sealed paper, beside its QR code.

The domain and the code in words are read out of the link itself: what a person reads and what the camera
reads can not differ.
"""

import re
from dataclasses import dataclass
from datetime import date

_LINK = re.compile(
    r"HTTPS?://(?P<host>[A-Z0-9.-]{1,253}(?::[0-9]{1,5})?)/V/(?P<code>[0-9A-HJKMNP-TV-Z]{12})#[A-Z2-7]+"
)
_GROUP = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is drawn.

    Raises ValueError when the link is not a seal's.

    Attributes:
        link: what the QR code says, HTTPS://<HOST>/V/<code>#<Base32>, in capitals.
        issued_on: the day on which the result was issued, as printed on it.
        valid_on: the day on which the copy was made, on which the result was valid.
        expires_on: the last day of validity, where there is one.
    """

    link: str
    issued_on: date
    valid_on: date
    expires_on: date | None = None

    def __post_init__(self) -> None:
        if not _LINK.fullmatch(self.link):
            raise ValueError("the link is not that of a seal")

    @property
    def domain(self) -> str:
        """Where the seal can be checked, as people write it: pitfall of look-alikes, so it is printed."""
        return self._part("host").lower()

    @property
    def code(self) -> str:
        """The code in groups of four, to be typed by hand."""
        code = self._part("code")
        return " ".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))

    def _part(self, name: str) -> str:
        found = _LINK.fullmatch(self.link)
        if found is None:  # checked when the card was made
            raise AssertionError
        return found[name]

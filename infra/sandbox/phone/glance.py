"""An arrival as it is seen on a phone."""

import dataclasses
import re
from typing import Any

from infra.sandbox.items import item
from infra.sandbox.outbox import Arrival, Channel

# Letters that English does not have. Official words stay Vietnamese on an English page, and have to say so.
_VIETNAMESE = re.compile(r"[àáâãèéêìíòóôõùúýăđĩũơư\u1ea0-\u1ef9]", re.IGNORECASE)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Glance:
    """What the screen shows of one arrival.

    Attributes:
        at: RFC 3339.
        sender: Who it says it is from, where the channel has one.
        segments: Of how many short messages it is made up, if of any.
        link: What a tap opens, where the text has no link of its own.
        repeated: Whether the same message had come before.
    """

    sequence: int
    channel: Channel
    at: str
    title: str | None
    text: str
    sender: str | None
    segments: int | None
    encoding: str | None
    link: str | None
    repeated: bool

    @property
    def language(self) -> str | None:
        """The language of the text, as far as it shows."""
        return "vi" if _VIETNAMESE.search(f"{self.title or ''}{self.text}") else None


def glance(arrival: Arrival) -> Glance:
    """Return what there is to see of an arrival."""
    shown: dict[str, Any] = item(arrival)
    return Glance(
        sequence=arrival.sequence,
        channel=arrival.channel,
        at=shown["at"],
        title=shown["subject"],
        text=(shown["text"] or "").strip(),
        sender=shown.get("from"),
        segments=shown.get("segments"),
        encoding=shown.get("encoding"),
        link=_link(shown.get("data", {}).get("link")),
        repeated=arrival.duplicate_of is not None,
    )


def _link(given: object) -> str | None:
    return given if isinstance(given, str) and given.startswith(("http://", "https://")) else None

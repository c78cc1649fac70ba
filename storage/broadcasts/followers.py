"""What an app of a party's is to follow: in one statement, as it is asked at every start."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from storage.broadcasts.audience import MINE, Audience
from storage.broadcasts.topics import LANGUAGES
from storage.unit_of_work import Reading

_FIND = f"""
WITH RECURSIVE {MINE}
SELECT mine.agency_id, mine.kind, p.locale, f.enabled
FROM mine
LEFT JOIN party p ON p.id = %(party_id)s
LEFT JOIN preference f ON f.party_id = %(party_id)s AND f.category = %(category)s AND f.channel = %(channel)s
ORDER BY mine.agency_id, mine.kind
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """A party that may be told what is told to many.

    Attributes:
        audiences: those that it is in; that of everybody first.
        language: one of `LANGUAGES`.
        enabled: its word on the category, if it has said one.
    """

    audiences: tuple[Audience, ...]
    language: str
    enabled: bool | None


async def find(reading: Reading, party_id: UUID, *, category: str, channel: str) -> Follower:
    """Return how a party may be told."""
    driver = await reading.driver()
    given = {"party_id": party_id, "category": category, "channel": channel}
    rows: list[Any] = await (await driver.execute(_FIND, given, binary=True)).fetchall()
    _, _, locale, enabled = rows[0]
    return Follower(
        audiences=tuple(Audience.of(agency_id, kind) for agency_id, kind, *_ in rows),
        language=locale if locale in LANGUAGES else LANGUAGES[0],
        enabled=enabled,
    )

"""The ledger: words are added to it, and the last one of a party for a purpose counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from storage.consents import kinds
from storage.consents.kinds import ConsentPurpose
from storage.ids import new_id
from storage.unit_of_work import Reading, UnitOfWork

_FIELDS = "c.id, c.purpose, c.subject_id, c.version, c.given, c.at, c.client_id"
# Whoever comes second waits here, and then sees what the first one said.
_IN_TURN = "SELECT FROM party WHERE id = %s FOR NO KEY UPDATE"
_ADD = """
WITH last AS (
  SELECT c.version, c.given FROM consent c
  WHERE c.party_id = %(party_id)s AND c.purpose = %(purpose)s
    AND c.subject_id IS NOT DISTINCT FROM %(subject_id)s::uuid
  ORDER BY c.number DESC LIMIT 1
)
INSERT INTO consent (id, party_id, purpose, subject_id, number, version, given, at, actor_id,
  representation_id, session_id, client_id)
SELECT %(id)s, %(party_id)s, %(purpose)s, %(subject_id)s,
  1 + coalesce((SELECT max(c.number) FROM consent c
    WHERE c.party_id = %(party_id)s AND c.purpose = %(purpose)s), 0),
  coalesce(%(version)s::smallint, l.version), %(given)s, %(at)s, %(actor_id)s,
  %(representation_id)s, %(session_id)s,
  (SELECT s.client_id FROM session s WHERE s.id = %(session_id)s)
FROM (SELECT) one LEFT JOIN last l ON true
WHERE (l.given IS TRUE) IS DISTINCT FROM %(given)s OR (%(given)s AND l.version <> %(version)s::smallint)
"""
_LATEST = f"""
SELECT DISTINCT ON (c.purpose) {_FIELDS} FROM consent c
WHERE c.party_id = %(party_id)s AND c.subject_id IS NULL ORDER BY c.purpose, c.number DESC
"""
_PAGE = f"""
SELECT {_FIELDS} FROM consent c
WHERE c.party_id = %(party_id)s
  AND (c.at, c.id) < (coalesce(%(at)s::timestamptz, 'infinity'),
    coalesce(%(id)s::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
ORDER BY c.at DESC, c.id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What somebody says about a purpose; see `models.Consent`.

    Attributes:
        version: of the wording that was shown to whoever consents; none of who withdraws, which ends the
            consent to whatever wording it was.
    """

    party_id: UUID
    purpose: ConsentPurpose
    given: bool
    version: int | None
    actor_id: UUID
    representation_id: UUID | None
    session_id: UUID
    subject_id: UUID | None = None

    def __post_init__(self) -> None:
        if kinds.TERMS[self.purpose].each is not (self.subject_id is not None):
            raise ValueError("a consent names what it is to where, and only where, it is to one thing alone")
        if self.given is not (self.version is not None):
            raise ValueError("a consent is to a wording, and its withdrawal to none")
        if self.given and self.version != kinds.TERMS[self.purpose].version:
            raise ValueError("nobody consents to words that are not the present ones")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptWord:
    """What was said, by words that an older release may not know."""

    id: UUID
    purpose: str
    subject_id: UUID | None
    version: int
    given: bool
    at: datetime
    client_id: str | None

    @property
    def stands(self) -> bool:
        """Whether it is a consent that counts, where it is the last word: `standing.stands` in a query."""
        return self.given and self.version in kinds.TERMS[ConsentPurpose(self.purpose)].counting


async def say(uow: UnitOfWork, word: Word, *, now: datetime) -> bool:
    """Keep what a party says; return whether that is anything new. Giving what stands adds nothing."""
    driver = await uow.driver()
    await driver.execute(_IN_TURN, (word.party_id,))
    given = {
        "id": new_id(),
        "party_id": word.party_id,
        "purpose": word.purpose.value,
        "subject_id": word.subject_id,
        "version": word.version,
        "given": word.given,
        "at": now,
        "actor_id": word.actor_id,
        "representation_id": word.representation_id,
        "session_id": word.session_id,
    }
    return (await driver.execute(_ADD, given)).rowcount == 1


async def latest(reading: Reading, party_id: UUID) -> Mapping[ConsentPurpose, KeptWord]:
    """Return the last word of a party for each purpose of which it ever said anything.

    Those to one thing at a time are left out: see `standing.stands`, and `page`.
    """
    found = await _rows(reading, _LATEST, {"party_id": party_id})
    known = {purpose.value: purpose for purpose in ConsentPurpose}
    return {known[word.purpose]: word for word in found if word.purpose in known}


async def page(
    reading: Reading, party_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[KeptWord]:
    """Return up to `limit` words of a party, the last one first.

    `after` is `at` and `id` of the last entry of the page before.
    """
    at, last_id = after or (None, None)
    return await _rows(reading, _PAGE, {"party_id": party_id, "at": at, "id": last_id, "limit": limit})


async def _rows(reading: Reading, query: str, given: dict[str, Any]) -> Sequence[KeptWord]:
    async with (await reading.driver()).cursor(row_factory=class_row(KeptWord)) as cursor:
        return await (await cursor.execute(query.encode(), given)).fetchall()

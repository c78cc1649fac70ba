"""Files that came with messages, as far as they are checked: they lie where those of documents do.

A message stays as it was written, and so do the rows of its files; they bear no `mac`. What of a row was
changed shows by its bytes: they are not the ones, or not under that key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from storage.unit_of_work import Reading, UnitOfWork
from storage.vault.faults import Fault
from storage.vault.kinds import FileRole

_FILES = """
SELECT a.id, a.message_id, a.path, a.size, a.sha256, a.wrapped_key, a.checked_at, m.party_id,
  p.erased_at IS NOT NULL AS erased
FROM message_attachment a JOIN message m ON m.id = a.message_id JOIN party p ON p.id = m.party_id
"""
# Both in the order of the index: the one from its end, the other from its beginning, and not sifted by the
# time, which would look at all when few are due.
_AHEAD = f"""
{_FILES} WHERE a.path IS NOT NULL AND a.checked_at > %(ahead)s
ORDER BY a.checked_at DESC NULLS LAST, a.id DESC LIMIT %(limit)s
"""
_OLDEST = f"""
{_FILES} WHERE a.path IS NOT NULL ORDER BY a.checked_at NULLS FIRST, a.id LIMIT %(limit)s
"""
_RECORD = """
UPDATE message_attachment SET checked_at = %(at)s, fault = %(fault)s
WHERE id = %(id)s AND (path, size, sha256, wrapped_key) = (%(path)s, %(size)s, %(sha256)s, %(wrapped_key)s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedFile:
    """A file that came with a message; see `storage.conversations.models.MessageAttachment`.

    Attributes:
        party_id: whose dossier the message is about, and `erased` whether it was erased.
    """

    id: UUID
    message_id: UUID
    path: str
    size: int
    sha256: bytes
    wrapped_key: bytes
    checked_at: datetime | None
    party_id: UUID
    erased: bool

    @property
    def role(self) -> str:
        """A message has its files as they came, and no copies of them."""
        return FileRole.ORIGINAL.value


async def longest_unchecked(reading: Reading, *, ahead: datetime, limit: int) -> Sequence[AttachedFile]:
    """Return files that were checked after a time to come, and those that waited longest."""
    given = {"ahead": ahead, "limit": limit}
    found: list[AttachedFile] = []
    async with (await reading.driver()).cursor(row_factory=dict_row) as cursor:
        for query in (_AHEAD, _OLDEST):
            rows: list[Any] = await (await cursor.execute(query.encode(), given)).fetchall()
            found += [AttachedFile(**row) for row in rows]
    return found


async def record(uow: UnitOfWork, file: AttachedFile, fault: Fault | None, *, at: datetime) -> bool:
    """Write what was found of a file; return whether its row is still the one that was checked."""
    given = {
        "at": at,
        "fault": fault,
        "id": file.id,
        "path": file.path,
        "size": file.size,
        "sha256": file.sha256,
        "wrapped_key": file.wrapped_key,
    }
    return (await (await uow.driver()).execute(_RECORD, given)).rowcount == 1

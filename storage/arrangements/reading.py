"""Arrangements as whose dossier it is reads them: the party is part of the query."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.arrangements.kinds import ArrangementKind
from storage.arrangements.repository import CONTENT
from storage.unit_of_work import Reading

_OWN = """
SELECT a.kind, a.source_id, a.state, a.state_at, a.content_sealed, k.wrapped
FROM dossier d JOIN party_key k ON k.party_id = d.party_id JOIN arrangement a ON a.dossier_id = d.id
WHERE d.id = %s AND d.party_id = %s
ORDER BY a.created_at, a.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnArrangement:
    """An arrangement as it stands; `content` is JSON as it was told."""

    kind: ArrangementKind
    source_id: str
    state: str
    state_at: datetime
    content: str


async def own(reading: Reading, party_id: UUID, dossier_id: UUID) -> list[OwnArrangement]:
    """Return what is arranged about a dossier of a party, oldest first; nothing for another's."""
    driver = await reading.driver()
    rows: list[Any] = await (await driver.execute(_OWN, (dossier_id, party_id), binary=True)).fetchall()
    if not rows:
        return []
    key = reading.cipher.open_party_key(party_id, rows[0][-1])
    return [
        OwnArrangement(
            kind=ArrangementKind(kind),
            source_id=source_id,
            state=state,
            state_at=state_at,
            content=key.decrypt(sealed, CONTENT),
        )
        for kind, source_id, state, state_at, sealed, _ in rows
    ]

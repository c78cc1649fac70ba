"""Documents as their owner finds them: the party is part of every query.

Titles and numbers are encrypted, so that a search decrypts them one after the other. It looks at no more than
`MOST_SCANNED` documents at a time and says where it stopped: the next page goes on there.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from storage.cipher import PartyKey, UndecipherableError
from storage.dossiers.working_days import VIETNAM
from storage.parties import repository as parties
from storage.search.folding import fold, words
from storage.unit_of_work import Reading
from storage.vault.entries import HOLDER, NUMBER, TITLE
from storage.vault.kinds import DocumentKind, DocumentState
from storage.vault.rows import SHOWN, OwnDocument, open_rows

MOST_SCANNED = 1000
"""Documents that one search looks into."""

# A search reads the few columns that it looks into; the documents of a page are read whole.
_SCAN = f"""
SELECT d.created_at, d.id, d.title_sealed, d.number_sealed, d.holder_sealed, d.type_name, d.issuer_name
FROM document d
WHERE {SHOWN}
  AND (%(kind)s::text IS NULL OR d.kind = %(kind)s)
  AND (%(type_code)s::text IS NULL OR d.type_code = %(type_code)s)
  AND (%(state)s::text IS NULL OR d.state = %(state)s)
  AND (%(expired)s::bool IS NULL OR coalesce(d.expires_on < %(today)s, false) = %(expired)s)
  AND (%(agency_code)s::text IS NULL OR d.agency_code = %(agency_code)s)
  AND (%(procedure_code)s::text IS NULL OR d.procedure_code = %(procedure_code)s)
  AND (%(dossier_code)s::text IS NULL OR d.dossier_code = %(dossier_code)s)
  AND (%(issued_from)s::date IS NULL OR d.issued_on >= %(issued_from)s)
  AND (%(issued_until)s::date IS NULL OR d.issued_on <= %(issued_until)s)
  AND (d.created_at, d.id) < (coalesce(%(at)s::timestamptz, 'infinity'),
    coalesce(%(id)s::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
ORDER BY d.created_at DESC, d.id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which documents are looked for; none leaves a question open.

    Attributes:
        text: words that must all begin a word of title, number, holder, type or issuer: with their marks
            where they are typed with any, else whatever the marks.
        expired: whether the last day is over.
        agency_code: and the other codes in their normal forms.
        issued_from: the first day, `issued_until` the last one.
    """

    text: str | None = None
    kind: DocumentKind | None = None
    type_code: str | None = None
    state: DocumentState | None = None
    expired: bool | None = None
    agency_code: str | None = None
    procedure_code: str | None = None
    dossier_code: str | None = None
    issued_from: date | None = None
    issued_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a list was left: behind this document."""

    at: datetime
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of documents, and where to go on; none at the end.

    Attributes:
        damaged: of these, the ids of those whose rows are not as they were written, and which are not shown.
    """

    documents: tuple[OwnDocument, ...]
    damaged: tuple[UUID, ...]
    place: Place | None


async def page(
    reading: Reading, party_id: UUID, wanted: Wanted, *, after: Place | None, limit: int, now: datetime
) -> Found:
    """Return up to `limit` documents of a party, the one that came in last first.

    A search may return fewer, or none, and still say where to go on. Raises NotFoundError when the party is
    no more.
    """
    key = await parties.open_key(reading, party_id)
    looked_for = words(wanted.text or "")
    most = MOST_SCANNED if looked_for else limit + 1
    given = asdict(wanted) | {
        "party_id": party_id,
        "today": now.astimezone(VIETNAM).date(),
        "at": after and after.at,
        "id": after and after.id,
        "limit": most,
    }
    rows: list[Any] = await (await (await reading.driver()).execute(_SCAN, given, binary=True)).fetchall()
    ids, looked = _sift(key, rows, looked_for, limit)
    more = looked < len(rows) or len(rows) == most
    place = Place(at=rows[looked - 1][0], id=rows[looked - 1][1]) if more else None
    opened = await open_rows(reading, key, ids)
    return Found(
        documents=tuple(opened.own[one] for one in ids if one in opened.own),
        damaged=tuple(one for one in ids if one in opened.damaged),
        place=place,
    )


def _sift(
    key: PartyKey, rows: Sequence[Any], looked_for: Sequence[str], limit: int
) -> tuple[list[UUID], int]:
    """Return the ids of up to `limit` rows that hold all words, and how many rows were looked at for them."""
    ids: list[UUID] = []
    for looked, (_, document_id, *texts) in enumerate(rows):
        if len(ids) == limit:
            return ids, looked
        if not looked_for or _fits(key, texts, looked_for):
            ids.append(document_id)
    return ids, len(rows)


def _fits(key: PartyKey, texts: Sequence[Any], looked_for: Sequence[str]) -> bool:
    try:
        return _holds(_text(key, texts), looked_for)
    except UndecipherableError:
        return True  # damaged: what it held nobody knows, and that it is so is to be seen


def _text(key: PartyKey, texts: Sequence[Any]) -> str:
    *sealed, type_name, issuer_name = texts
    opened = (
        key.decrypt_optional(one, purpose) or ""
        for one, purpose in zip(sealed, (TITLE, NUMBER, HOLDER), strict=True)
    )
    return "\n".join((*opened, type_name, issuer_name))


def _holds(text: str, looked_for: Sequence[str]) -> bool:
    there = words(text)
    folded = [fold(word) for word in there]
    return all(
        any(word.startswith(one) for word in (folded if fold(one) == one else there)) for one in looked_for
    )

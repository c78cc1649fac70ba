"""Messages as parties and officers read them, of one dossier, and as agencies' systems do, of all theirs.

Who may read stands in each query. What is new is told by transaction number, as in `storage.vault.changes`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from sqlmodel import col, select

from storage import moments
from storage.agencies.authority import spoken_for
from storage.cipher import PartyKey
from storage.consents import standing as consents
from storage.consents.kinds import ConsentPurpose
from storage.conversations.kinds import Author, MessageKind
from storage.conversations.models import MessageAttachment
from storage.conversations.supplements import Supplement
from storage.conversations.writing import NAME, TEXT
from storage.errors import NotFoundError
from storage.moments import Moment, moment_of
from storage.officers.authority import holds
from storage.officers.roles import Role
from storage.parties.sealed_rows import sealed_rows
from storage.unit_of_work import Reading

OF_PARTY: LiteralString = "m.dossier_id = %(dossier_id)s AND m.party_id = %(party_id)s"
OF_OFFICER: LiteralString = f"m.dossier_id = %(dossier_id)s AND {holds('d.agency_id')}"
OF_AGENCY: LiteralString = f"d.agency_id = ANY({spoken_for('%(agency_id)s')})"
# That the party has read is for itself, unless it lets the agency know: so are the changes which say so.
CHANGED_FOR_PARTY: LiteralString = "GREATEST(m.changed_xid, m.read_xid)"
CHANGED_FOR_AGENCY: LiteralString = "m.changed_xid"
# A party that was erased has no key: its messages are shown to nobody.
_ROWS = f"""
SELECT m.id, m.dossier_id, d.code, m.party_id, m.author, m.author_ref, m.kind, m.text_sealed,
  m.request_sealed, m.reply_to_id, m.answers, m.source_id, m.created_at, m.read_by_party_at,
  CASE WHEN {consents.stands("m.party_id")} THEN m.receipt_at END AS receipt_at, m.read_by_agency_at,
  {{changed}}::text::bigint AS xid, k.wrapped,
  ARRAY(SELECT unnest(a.answers) FROM message a WHERE a.reply_to_id = m.id) AS answered
FROM message m
JOIN dossier d ON d.id = m.dossier_id
JOIN party_key k ON k.party_id = m.party_id
"""
_NEWEST = f"""
{_ROWS} WHERE {{whose}}
  AND (m.created_at, m.id) < (coalesce(%(at)s::timestamptz, 'infinity'),
    coalesce(%(id)s::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
ORDER BY m.created_at DESC, m.id DESC LIMIT %(limit)s
"""
_NEWEST_FOR_PARTY = _NEWEST.format(whose=OF_PARTY, changed=CHANGED_FOR_PARTY)
_NEWEST_FOR_OFFICER = _NEWEST.format(whose=OF_OFFICER, changed=CHANGED_FOR_AGENCY)
# Rows loaded from a dump carry numbers of another server; those ahead of ours are no changes here.
_CHANGED = f"""
{_ROWS} WHERE {{whose}} AND ({{changed}}, m.id) > (%(xid)s::text::xid8, %(id)s)
  AND {{changed}} < pg_snapshot_xmax(pg_current_snapshot())
ORDER BY {{changed}}, m.id LIMIT %(limit)s
"""
_CHANGED_FOR_PARTY = _CHANGED.format(whose=OF_PARTY, changed=CHANGED_FOR_PARTY)
_CHANGED_FOR_AGENCY = _CHANGED.format(whose=OF_AGENCY, changed=CHANGED_FOR_AGENCY)
_ONE = f"{_ROWS} WHERE m.id = %(id)s AND m.dossier_id = %(dossier_id)s".format(changed=CHANGED_FOR_AGENCY)
_MOMENT_OF_ONE = moment_of("message m", whose="m.dossier_id = %(dossier_id)s", changed=CHANGED_FOR_PARTY)
_MOMENT_OF_ALL = moment_of("message m", whose="true", changed=CHANGED_FOR_AGENCY)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAttachment:
    """What comes with a message; `document_id` where it is a document of the party's store."""

    id: UUID
    document_id: UUID | None
    name: str
    media_type: str
    size: int
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMessage:
    """A message, opened; see `models.Message`.

    Attributes:
        answered: the numbers of the items of a request that have an answer.
        receipt_at: when the party had read it, as far as the agency may know.
        xid: the transaction that changed it last, for whoever reads.
    """

    id: UUID
    dossier_id: UUID
    dossier_code: str
    party_id: UUID
    author: Author
    author_ref: str
    kind: MessageKind
    text: str | None
    request: Supplement | None
    answered: frozenset[int]
    reply_to_id: UUID | None
    answers: tuple[int, ...]
    source_id: str | None
    created_at: datetime
    read_by_party_at: datetime | None
    receipt_at: datetime | None
    read_by_agency_at: datetime | None
    xid: int
    attachments: tuple[KeptAttachment, ...]

    @property
    def supplies(self) -> bool:
        """Whether the party said to send with it what was asked for elsewhere than in a message."""
        return self.kind is MessageKind.SUPPLEMENT_ANSWER and self.reply_to_id is None


async def moment(reading: Reading, dossier_id: UUID | None = None) -> Moment:
    """Return where one conversation stands, or all do."""
    statement = _MOMENT_OF_ONE if dossier_id else _MOMENT_OF_ALL
    return await moments.read(reading, statement, {"dossier_id": dossier_id})


async def newest(
    reading: Reading, party_id: UUID, dossier_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[KeptMessage]:
    """Return up to `limit` messages about a dossier of a party, the newest first.

    `before` is time and id of the last one of the page before.
    """
    at, last_id = before or (None, None)
    given = {"party_id": party_id, "dossier_id": dossier_id, "at": at, "id": last_id, "limit": limit}
    return await _rows(reading, _NEWEST_FOR_PARTY, given)


async def newest_for_officer(
    reading: Reading,
    officer_id: UUID,
    roles: Collection[Role],
    dossier_id: UUID,
    *,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[KeptMessage]:
    """Return the same about a dossier for whose agency an officer holds one of some roles."""
    at, last_id = before or (None, None)
    who = {"officer": officer_id, "roles": [role.value for role in roles]}
    given = who | {"dossier_id": dossier_id, "at": at, "id": last_id, "limit": limit}
    return await _rows(reading, _NEWEST_FOR_OFFICER, given)


async def changed(
    reading: Reading, party_id: UUID, dossier_id: UUID, *, after: tuple[int, UUID], limit: int
) -> Sequence[KeptMessage]:
    """Return up to `limit` messages about a dossier of a party in the order of their last change.

    `after` is the change and id of the last one of the page before; `(floor, BEFORE_ALL_IDS)` to begin.
    """
    xid, last_id = after
    given = {"party_id": party_id, "dossier_id": dossier_id, "xid": xid, "id": last_id, "limit": limit}
    return await _rows(reading, _CHANGED_FOR_PARTY, given)


async def changed_for_agency(
    reading: Reading, agency_id: UUID, *, after: tuple[int, UUID], limit: int
) -> Sequence[KeptMessage]:
    """Return the same about all dossiers for which an agency may speak now."""
    xid, last_id = after
    given = {"agency_id": agency_id, "xid": xid, "id": last_id, "limit": limit}
    return await _rows(reading, _CHANGED_FOR_AGENCY, given)


async def one(reading: Reading, dossier_id: UUID, message_id: UUID) -> KeptMessage:
    """Return a message about a dossier that the caller was found to have a right to.

    Raises NotFoundError where there is none.
    """
    found = await _rows(reading, _ONE, {"dossier_id": dossier_id, "id": message_id})
    if not found:
        raise NotFoundError("message")
    return found[0]


async def _rows(reading: Reading, query: LiteralString, given: dict[str, Any]) -> Sequence[KeptMessage]:
    given |= consents.asked(ConsentPurpose.READ_RECEIPTS)
    rows = await sealed_rows(reading, query, given)
    attached = await _attached(reading, [row["id"] for _, row in rows])
    return [_opened(key, row, attached.get(row["id"], [])) for key, row in rows]


async def _attached(reading: Reading, ids: Sequence[UUID]) -> dict[UUID, list[MessageAttachment]]:
    query = (
        select(MessageAttachment)
        .where(col(MessageAttachment.message_id).in_(ids))
        .order_by(col(MessageAttachment.place))
    )
    found: dict[UUID, list[MessageAttachment]] = {}
    for row in await reading.session.exec(query):
        found.setdefault(row.message_id, []).append(row)
    return found


def _opened(key: PartyKey, row: dict[str, Any], attached: Sequence[MessageAttachment]) -> KeptMessage:
    request = row["request_sealed"]
    return KeptMessage(
        id=row["id"],
        dossier_id=row["dossier_id"],
        dossier_code=row["code"],
        party_id=row["party_id"],
        author=Author(row["author"]),
        author_ref=row["author_ref"],
        kind=MessageKind(row["kind"]),
        text=key.decrypt_optional(row["text_sealed"], TEXT),
        request=Supplement.opened(key, request) if request is not None else None,
        answered=frozenset(row["answered"]),
        reply_to_id=row["reply_to_id"],
        answers=tuple(row["answers"]),
        source_id=row["source_id"],
        created_at=row["created_at"],
        read_by_party_at=row["read_by_party_at"],
        receipt_at=row["receipt_at"],
        read_by_agency_at=row["read_by_agency_at"],
        xid=row["xid"],
        attachments=tuple(attachment(key, one) for one in attached),
    )


def attachment(key: PartyKey, row: MessageAttachment) -> KeptAttachment:
    """Decrypt what is told of an attachment."""
    return KeptAttachment(
        id=row.id,
        document_id=row.document_id,
        name=key.decrypt(row.name_sealed, NAME),
        media_type=row.media_type,
        size=row.size,
        sha256=bytes(row.sha256),
    )

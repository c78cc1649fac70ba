"""All that became of notices, for an operator who was asked: addresses masked, waiting and finished sends."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from storage.cipher import PartyKey, UndecipherableError
from storage.contacts.addresses import ContactKind, mask_email, mask_phone
from storage.contacts.repository import VALUE
from storage.parties.repository import PartyIdentity, number_index
from storage.unit_of_work import Reading

DeliveryState = Literal["waiting", "sending", "finished"]

_PARTY = "SELECT id FROM party WHERE number_index = %s"
_NOTICE = """
SELECT n.id, n.party_id, n.category, d.code, n.created_at, n.planned_at, n.plan_at, n.received_at, n.read_at,
  n.expires_at, coalesce(n.delivery_ids, '{}')
FROM notification n LEFT JOIN dossier d ON d.id = n.dossier_id
"""
_BY_ID = f"{_NOTICE} WHERE n.id = %s"
_OF_PARTY = f"""{_NOTICE}
WHERE n.party_id = %(party_id)s AND n.created_at >= coalesce(%(since)s::timestamptz, '-infinity')
  AND (%(before)s::uuid IS NULL OR (n.created_at, n.id) < (
    SELECT b.created_at, b.id FROM notification b WHERE b.id = %(before)s AND b.party_id = %(party_id)s))
ORDER BY n.created_at DESC, n.id DESC LIMIT %(limit)s
"""
_NOTICES_OF_DELIVERY = """
SELECT notification_ids FROM delivery WHERE id = %(id)s
UNION ALL
SELECT notification_ids FROM finished_delivery WHERE id = %(id)s
LIMIT 1
"""
_WAITING = """
SELECT id, notification_ids, channel, step, lane, attempt, possible_duplicate, created_at, target_id,
  replay_of, CASE WHEN lease_until > now() THEN 'sending' ELSE 'waiting' END, due_at, expires_at, NULL, NULL,
  last_code, NULL, 0, 0, NULL, NULL, NULL
FROM delivery WHERE id = ANY(%s)
"""
# No send ends before its notice is born: months before that are not looked into.
_FINISHED = """
SELECT id, notification_ids, channel, step, lane, attempt, possible_duplicate, created_at, target_id,
  replay_of, 'finished', NULL, NULL, finished_at, outcome, code, provider_id, segments, cost, receipt,
  receipt_code, receipt_at
FROM finished_delivery WHERE party_id = %s AND finished_at >= %s AND notification_ids && %s
"""
_ADDRESSES = """
SELECT id, kind, value_sealed FROM contact WHERE party_id = %(party_id)s AND id = ANY(%(ids)s)
UNION ALL
SELECT id, platform, NULL FROM device WHERE party_id = %(party_id)s AND id = ANY(%(ids)s)
"""
_KEY = "SELECT wrapped FROM party_key WHERE party_id = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryHistory:
    """One send and what became of it.

    Attributes:
        due_at: from when it may be taken, while it waits; while it is sent, until when it is held.
        outcome: how it ended; `code` is the provider's word, of the last attempt while it waits.
        address: masked, as `n***@example.vn` or `+84******678`; of a phone with the app, its platform; none
            where it is gone.
        replay_of: the send that an operator repeated by this one.
        cost: in whole đồng.
    """

    id: UUID
    notification_ids: Sequence[UUID]
    channel: str
    step: int
    lane: int
    attempt: int
    possible_duplicate: bool
    created_at: datetime
    target_id: UUID
    replay_of: UUID | None
    state: DeliveryState
    due_at: datetime | None
    expires_at: datetime | None
    finished_at: datetime | None
    outcome: str | None
    code: str | None
    provider_id: str | None
    segments: int
    cost: int
    receipt: str | None
    receipt_code: str | None
    receipt_at: datetime | None
    address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeHistory:
    """One notice with all its sends, in the order in which they were made.

    Attributes:
        planned_at: when its first step was planned.
        plan_at: when its next one is looked at; none where nothing is left to plan.
    """

    id: UUID
    party_id: UUID
    category: str
    dossier_code: str | None
    created_at: datetime
    planned_at: datetime | None
    plan_at: datetime | None
    received_at: datetime | None
    read_at: datetime | None
    expires_at: datetime
    deliveries: tuple[DeliveryHistory, ...]


_NOTICE_NAMES = tuple(NoticeHistory.__slots__)[:-1]
_DELIVERY_NAMES = tuple(DeliveryHistory.__slots__)[:-1]


async def find_party(reading: Reading, identity: PartyIdentity) -> UUID | None:
    """Return the id of the party with this number, by its keyed hash."""
    rows = await _rows(reading, _PARTY, (number_index(reading.cipher, identity),))
    return rows[0][0] if rows else None


async def of_id(reading: Reading, given: UUID) -> list[NoticeHistory]:
    """Return the notice of this id, or those of the send of this id; none where it is neither's."""
    rows = await _rows(reading, _BY_ID, (given,))
    if not rows:
        sent = await _rows(reading, _NOTICES_OF_DELIVERY, {"id": given})
        for notice_id in sent[0][0] if sent else ():
            rows += await _rows(reading, _BY_ID, (notice_id,))
    return await _with_deliveries(reading, rows)


async def of_party(
    reading: Reading,
    party_id: UUID,
    *,
    since: datetime | None = None,
    before: UUID | None = None,
    limit: int,
) -> list[NoticeHistory]:
    """Return up to `limit` notices of a party, newest first, born at `since` or later.

    `before` is the last notice of the page before; nothing follows one that is not this party's.
    """
    given = {"party_id": party_id, "since": since, "before": before, "limit": limit}
    return await _with_deliveries(reading, await _rows(reading, _OF_PARTY, given))


async def _with_deliveries(reading: Reading, rows: Sequence[Any]) -> list[NoticeHistory]:
    if not rows:
        return []
    notices = [dict(zip(_NOTICE_NAMES, row, strict=False)) for row in rows]
    ids = [notice["id"] for notice in notices]
    # All are of one party: sends are merged within one only.
    found = await sends(
        reading,
        notices[0]["party_id"],
        notices=ids,
        planned=[delivery_id for row in rows for delivery_id in row[-1]],
        since=min(notice["created_at"] for notice in notices),
    )
    of_notice = _by_notice(found)
    return [NoticeHistory(**notice, deliveries=tuple(of_notice[notice["id"]])) for notice in notices]


async def sends(
    reading: Reading, party_id: UUID, *, notices: Sequence[UUID], planned: Sequence[UUID], since: datetime
) -> list[DeliveryHistory]:
    """Return all sends of some notices of one party, in the order in which they were made.

    `planned` are the sends that these name, and the first of them was born at `since`.
    """
    found = await _rows(reading, _WAITING, (list(planned),))
    found += await _rows(reading, _FINISHED, (party_id, since, list(notices)))
    # One that ends between the two queries is found by both: its end counts.
    rows = {row[0]: dict(zip(_DELIVERY_NAMES, row, strict=True)) for row in found}.values()
    addresses = await masked(reading, party_id, [row["target_id"] for row in rows])
    made = (DeliveryHistory(**row, address=addresses.get(row["target_id"])) for row in rows)
    return sorted(made, key=lambda one: (one.created_at, one.id))


def _by_notice(deliveries: Iterable[DeliveryHistory]) -> Mapping[UUID, list[DeliveryHistory]]:
    found: dict[UUID, list[DeliveryHistory]] = defaultdict(list)
    for delivery in deliveries:
        for notice_id in delivery.notification_ids:
            found[notice_id].append(delivery)
    return found


async def masked(reading: Reading, party_id: UUID, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the addresses fit for display; what is gone, or kept under another key, is left out."""
    key = await _party_key(reading, party_id)
    found: dict[UUID, str] = {}
    for address_id, kind, sealed in await _rows(
        reading, _ADDRESSES, {"party_id": party_id, "ids": list(ids)}
    ):
        if sealed is None:
            found[address_id] = kind
        elif key is not None:
            try:
                found[address_id] = _mask(kind, key.decrypt(sealed, VALUE))
            except UndecipherableError:
                continue
    return found


async def _party_key(reading: Reading, party_id: UUID) -> PartyKey | None:
    """Return the open key; none where the party was erased, or the root key at hand is another."""
    rows = await _rows(reading, _KEY, (party_id,))
    try:
        return reading.cipher.open_party_key(party_id, rows[0][0]) if rows else None
    except UndecipherableError:
        return None


def _mask(kind: str, value: str) -> str:
    return mask_email(value) if kind == ContactKind.EMAIL else mask_phone(value)


async def _rows(reading: Reading, query: str, given: Sequence[Any] | Mapping[str, Any]) -> list[Any]:
    driver = await reading.driver()
    return await (await driver.execute(query.encode(), given, binary=True)).fetchall()

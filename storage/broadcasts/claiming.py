"""Taking sends to topics under a lease, as others are taken: they have no party, and no secret address."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from storage.broadcasts.audience import Audience
from storage.broadcasts.topics import LANGUAGES, topic_id, topic_of
from storage.deliveries.claiming import CLAIM, Claimed, Place, Turn, take
from storage.unit_of_work import UnitOfWork

_CLAIM = CLAIM.format(
    details="""
  SELECT claimed.lane, claimed.id, picked.agency_id, picked.due_at, attempt, claimed.expires_at,
    claimed.expires_at <= now() AS expired, target_id, notification_id, b.audience_agency_id, b.audience_kind,
    b.withdrawn_at IS NOT NULL AS withdrawn, b.words, b.link, a.name
  FROM claimed
  JOIN picked ON picked.id = claimed.id
  LEFT JOIN LATERAL (SELECT * FROM broadcast WHERE id = notification_id LIMIT 1) b ON true
  LEFT JOIN LATERAL (SELECT name FROM agency WHERE id = picked.agency_id LIMIT 1) a ON true
"""
).encode()


async def claim_topics(
    uow: UnitOfWork,
    *,
    channel: str,
    size: int,
    lease: timedelta,
    after: Mapping[int, UUID],
    since: Mapping[Place, datetime] | None = None,
) -> tuple[list[Claimed], dict[int, UUID]]:
    """Take up to `size` due sends of a channel that sends to topics: see `storage.deliveries.claiming.claim`.

    Who follows a topic wants what is sent to it, so that each counts as `enabled`.
    """
    turn = Turn(channel=channel, size=size, lease=lease, after=after, since=since or {})
    rows, ends = await take(uow, _CLAIM, turn)
    return [_claimed(row) for row in rows], ends


def _claimed(row: Any) -> Claimed:
    _, _, lane, delivery_id, agency_id, due_at, attempt, expires_at, expired, target_id, *rest = row
    broadcast_id, audience_agency_id, kind, withdrawn, words, link, agency_name = rest
    language, target = _address(audience_agency_id, kind, target_id)
    return Claimed(
        place=(lane, agency_id),
        target=target,
        unreadable=False,
        params={"words": words, "link": link, "agency_name": agency_name},
        id=delivery_id,
        due_at=due_at,
        attempt=attempt,
        expires_at=expires_at,
        expired=expired,
        step=0,
        target_id=target_id,
        more=0,
        agency_supplied=False,
        shut=False,
        enabled=True,
        locale=language,
        time_zone="Asia/Ho_Chi_Minh",
        notification_id=broadcast_id,
        received=False,
        category="broadcast",
        withdrawn=withdrawn,
    )


def _address(agency_id: UUID | None, kind: str, target_id: UUID) -> tuple[str, str | None]:
    """Return language and name of a topic by its id; no name where the broadcast is no longer kept."""
    if agency_id is not None:
        names = {language: topic_of(Audience.of(agency_id, kind), language) for language in LANGUAGES}
        for language, name in names.items():
            if topic_id(name) == target_id:
                return language, name
    return LANGUAGES[0], None

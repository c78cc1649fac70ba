"""Turns broadcasts whose time has come into sends, one for each language: never one for each person."""

from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID

from notify.addressing import VIETNAM
from notify.categories import Category
from notify.routebook import RouteBook
from notify.routes import PUSH, TOPIC, Routing
from storage.broadcasts import publishing
from storage.broadcasts.publishing import NOBODY, DueBroadcast
from storage.broadcasts.topics import LANGUAGES, topic_id, topic_of
from storage.deliveries import repository as deliveries
from storage.deliveries.repository import NewDelivery
from storage.ids import new_id
from storage.unit_of_work import UnitOfWork

BATCH = 50


class BroadcastPlanner:
    """Publishes broadcasts, and queues what is pushed, on an installation with these channels.

    Any number of them work side by side: a broadcast is published, and its sends are queued, in the one
    transaction that holds its row.

    Args:
        on_planned: told after the commit for which channels there is something to send.
    """

    def __init__(
        self,
        open_unit: Callable[[], UnitOfWork],
        channels: Collection[str],
        book: RouteBook | None = None,
        on_planned: Callable[[Collection[str]], None] | None = None,
    ) -> None:
        self._open_unit = open_unit
        # Whoever has the account for the one has it for the other.
        self._pushes = not {PUSH, TOPIC}.isdisjoint(channels)
        self._book = book or RouteBook()
        self._on_planned = on_planned

    async def run_once(self) -> int:
        """Publish what is due; return how many it were."""
        async with self._open_unit() as uow:
            due = await publishing.claim_due(uow, BATCH)
            if not due:
                # Not undone: see the dispatcher's claim.
                await uow.commit()
                return 0
            routing = await self._book.current(uow)
            for broadcast in due:
                sends = self._sends(broadcast, routing)
                await deliveries.add(uow, sends)
                await publishing.publish(uow, broadcast.id, [send.id for send in sends])
            await uow.commit()
        if self._on_planned:
            self._on_planned([TOPIC])
        return len(due)

    def _sends(self, broadcast: DueBroadcast, routing: Routing) -> list[NewDelivery]:
        if not self._pushes or pushed_at(broadcast.now, broadcast.expires_at, routing) is None:
            return []
        topics = [topic_of(broadcast.audience, language) for language in LANGUAGES]
        return [self._send(broadcast, topic_id(topic), routing) for topic in topics]

    def _send(self, broadcast: DueBroadcast, target_id: UUID, routing: Routing) -> NewDelivery:
        return NewDelivery(
            id=new_id(),
            notification_ids=[broadcast.id],
            party_id=NOBODY,
            agency_id=broadcast.agency_id,
            channel=TOPIC,
            lane=routing.routes[Category.BROADCAST].lane,
            step=0,
            target_id=target_id,
            expires_at=pushed_until(broadcast.now, broadcast.expires_at, routing),
        )


def pushed_until(published_at: datetime, expires_at: datetime, routing: Routing) -> datetime:
    """Return until when a broadcast is worth pushing; in the app it stays."""
    return min(expires_at, published_at + routing.routes[Category.BROADCAST].expiry)


def pushed_at(published_at: datetime, expires_at: datetime, routing: Routing) -> datetime | None:
    """Return when a broadcast reaches phones: not while Vietnam sleeps. None where it is in the app alone."""
    route = routing.routes[Category.BROADCAST]
    if PUSH not in route.channels:
        return None
    sleeps = routing.quiet if route.quiet and routing.wakes(TOPIC) else None
    at = (sleeps and sleeps.ends_at(published_at, VIETNAM)) or published_at
    return at if at < pushed_until(published_at, expires_at, routing) else None

"""Turns notices that are due into sends. One transaction a batch; no provider is called."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from uuid import UUID

import structlog

from notify.outcomes import PAUSE
from notify.routing import plan, route_of
from storage.deliveries import repository as deliveries
from storage.deliveries.repository import NewDelivery
from storage.ids import new_id
from storage.notifications import planning
from storage.notifications.planning import Advance, DueNotification, Reach
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

BATCH = 500


class Planner:
    """Plans batches of notices for the channels that are set up."""

    def __init__(self, open_unit: Callable[[], UnitOfWork], channels: Collection[str]) -> None:
        self._open_unit = open_unit
        self._channels = frozenset(channels)

    async def run_once(self) -> int:
        """Plan one batch; return how many notices it held."""
        async with self._open_unit() as uow:
            due = await planning.claim_due(uow, BATCH)
            if not due:
                return 0
            dossiers = {notice.dossier_id for notice in due if notice.dossier_id}
            reach = await planning.reach(uow, {notice.party_id for notice in due}, dossiers)
            await self._write(uow, due, reach)
            await uow.commit()
            return len(due)

    async def _write(
        self, uow: UnitOfWork, due: Collection[DueNotification], reach: dict[UUID, Reach]
    ) -> None:
        now = datetime.now(UTC)
        sends: list[NewDelivery] = []
        steps: list[Advance] = []
        for notice in due:
            try:
                targets, plan_at = plan(notice, reach.get(notice.party_id, Reach()), self._channels, now)
            except LookupError:
                # A newer release wrote it, during a roll-out: it must not keep all others from being planned.
                log.warning("not_planned", notification_id=str(notice.id), category=notice.category)
                steps.append(Advance(id=notice.id, step=notice.step, plan_at=now + PAUSE))
                continue
            sends += [_delivery(notice, channel, target) for channel, target in targets]
            steps.append(Advance(id=notice.id, step=notice.step + 1, plan_at=plan_at))
        await deliveries.add(uow, sends)
        await planning.advance(uow, steps)


def _delivery(notice: DueNotification, channel: str, target: UUID) -> NewDelivery:
    return NewDelivery(
        id=new_id(),
        notification_id=notice.id,
        party_id=notice.party_id,
        agency_id=notice.agency_id,
        channel=channel,
        lane=route_of(notice).lane,
        target_id=target,
        expires_at=notice.expires_at,
    )

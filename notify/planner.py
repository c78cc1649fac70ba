"""Turns notices that are due into sends. One transaction a batch; no provider is called."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog

from notify.merging import age, merge
from notify.outcomes import PAUSE
from notify.ports import AddressKind
from notify.rounds import After, Rounds, Since
from notify.routebook import RouteBook
from notify.routing import Plan, Router, Verdict
from storage.deliveries import repository as deliveries
from storage.deliveries.repository import NewDelivery
from storage.ids import new_id
from storage.notifications import planning
from storage.notifications.claiming import claim_due
from storage.notifications.planning import Advance, DueNotification, Reach
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

BATCH = 500
AFTER_THE_OTHER = timedelta(seconds=0.2)
"""When to look again at the notices of a party for whom another planner is just deciding."""


class Planner:
    """Plans batches of notices, for the channels of this installation and what each sends to.

    Args:
        on_planned: told after the commit for which channels there is something to send.
    """

    def __init__(
        self,
        open_unit: Callable[[], UnitOfWork],
        channels: Mapping[str, AddressKind],
        book: RouteBook | None = None,
        on_planned: Callable[[Collection[str]], None] | None = None,
    ) -> None:
        self._open_unit = open_unit
        self._channels = dict(channels)
        self._book = book or RouteBook()
        self._on_planned = on_planned
        self._rounds = Rounds()

    async def run_once(self) -> int:
        """Plan one batch; return how many notices it held."""
        async with self._open_unit() as uow:
            due = await self._rounds.claim(partial(self._claim, uow))
            if not due:
                # Not undone: see the dispatcher's claim.
                await uow.commit()
                return 0
            routing = await self._book.current(uow)
            mergeable = frozenset(routing.mergeable())
            parties = {notice.party_id for notice in due if _is_first(notice, mergeable)}
            alone = await planning.alone_with(uow, parties)
            sheet = _Sheet(
                router=Router(routing=routing, channels=self._channels),
                reach=await planning.reach(uow, due, self._channels),
                mergeable=mergeable,
                now=await planning.clock(uow),
            )
            sheet.fill(due, alone)
            async with uow.together():
                await deliveries.add(uow, sheet.sends)
                await planning.advance(uow, sheet.steps)
            await uow.commit()
        if self._on_planned:
            self._on_planned({send.channel for send in sheet.sends})
        return len(due)

    async def _claim(
        self, uow: UnitOfWork, after: After, since: Since
    ) -> tuple[list[DueNotification], After]:
        return await claim_due(uow, BATCH, after=after, since=since)


def _is_first(notice: DueNotification, mergeable: frozenset[str]) -> bool:
    return not notice.planned and notice.category in mergeable


@dataclass(kw_only=True)
class _Sheet:
    """What one batch comes to."""

    router: Router
    reach: Mapping[UUID, Reach]
    mergeable: frozenset[str]
    now: datetime
    sends: list[NewDelivery] = field(default_factory=list)
    steps: list[Advance] = field(default_factory=list)

    def fill(self, due: Iterable[DueNotification], alone: set[UUID]) -> None:
        """Judge all notices; those that may merge party by party."""
        firsts: dict[UUID, list[DueNotification]] = defaultdict(list)
        further: dict[UUID, list[DueNotification]] = defaultdict(list)
        for notice in due:
            if notice.category not in self.mergeable:
                self._leave([notice])
            else:
                (further if notice.planned else firsts)[notice.party_id].append(notice)
        for notices in further.values():
            # Those that left as one are due together, and go on as one as far as the routes of each lead.
            self._leave(sorted(notices, key=age, reverse=True))
        for party_id, notices in firsts.items():
            if party_id in alone:
                self._merge(notices)
            else:
                self._hold(notices, self.now + AFTER_THE_OTHER)

    def _merge(self, notices: Sequence[DueNotification]) -> None:
        left = self._reach_of(notices[0]).last_planned_at
        last = max((left[category] for category in self.mergeable & left.keys()), default=None)
        merged = merge(notices, last, self.router.routing.merge_within, self.now)
        self._leave(merged.leaving)
        if merged.held_until:
            self._hold(merged.held, merged.held_until)

    def _hold(self, notices: Iterable[DueNotification], until: datetime) -> None:
        self.steps += [Advance(id=notice.id, step=notice.step, plan_at=until) for notice in notices]

    def _leave(self, notices: Sequence[DueNotification]) -> None:
        """Plan notices that leave as one, the one that gives the wording first."""
        parts: dict[tuple[str, UUID], list[DueNotification]] = defaultdict(list)
        planned: list[tuple[DueNotification, Plan]] = []
        for notice in notices:
            plan = self._plan(notice)
            if plan is None:
                continue
            if plan.verdict is Verdict.SENT:
                planned.append((notice, plan))
                for send in plan.sends:
                    parts[send.channel, send.target_id].append(notice)
            else:
                self._tell(notice, plan)
                self.steps.append(Advance(id=notice.id, step=plan.step, plan_at=plan.plan_at))
        ids: dict[UUID, list[UUID]] = defaultdict(list)
        for (channel, target_id), together in parts.items():
            delivery = self._delivery(channel, target_id, together)
            self.sends.append(delivery)
            for notice in together:
                ids[notice.id].append(delivery.id)
        self.steps += [
            Advance(
                id=notice.id, step=plan.step, plan_at=plan.plan_at, planned=True, delivery_ids=ids[notice.id]
            )
            for notice, plan in planned
        ]
        if planned and not planned[0][0].planned:
            self._count(planned[0][0])

    def _tell(self, notice: DueNotification, plan: Plan) -> None:
        """Say so where a right of somebody hangs on what nobody could be told. Each send is a dead letter."""
        if (
            plan.verdict is Verdict.EXHAUSTED
            and self.router.routing.route_of(notice.category).critical
            and self.router.in_vain(notice, self._reach_of(notice))
        ):
            log.warning("nobody_told", notification_id=str(notice.id), category=notice.category)

    def _plan(self, notice: DueNotification) -> Plan | None:
        # One notice must not keep all others from being planned.
        try:
            return self.router.plan(notice, self._reach_of(notice), self.now)
        except LookupError:
            # A newer release wrote it, during a roll-out.
            log.warning("not_planned", notification_id=str(notice.id), category=notice.category)
        except Exception:
            log.exception("not_planned", notification_id=str(notice.id), category=notice.category)
        self._hold([notice], self.now + PAUSE)
        return None

    def _reach_of(self, notice: DueNotification) -> Reach:
        return self.reach.get(notice.party_id) or Reach()

    def _count(self, notice: DueNotification) -> None:
        today = self._reach_of(notice).planned_today
        today[notice.category] = today.get(notice.category, 0) + 1

    def _delivery(self, channel: str, target_id: UUID, together: Sequence[DueNotification]) -> NewDelivery:
        lead = together[0]
        routes = self.router.routing
        return NewDelivery(
            id=new_id(),
            notification_ids=[notice.id for notice in together],
            party_id=lead.party_id,
            agency_id=lead.agency_id,
            channel=channel,
            lane=min(routes.route_of(notice.category).lane for notice in together),
            step=lead.step,
            target_id=target_id,
            expires_at=max(self.router.expires_at(notice) for notice in together),
        )

"""A dry run: what a party would get for a notice, when, at what cost, and why: pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from notify.addressing import Send, Why
from notify.routing import Router, Verdict
from storage.notifications.planning import DueNotification, Reach, Sent, SentState

MOST_LOOKS = 20
"""A notice is looked at once a step, and again where it had to wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look of the planner at the notice.

    Attributes:
        cost: of its sends, in whole đồng, with `segments` for each text message.
    """

    at: datetime
    verdict: Verdict
    sends: tuple[Send, ...]
    passed: tuple[tuple[str, Why], ...]
    cost: int


def preview(router: Router, notice: DueNotification, reach: Reach, segments: Mapping[str, int]) -> list[Look]:
    """Let a notice travel, as if every provider took it and nobody ever confirmed it.

    Args:
        router: by which routing, on which channels.
        notice: at its birth.
        reach: of its party; left as it is.
        segments: of how many parts the notice is made up on a channel; one where none is named.

    Raises:
        LookupError: there is no such category.
    """
    looks: list[Look] = []
    sent: list[Sent] = []
    at: datetime | None = notice.created_at
    while at is not None and len(looks) < MOST_LOOKS:
        seen = replace(reach, sent={notice.id: sent})
        plan = router.plan(notice, seen, at)
        prices = router.routing.prices
        cost = sum(prices.get(send.channel, 0) * segments.get(send.channel, 1) for send in plan.sends)
        looks.append(Look(at=at, verdict=plan.verdict, sends=plan.sends, passed=plan.passed, cost=cost))
        sent = sent + [
            Sent(
                channel=send.channel,
                target_id=send.target_id,
                state=SentState.ACCEPTED,
                at=at,
                step=plan.step - 1,
            )
            for send in plan.sends
        ]
        notice = replace(notice, step=plan.step)
        at = plan.plan_at
    return looks

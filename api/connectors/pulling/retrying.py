"""Strays tried again, once what they lacked was mended."""

from collections.abc import Callable
from dataclasses import dataclass

from api.connectors.engine import Link
from api.connectors.pulling.keeping import Keeping
from storage.portal_pulls import strays


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """What came of trying strays again.

    Attributes:
        kept: are none any more.
        left: can still not be kept.
    """

    kept: int = 0
    left: int = 0


async def retry(link: Link, tell: Callable[[Retried], None] = lambda _: None) -> Retried:
    """Try all strays of a deployment again, the oldest first; each by itself.

    One that can not be kept still keeps the day when it first came, and its new reason.
    """
    keeping, kept, left = Keeping(link), 0, 0
    last = None
    while True:
        async with link.open_unit() as uow:
            found = await strays.listed(uow, link.name, after=last)
            records = [await strays.record(uow, one) for one in found]
        if not found:
            return Retried(kept=kept, left=left)
        for record in records:
            done = await keeping.keep([record])
            kept, left = kept + (not done.strays), left + len(done.strays)
            tell(Retried(kept=kept, left=left))
        last = found[-1]

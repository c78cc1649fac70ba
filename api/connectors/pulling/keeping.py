"""What a portal tells is kept: by the same door as what an agency pushes, and nothing of it is lost."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from api.connectors.engine import Link
from api.connectors.portals.deployment import Offer
from api.connectors.portals.port import Record
from api.connectors.pulling.callers import by_caller
from api.connectors.pulling.drawing import FAULTY, Drawn, draw_up, refused, stray_of
from api.connectors.pulling.echoes import recognised
from api.recording.schemas import EventOutcome
from api.recording.service import receive
from storage.cipher import UndecipherableError
from storage.engine import UNAVAILABLE
from storage.errors import StorageError
from storage.portal_pulls import strays
from storage.portal_pulls.hurry import do_not_wait
from storage.portal_pulls.kinds import StrayOutcome
from storage.portal_pulls.strays import Stray
from storage.unit_of_work import UnitOfWork, transact

log = structlog.get_logger(__name__)

AT_A_TIME = 200
"""Records in one transaction: so many are kept within a second or two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of some records.

    Attributes:
        records: how many there were.
        events: facts that were not known before.
        repeated: events that told what was known.
        strays: records that are not kept, or not in full.
    """

    records: int = 0
    events: int = 0
    repeated: int = 0
    strays: Sequence[Stray] = ()

    def __add__(self, other: "Kept") -> "Kept":
        return Kept(
            records=self.records + other.records,
            events=self.events + other.events,
            repeated=self.repeated + other.repeated,
            strays=[*self.strays, *other.strays],
        )


Then = Callable[[UnitOfWork, Kept], Awaitable[None]]
"""What is kept together with the records, such as where to go on."""


async def _nothing(_uow: UnitOfWork, _kept: Kept) -> None:
    """Keep nothing beside."""


def _is_of_a_record(error: Exception) -> bool:
    """Whether a fault is one of some record, which must hold up no other."""
    if isinstance(error, UndecipherableError):
        # Of what we have of its dossier: the others are sealed under other keys.
        return True
    return not isinstance(error, (StorageError, *UNAVAILABLE))


class Keeping:
    """Keeps what one deployment tells. Whatever comes twice is kept once, whoever brought it first.

    Args:
        link: the deployment.
        hurried: commits are not waited for, as what is lost with them is read again.
    """

    def __init__(self, link: Link, *, hurried: bool = False) -> None:
        self._link, self._hurried = link, hurried
        deployment = link.deployment
        self._dialect = deployment.dialect.dialect
        self._steps = deployment.progress_field if Offer.PROGRESS in deployment.offers else None

    async def keep(
        self, records: Sequence[Record], then: Then = _nothing, *, now: datetime | None = None
    ) -> Kept:
        """Keep records, and with the last of them what follows from it.

        A record that can not be read, or of which something is refused, becomes a stray with its reason; what
        else it tells is kept. One that was a stray and is kept now is none any more.

        Args:
            records: dossiers as they stand at the portal.
            then: run in the transaction that keeps the last of them, with what became of them all; it runs
                again where that transaction has to.
            now: later than this nothing has happened; the time of this moment unless given.

        Raises:
            ContentionError: others were first time and again.
            NobodySpeaksError: none of the deployment's agencies is known.
        """
        now = now or datetime.now(UTC)
        starts = range(0, len(records), AT_A_TIME) or (0,)
        kept = Kept()
        for start in starts:
            drawn = draw_up(records[start : start + AT_A_TIME], now, self._dialect, self._steps)
            kept = await self._keep(drawn, kept, then if start == starts[-1] else _nothing, now)
        return kept

    async def _keep(self, drawn: Drawn, before: Kept, then: Then, now: datetime) -> Kept:
        try:
            return await self._committed(drawn, before, then, now)
        except Exception as error:
            if not _is_of_a_record(error):
                raise
            # By its name alone: what a driver says of a value could be a person's.
            log.warning("portal_records_faulty", portal=self._link.name, error=type(error).__name__)
        for record in drawn.records:
            before += await self._alone(record, now)
        return await self._committed(draw_up([], now, self._dialect), before, then, now)

    async def _alone(self, record: Record, now: datetime) -> Kept:
        drawn = draw_up([record], now, self._dialect, self._steps)
        try:
            return await self._committed(drawn, Kept(), _nothing, now)
        except Exception as error:
            if not _is_of_a_record(error):
                raise
            stray = stray_of(record, FAULTY)
            log.warning(
                "portal_record_faulty", portal=self._link.name, code=stray.code, error=type(error).__name__
            )
        faulty = Drawn(records=[record], good={}, of={}, strays={0: stray})
        return await self._committed(faulty, Kept(), _nothing, now)

    async def _committed(self, drawn: Drawn, before: Kept, then: Then, now: datetime) -> Kept:
        async def work(uow: UnitOfWork) -> Kept:
            if self._hurried:
                await do_not_wait(uow)
            kept = before + await self._received(uow, drawn, now)
            await then(uow, kept)
            return kept

        return await transact(self._link.open_unit, work)

    async def _received(self, uow: UnitOfWork, drawn: Drawn, now: datetime) -> Kept:
        """Keep what is well-formed, and strays; say what became of them."""
        found, name = dict(drawn.strays), self._link.name
        events = repeated = 0
        for caller, good in await by_caller(uow, self._link, await recognised(uow, self._link, drawn.good)):
            answers = await receive(
                uow,
                caller=caller,
                authority=self._link.authority,
                good=good,
                now=now,
                stale_after=self._link.stale_after,
                locale="vi",
                of=drawn.of,
            )
            for number, answer in answers.items():
                place = drawn.of[number]
                events += answer.outcome is EventOutcome.ACCEPTED
                repeated += answer.outcome is EventOutcome.REPEATED
                if answer.outcome is EventOutcome.REFUSED:
                    found.setdefault(place, refused(drawn.records[place], answer))
        whole = [one for place, one in enumerate(drawn.records) if place not in found]
        if whole and await strays.any_open(uow, name):
            digests = [strays.digest_of(uow.cipher, record) for record in whole]
            await strays.settle(uow, name, digests, StrayOutcome.KEPT, now)
        await strays.add(uow, name, list(found.values()), now)
        return Kept(records=len(drawn.records), events=events, repeated=repeated, strays=[*found.values()])

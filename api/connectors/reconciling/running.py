"""A comparison goes on, step by step: what they changed, what changed here, and what did not agree before.

Each step is kept with what it found, so a comparison goes on where it stood, whoever does it. A dossier that
agreed, and changed on neither side since, is neither read nor asked for.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from api.connectors.engine import Link, Turn
from api.connectors.portals.deployment import Offer
from api.connectors.portals.port import NotLetInError, PortalError, Record, UnavailableError
from api.connectors.reconciling.looking import Heard, Looking
from storage.horizon import horizon
from storage.portal_reports.reach import reached
from storage.reconciliation import comparisons, ours, standings
from storage.reconciliation.comparisons import BEGINNING, Run
from storage.reconciliation.kinds import Extent, Stage
from storage.reconciliation.ours import Changed

MOST_PAGES = 100_000
"""Of one window: a portal may say for ever that there is more."""
LISTED_AT_A_TIME = 500
ASKED_AT_A_TIME = 20
"""Dossiers that are asked for one by one before what was found is kept."""
STUCK = timedelta(hours=1)
"""After which what a portal does not answer holds up the others no longer."""


async def start(link: Link, extent: Extent, now: datetime) -> Run:
    """Begin a comparison; the first one is of everything. Raises ContentionError where one is under way."""
    rules = link.deployment.reconcile
    async with link.open_unit() as uow:
        until = await horizon(uow, settled=rules.settle)
        before = await comparisons.last(uow, link.name, finished=True)
        whole = extent is Extent.ALL or before is None
        run = Run(
            deployment=link.name,
            extent=Extent.ALL if whole else Extent.CHANGED,
            since=until - timedelta(days=rules.all_days) if whole or before is None else before.until,
            until=until,
            ours_at=BEGINNING if whole or before is None else before.until,
            started_at=now,
        )
        await comparisons.begin(uow, run)
        await uow.commit()
    return run


class Running:
    """Takes a comparison on.

    Args:
        link: the deployment.
        turn: ours.
        tell: is shown where it stands, after each step.
    """

    def __init__(self, link: Link, turn: Turn, tell: Callable[[Run], None] = lambda _: None) -> None:
        self._link, self._turn, self._tell = link, turn, tell
        self._looking = Looking(link, turn)
        self._offers = link.deployment.offers

    async def finish(self, run: Run) -> Run:
        """Take it to its end. Raises PortalError where the portal stops it: it stands where it stood."""
        while run.stage is not Stage.DONE:
            run = await self.step(run, datetime.now(UTC))
            self._tell(run)
        return run

    async def step(self, run: Run, now: datetime) -> Run:
        """Take it on by one step. Raises PortalError."""
        match run.stage:
            case Stage.THEIRS:
                return await self._theirs(run, now)
            case Stage.OURS:
                return await self._ours(run, now)
            case Stage.APART:
                return await self._apart(run, now)
            case Stage.DONE:
                return run

    async def _theirs(self, run: Run, now: datetime) -> Run:
        if Offer.CHANGED not in self._offers or run.since >= run.until:
            following = Stage.OURS if Offer.DOSSIER in self._offers else Stage.DONE
            return await self._looking.look(Heard(), run, replace(run, stage=following, cursor=None), now)
        end = min(run.since + self._link.deployment.pull.window, run.until)
        number, cursor = self._place(run.cursor)
        if number >= MOST_PAGES:
            # The next try begins the window anew.
            await self._looking.look(Heard(), run, replace(run, cursor=None), now)
            raise UnavailableError(f"{MOST_PAGES} pages without an end")
        page = await self._link.portal.changed(run.since, end, cursor)
        moved = replace(
            run,
            cursor=page.cursor and f"{number + 1}/{self._link.deployment.page_size}/{page.cursor}",
            since=end if page.cursor is None else run.since,
            counts=run.counted(read=len(page.records), unreadable=page.unreadable),
        )
        return await self._looking.look(Heard(records=page.records), run, moved, now)

    def _place(self, kept: str | None) -> tuple[int, str | None]:
        """Return how many pages of a window were read, and the portal's cursor; none if in doubt."""
        number, _, rest = (kept or "").partition("/")
        size, _, cursor = rest.partition("/")
        known = number.isdecimal() and size == str(self._link.deployment.page_size)
        return (int(number), cursor) if known else (0, None)

    async def _ours(self, run: Run, now: datetime) -> Run:
        async with self._link.open_unit() as uow:
            agencies = await reached(uow, self._link.deployment.agencies)
            listed = await ours.changed(uow, agencies, run.place, run.until, limit=LISTED_AT_A_TIME)
            known = await standings.known(uow, run.deployment, [one.code for one in listed.changed])
        unseen = [one for one in listed.changed if _unseen(one, known.get(one.code), run)]
        some, ask = _as_far_as(listed.changed, unseen)
        whole = len(some) == len(listed.changed)
        place = listed.place if whole else some[-1].place
        moved = replace(
            run,
            ours_at=place.at,
            ours_id=place.id,
            stage=Stage.APART if whole and not listed.more else run.stage,
            counts=run.counted(listed=len(some)),
        )
        return await self._looking.look(await self._asked(ask, run, now), run, moved, now)

    async def _apart(self, run: Run, now: datetime) -> Run:
        async with self._link.open_unit() as uow:
            codes = await standings.apart(
                uow, run.deployment, after=run.cursor or "", before=run.started_at, limit=ASKED_AT_A_TIME
            )
        moved = replace(run, cursor=codes[-1]) if codes else replace(run, stage=Stage.DONE, cursor=None)
        return await self._looking.look(await self._asked(codes, run, now), run, moved, now)

    async def _asked(self, codes: Sequence[str], run: Run, now: datetime) -> Heard:
        """Ask for dossiers one by one. Raises PortalError where none is answered, unless that lasts."""
        records: list[Record] = []
        missing: list[str] = []
        unheard: dict[str, PortalError] = {}
        for code in codes:
            # A portal may take minutes for one, and so longer than a lease for all.
            await self._turn.hold(self._link.open_unit)
            try:
                record = await self._link.portal.dossier(code)
            except NotLetInError:
                raise
            except PortalError as error:
                unheard[code] = error
                continue
            if record is None:
                missing.append(code)
            else:
                records.append(record)
        if unheard and len(unheard) == len(codes) and now < (run.moved_at or run.started_at) + STUCK:
            raise next(iter(unheard.values()))
        return Heard(records=records, missing=missing, unheard=list(unheard))


def _unseen(one: Changed, standing: standings.Standing | None, run: Run) -> bool:
    """Whether a dossier has not been compared as it is now, or, where all are compared, not in this run."""
    if standing is None:
        return True
    if run.extent is Extent.ALL:
        return standing.seen_at < run.started_at
    return standing.ours_at != one.place.at


def _as_far_as(listed: Sequence[Changed], unseen: Sequence[Changed]) -> tuple[Sequence[Changed], list[str]]:
    """Return the list as far as not too many of it are asked for, and the codes of those."""
    asked = unseen[:ASKED_AT_A_TIME]
    some = listed if len(unseen) <= ASKED_AT_A_TIME else listed[: listed.index(asked[-1]) + 1]
    return some, [one.code for one in asked]

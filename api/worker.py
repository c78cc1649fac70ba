"""Puts the background process together: planning, sending, and upkeep."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta

import structlog

from api.complaints.watching import OVERDUE
from api.complaints.watching import Watch as ComplaintWatch
from api.connectors.chores import CHORES
from api.connectors.engine import PortalEngine
from api.connectors.measuring.emc import Emc
from api.connectors.measuring.reporting import STANDING, Reporter
from api.connectors.measuring.settings import EmcSettings
from api.connectors.portals.loading import PortalSettings
from api.connectors.reconciling.days import DayKeeper
from api.connectors.surveys.exchanging import Exchange
from api.connectors.surveys.settings import VnformSettings
from api.connectors.surveys.vnform import Vnform
from api.connectors.watching import tallies_of
from api.ratings.watching import Watch as RatingWatch
from api.services import make_cipher, warm_calendar
from api.settings import Settings
from api.surveys.addresses import PageAddresses
from api.surveys.keys import page_links
from api.surveys.watching import Watch as SurveyWatch
from notify.broadcasts import BroadcastPlanner
from notify.compose import Composer
from notify.dispatcher import Dispatcher
from notify.leases import LEASE
from notify.loops import Bell, run_until_stopped
from notify.metrics_server import serving
from notify.planner import Planner
from notify.ports import Channel
from notify.receipts import ReceiptDesk
from notify.registry import REPORTED, build_channels, close_channels, planned_channels
from notify.routebook import RouteBook
from notify.valve import Valve
from storage import partitions
from storage.agencies.authority import AuthorityBook
from storage.cipher import Cipher
from storage.engine import Engine, libpq_url
from storage.hints import HintListener
from storage.idempotency import repository as idempotency
from storage.limits import repository as limits
from storage.receipts import repository as receipts
from storage.scores.keeping import Keeper
from storage.sessions import repository as sessions
from storage.settling import settle
from storage.suppressions import repository as suppressions
from storage.surveys.kinds import Platform
from storage.unit_of_work import Reading, UnitOfWork
from storage.vault.place import open_blobs
from storage.vault.settings import VaultSettings
from storage.vault.watching import Watch
from storage.verifications import repository as verifications

log = structlog.get_logger(__name__)

AT_ONCE = 2
"""Dispatchers a channel: while one waits for the provider, the other reads and writes rows."""
UPKEEP_SECONDS = 3600.0
UPKEEP_AGAIN_SECONDS = 60.0
GRACE_SECONDS = 25.0


class Worker:
    """One background process. Any number may run; they share nothing but the database."""

    def __init__(
        self,
        settings: Settings,
        channels: Mapping[str, Channel],
        engine: Engine,
        cipher: Cipher,
        *,
        lease: timedelta = LEASE,
    ) -> None:
        self._engine, self._cipher = engine, cipher
        self._url = libpq_url(settings.storage.require_database_url())
        book = RouteBook()
        planned = planned_channels(settings.notify, channels)
        self._planner = Planner(self._unit_of_work, planned, book, self._wake)
        self._broadcasts = BroadcastPlanner(self._unit_of_work, planned, book, self._wake)
        composer = Composer(settings.notify, cipher)
        self._dispatchers = [
            Dispatcher(channel, composer, self._unit_of_work, valve=valve, book=book, lease=lease)
            for channel, valve in [
                (channel, Valve(name, settings.notify.rate_of(name))) for name, channel in channels.items()
            ]
            for _ in range(AT_ONCE)
        ]
        self._receipts = ReceiptDesk(self._unit_of_work, REPORTED)
        self._vault = Watch(self._unit_of_work, open_blobs(settings.storage), VaultSettings())
        calendar = warm_calendar(settings)
        self._ratings = RatingWatch(self._unit_of_work, calendar)
        self._scores = Keeper(self._unit_of_work, calendar)
        self._complaints = ComplaintWatch(self._unit_of_work, settings.notify.complaint_link)
        self._days = DayKeeper(self._unit_of_work, lambda: Reading(engine, cipher))
        self._surveys = SurveyWatch(self._unit_of_work, _survey_pages(settings))
        self._reporter = self._make_reporter(development=settings.storage.development)
        self._exchange = self._make_exchange(development=settings.storage.development)
        self._portals = self._make_portals(settings)
        self._announced, self._reported = Bell(), Bell()
        self._planned = {name: Bell() for name in channels}

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; what is under way then is finished first."""
        helpers = [
            asyncio.create_task(HintListener(self._url, self._announced.ring).run(), name="hints"),
            asyncio.create_task(self._keep_up(), name="upkeep"),
            asyncio.create_task(self._vault.run(), name="vault"),
            asyncio.create_task(self._ratings.run(), name="ratings"),
            asyncio.create_task(self._scores.run(), name="scores"),
            asyncio.create_task(self._complaints.run(), name="complaints"),
            asyncio.create_task(self._surveys.run(), name="surveys"),
            asyncio.create_task(self._days.run(), name="sync-days"),
        ]
        if self._reporter:
            helpers.append(asyncio.create_task(self._reporter.run(), name="reports"))
        if self._exchange:
            helpers.append(asyncio.create_task(self._exchange.run(), name="survey-exchange"))
        if self._portals:
            helpers.append(asyncio.create_task(self._portals.run(), name="portals"))
        loops = [
            ("planner", self._planner.run_once, self._announced),
            ("broadcasts", self._broadcasts.run_once, self._announced),
            # Nobody rings: a second is soon enough, and at times there are thousands of reports in it.
            ("receipts", self._receipts.run_once, self._reported),
        ]
        loops += [(one.name, one.run_once, self._planned[one.name]) for one in self._dispatchers]
        running = [
            asyncio.create_task(run_until_stopped(name, run_once, bell, stop), name=name)
            for name, run_once, bell in loops
        ]
        await stop.wait()
        _, late = await asyncio.wait(running, timeout=GRACE_SECONDS)
        for task in (*late, *helpers):
            task.cancel()
        await asyncio.gather(*late, *helpers, return_exceptions=True)

    def _wake(self, planned: Collection[str]) -> None:
        """Wake the dispatchers of these channels, and of this process alone: others look by themselves."""
        # A channel may be planned for that only other processes send on.
        for name in self._planned.keys() & planned:
            self._planned[name].ring()

    def _unit_of_work(self) -> UnitOfWork:
        return UnitOfWork(self._engine, self._cipher)

    def _make_reporter(self, *, development: bool) -> Reporter | None:
        settings = EmcSettings()
        account = settings.account(development=development)
        return Reporter(self._unit_of_work, Emc(account), settings.plan()) if account else None

    def _make_exchange(self, *, development: bool) -> Exchange | None:
        account = VnformSettings().account(development=development)
        return Exchange(self._unit_of_work, Vnform(account), name=Platform.VNFORM) if account else None

    def _make_portals(self, settings: Settings) -> PortalEngine | None:
        found = PortalSettings().deployments(development=settings.storage.development)
        stale_after = timedelta(days=settings.stale_days)
        return (
            PortalEngine(self._unit_of_work, found, AuthorityBook(), stale_after=stale_after, chores=CHORES)
            if found
            else None
        )

    async def _keep_up(self) -> None:
        """Make the partitions of the coming months; clear away what is over, such as codes and reports."""
        chores: tuple[Callable[[UnitOfWork], Awaitable[object]], ...] = (
            lambda uow: partitions.keep(uow, datetime.now(UTC).date()),
            lambda uow: sessions.sweep(uow, now=datetime.now(UTC)),
            lambda uow: verifications.sweep(uow, datetime.now(UTC)),
            lambda uow: receipts.sweep(uow, datetime.now(UTC)),
            lambda uow: suppressions.sweep(uow, datetime.now(UTC)),
            lambda uow: limits.sweep(uow, datetime.now(UTC)),
            lambda uow: idempotency.sweep(uow, datetime.now(UTC)),
        )
        while True:
            done = [await self._done(chore) for chore in chores]
            await asyncio.sleep(UPKEEP_SECONDS if all(done) else UPKEEP_AGAIN_SECONDS)

    async def _done(self, chore: Callable[[UnitOfWork], Awaitable[object]]) -> bool:
        try:
            async with self._unit_of_work() as uow:
                await chore(uow)
                await uow.commit()
        except Exception:
            log.exception("upkeep_failed")
            return False
        return True


def _survey_pages(settings: Settings) -> PageAddresses:
    return PageAddresses(
        base=settings.notify.require_public_url(), keys=page_links(settings.storage.slip_keys())
    )


async def run_worker(settings: Settings, stop: asyncio.Event | None = None) -> None:
    """Run a worker until SIGTERM, SIGINT, or `stop`."""
    stop = stop or asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    cipher = make_cipher(settings.storage)
    engine = Engine(settings.storage)
    channels = build_channels(settings.notify, lambda: UnitOfWork(engine, cipher))
    portals = PortalSettings().deployments(development=settings.storage.development)
    settle()
    log.info("worker_started", channels=sorted(channels))
    try:
        async with serving(
            settings.notify,
            lambda: Reading(engine, cipher),
            channels,
            [OVERDUE, STANDING, *tallies_of(portals)],
        ):
            await Worker(settings, channels, engine, cipher).run(stop)
    finally:
        await close_channels(channels)
        await engine.dispose()
        log.info("worker_stopped")

"""What a process is put together from; made once, closed at its end."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

# Every process has all tables: one that is written finds those that it refers to.
import storage.tables  # noqa: F401
from api.settings import Settings
from api.uploads import Places
from auth.apps import Audience
from auth.callers import Callers
from auth.ended import EndedSessions
from auth.identity import IdentityProvider
from auth.key_sets import ClientKeys
from auth.oidc import OpenIdProvider
from auth.providers import Profile
from auth.settings import AuthSettings
from auth.tokens import Tokens
from auth.vneid import VneidProvider
from notify.ports import ReceiptReader
from notify.registry import build_receipt_readers
from notify.routebook import RouteBook
from storage.agencies.authority import AuthorityBook
from storage.catalogue.book import CatalogueBook
from storage.cipher import Cipher
from storage.contact_points.directory import DirectoryBook
from storage.dossiers.slips import SlipKeys
from storage.dossiers.working_days import WorkingCalendar
from storage.engine import Engine, libpq_url
from storage.papers.notary import Notary
from storage.papers.workshop import Workshop
from storage.questions.book import AnswerBook
from storage.seals.keys import SealKeys
from storage.seals.lists import StatusLists
from storage.sessions.ended import EndedWatch
from storage.settings import StorageSettings
from storage.unit_of_work import Reading, UnitOfWork
from storage.vault.blobs import Blobs
from storage.vault.place import open_blobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts that requests share."""

    settings: Settings
    engine: Engine
    cipher: Cipher
    tokens: Tokens
    callers: Callers
    identity_providers: Mapping[Audience, IdentityProvider]
    calendar: WorkingCalendar
    slip_keys: SlipKeys
    catalogue: CatalogueBook
    answers: AnswerBook
    seal_keys: SealKeys
    status_lists: StatusLists
    blobs: Blobs
    workshop: Workshop
    notary: Notary
    uploads: Places = field(default_factory=Places)
    client_keys: ClientKeys = field(default_factory=ClientKeys)
    routes: RouteBook = field(default_factory=RouteBook)
    authority: AuthorityBook = field(default_factory=AuthorityBook)
    agencies: DirectoryBook = field(default_factory=DirectoryBook)
    receipt_readers: Mapping[str, ReceiptReader] = field(default_factory=dict)

    def unit_of_work(self) -> UnitOfWork:
        """A read-write transaction, not yet begun."""
        return UnitOfWork(self.engine, self.cipher)

    def reading(self) -> Reading:
        """A read-only transaction, not yet begun."""
        return Reading(self.engine, self.cipher)


def make_cipher(settings: StorageSettings) -> Cipher:
    """Make the cipher from the root keys of the settings. Raises SettingsError."""
    return Cipher(master_key=settings.root_key("master_key"), index_key=settings.root_key("index_key"))


def warm_calendar(settings: Settings) -> WorkingCalendar:
    """Return a calendar that has loaded its holidays: the first use takes a quarter of a second."""
    calendar = WorkingCalendar(
        extra_holidays=settings.extra_holidays, extra_working_days=settings.extra_working_days
    )
    calendar.is_working_day(datetime.now(UTC).date())
    return calendar


def require_complete(settings: Settings) -> None:
    """Ask for all that the web process needs; raise SettingsError that names what is missing.

    Asked before the start, so that it is told in a line, and not by the first sign-in or the first inbox.
    """
    settings.storage.require_database_url()
    make_cipher(settings.storage)
    settings.storage.slip_keys()
    settings.event_limit()
    settings.auth.issuer()
    settings.auth.signing_keys()
    settings.seals.open_seal_keys()
    settings.seals.host()
    settings.papers.root_certificates()
    settings.stamp.notary()
    settings.auth.registered_apps()
    settings.auth.citizen_provider()
    settings.auth.staff_provider()
    settings.notify.dossier_link("")
    settings.questions.front_desk_code()
    build_receipt_readers(settings.notify)


@asynccontextmanager
async def _watching_ended_sessions(settings: Settings, ended: EndedSessions) -> AsyncIterator[None]:
    """Hear meanwhile, within seconds, of every session that ends in whichever process."""
    url = libpq_url(settings.storage.require_database_url())
    reach = timedelta(seconds=ended.longest_use)
    watch = asyncio.create_task(EndedWatch(url, ended.note, reach=reach).run(), name="ended-sessions")
    try:
        yield
    finally:
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)


FollowerT = TypeVar("FollowerT", CatalogueBook, AnswerBook)


@asynccontextmanager
async def _following(follower: FollowerT) -> AsyncIterator[FollowerT]:
    """Follow the database meanwhile; the first state is not waited for, but by who asks for it."""
    follow = asyncio.create_task(follower.run(), name=follower.name)
    try:
        yield follower
    finally:
        follow.cancel()
        await asyncio.gather(follow, return_exceptions=True)


_PROFILES = {Profile.STRICT: OpenIdProvider, Profile.VNEID: VneidProvider}


@asynccontextmanager
async def _identity_providers(settings: AuthSettings) -> AsyncIterator[Mapping[Audience, IdentityProvider]]:
    """Know who vouches for citizens and, where there is somebody, for officers."""
    known = {
        Audience.CITIZENS: settings.citizen_provider(),
        Audience.OFFICERS: settings.staff_provider(),
    }
    async with AsyncExitStack() as stack:
        yield {
            audience: await stack.enter_async_context(_PROFILES[provider.profile](provider))
            for audience, provider in known.items()
            if provider is not None
        }


def _status_lists(settings: Settings, keys: SealKeys, open_reading: Callable[[], Reading]) -> StatusLists:
    seals = settings.seals
    url = f"{seals.verification_url()}/v1/status-lists"
    return StatusLists(open_reading, keys, url=url, ttl=seals.seal_status_ttl)


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Put the web process together. Raises SettingsError when a setting is missing."""
    cipher = make_cipher(settings.storage)
    tokens = Tokens(settings.auth)
    callers = Callers(tokens)
    engine = Engine(settings.storage)

    def open_reading() -> Reading:
        return Reading(engine, cipher)

    seal_keys = settings.seals.open_seal_keys()
    try:
        async with (
            _identity_providers(settings.auth) as providers,
            _watching_ended_sessions(settings, callers.ended),
            _following(
                CatalogueBook(settings.storage, open_reading, look_seconds=settings.catalogue_look_seconds)
            ) as catalogue,
            _following(
                AnswerBook(settings.storage, open_reading, look_seconds=settings.answers_look_seconds)
            ) as answers,
            Workshop.open(settings.papers) as workshop,
        ):
            yield Services(
                settings=settings,
                engine=engine,
                cipher=cipher,
                tokens=tokens,
                callers=callers,
                identity_providers=providers,
                calendar=warm_calendar(settings),
                slip_keys=SlipKeys(keys=settings.storage.slip_keys()),
                catalogue=catalogue,
                answers=answers,
                seal_keys=seal_keys,
                blobs=open_blobs(settings.storage),
                workshop=workshop,
                notary=settings.stamp.notary(),
                status_lists=_status_lists(settings, seal_keys, open_reading),
                receipt_readers=build_receipt_readers(settings.notify),
            )
    finally:
        await engine.dispose()

"""Sends that wait: made once, by the intake and the planner themselves, and put back before each turn."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self
from uuid import UUID

from api.demonstration.load import CLIENT_ID, SCOPES
from api.recording import service
from api.worker import AT_ONCE
from auth.principals import AgencyCaller
from infra.bench.events import Agency, Event
from infra.bench.place import Place, per_second
from notify.compose import Composer
from notify.dispatcher import Dispatcher
from notify.planner import Planner
from notify.ports import Channel
from notify.registry import ADDRESSES
from notify.settings import NotifySettings
from notify.valve import Valve
from storage.agencies import repository as agencies
from storage.agencies.authority import AuthorityBook
from storage.devices import repository as devices
from storage.devices.repository import Installation
from storage.engine import Engine
from storage.ids import new_id
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.unit_of_work import UnitOfWork

BATCH = 500


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Sends of one channel, each of a notice of its own to a person of its own.

    Attributes:
        size: how many there are.
        settings: name the addresses that notices link to.
    """

    size: int
    place: Place
    settings: NotifySettings
    engine: Engine

    @classmethod
    @asynccontextmanager
    async def on(
        cls, place: Place, settings: NotifySettings, *, channel: str, size: int
    ) -> AsyncIterator[Self]:
        """Tell of dossiers, give their people phones, and plan the notices for the channel."""
        engine = Engine(place.settings)
        try:
            waiting = cls(size=size, place=place, settings=settings, engine=engine)
            await waiting._make(channel)
            yield waiting
        finally:
            await engine.dispose()

    def unit_of_work(self) -> UnitOfWork:
        """Open a unit of work."""
        return UnitOfWork(self.engine, self.place.cipher)

    def composer(self) -> Composer:
        """Word messages as a worker does."""
        return Composer(self.settings, self.place.cipher)

    def put_back(self) -> None:
        """Let all wait anew, and tidy up, so that every turn finds the same."""
        self.place.execute("TRUNCATE finished_delivery")
        self.refill()

    def refill(self) -> None:
        """Let all wait anew, whatever the history holds."""
        self.place.execute(
            "TRUNCATE delivery", "INSERT INTO delivery SELECT * FROM waiting", "VACUUM ANALYZE delivery"
        )

    def rate(self, channel: Channel, runner: asyncio.Runner) -> float:
        """Send all that waits; return how many were sent in a second."""
        return per_second(self.size, lambda: runner.run(self.drain(channel)))

    def dispatchers(self, channel: Channel) -> list[Dispatcher]:
        """Return those of a channel of a worker process."""
        composer, valve = self.composer(), Valve(channel.name)
        return [Dispatcher(channel, composer, self.unit_of_work, valve=valve) for _ in range(AT_ONCE)]

    async def drain(self, channel: Channel) -> None:
        """Send all that waits, as a worker process does that has just begun."""
        await exhaust(self.dispatchers(channel))

    def require_finished(self) -> None:
        """Raise AssertionError unless all were handed over: else it was not that which was measured."""
        query = "SELECT count(*) FROM finished_delivery WHERE outcome = 'accepted'"
        with self.place.connect() as connection:
            if (found := connection.execute(query).fetchone()) != (self.size,):
                raise AssertionError(f"{found} of {self.size} sends were handed over")

    async def _make(self, channel: str) -> None:
        agency = Agency()
        for start in range(0, self.size, BATCH):
            await self._tell(agency.first(min(BATCH, self.size - start)))
        planner = Planner(self.unit_of_work, {channel: ADDRESSES[channel]})
        while await planner.run_once():
            pass
        self.place.execute("CREATE TABLE waiting AS TABLE delivery", "ANALYZE")

    async def _tell(self, events: list[Event]) -> None:
        now = datetime.now(UTC)
        async with self.unit_of_work() as uow:
            caller = AgencyCaller(client_id=CLIENT_ID, agency_id=await _agency_id(uow), scopes=SCOPES)
            good = service.parse(events, now, "vi").good
            await service.receive(
                uow,
                caller=caller,
                authority=AuthorityBook(),
                good=good,
                now=now,
                stale_after=timedelta(days=1),
                locale="vi",
            )
            people = [
                PartyIdentity(kind=PartyKind.PERSON, number=event["applicant"]["number"]) for event in events
            ]
            for owner in await parties.find_or_create(uow, people):
                await devices.put(uow, owner, _phone())
            await uow.commit()


def _phone() -> Installation:
    return Installation(
        id=new_id(),
        platform="android",
        push_token=f"bench:{new_id().hex * 4}",
        confirms_receipt=True,
        app_version="1.0.0",
    )


async def _agency_id(uow: UnitOfWork) -> UUID:
    return (await agencies.resolve(uow, ["H26"]))["H26"].id


async def exhaust(dispatchers: Iterable[Dispatcher]) -> None:
    """Let them send side by side until nothing waits."""
    await asyncio.gather(*map(_exhaust, dispatchers))


async def _exhaust(dispatcher: Dispatcher) -> None:
    while await dispatcher.run_once():
        pass

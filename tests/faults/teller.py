"""An agency's system and a portal's puller that tell over and over: `python -m tests.faults.teller SEED FILE`.

The file holds what is told, as JSON: for each dossier its events and its records. Each request takes some of one
dossier's, in any order, again and again, as somebody would who never learns whether he was heard.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from api.connectors.pulling.keeping import Keeping
from api.parent import follow_parent
from api.recording.service import parse, receive
from api.services import make_cipher
from api.settings import Settings
from auth.principals import AgencyCaller
from storage.agencies.authority import AuthorityBook
from storage.agencies.repository import resolve
from storage.engine import Engine
from storage.unit_of_work import UnitOfWork, transact
from tests.api.recording.linking import link_of
from tests.api.recording.rule import STALE

CLIENT = "client-H26"


class Teller:
    """Tells what a file holds."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine, self._cipher = engine, make_cipher(settings.storage)
        self._authority = AuthorityBook()
        self._link = link_of(self.unit, self._authority, STALE)

    def unit(self) -> UnitOfWork:
        """Open a unit of work."""
        return UnitOfWork(self._engine, self._cipher)

    async def push(self, events: list[dict[str, Any]]) -> None:
        """Tell events as an agency does, in one transaction."""

        async def work(uow: UnitOfWork) -> None:
            now = datetime.now(UTC)
            agency = (await resolve(uow, ["H26"]))["H26"]
            await receive(
                uow,
                caller=AgencyCaller(client_id=CLIENT, agency_id=agency.id, scopes=frozenset({"events"})),
                authority=self._authority,
                good=parse(events, now, "vi").good,
                now=now,
                stale_after=STALE,
                locale="vi",
            )

        await transact(self.unit, work)

    async def pull(self, records: list[dict[str, Any]]) -> None:
        """Keep records as a puller does."""
        await Keeping(self._link).keep(records)

    async def close(self) -> None:
        """Let go of everything."""
        await self._link.portal.close()
        await self._engine.dispose()


async def tell(random: Random, dossiers: list[dict[str, list[dict[str, Any]]]]) -> None:
    """Tell until killed; say of each request that it was kept."""
    settings = Settings()
    teller = Teller(Engine(settings.storage), settings)
    while True:
        dossier = random.choice(dossiers)
        kind = random.choice(["events", "records"])
        some = random.sample(dossier[kind], random.randint(1, len(dossier[kind])))
        await (teller.push(some) if kind == "events" else teller.pull(some))
        sys.stdout.write("kept\n")
        sys.stdout.flush()


if __name__ == "__main__":
    follow_parent()
    seed, file = sys.argv[1:]
    asyncio.run(tell(Random(seed), json.loads(Path(file).read_text("utf-8"))))

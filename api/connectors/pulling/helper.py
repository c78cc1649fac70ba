"""`python -m api.connectors.pulling.helper NAME`: keeps the pages that it is given. See `crew`."""

import asyncio
import json
import os
import sys
from datetime import timedelta
from typing import TextIO

import uvloop

from api import logs
from api.connectors.engine import Link
from api.connectors.portals.client import open_portal
from api.connectors.portals.loading import PortalSettings
from api.connectors.pulling.callers import NobodySpeaksError
from api.connectors.pulling.crew import LONGEST_LINE, written
from api.connectors.pulling.keeping import Keeping
from api.settings import Settings
from storage.agencies.authority import AuthorityBook
from storage.cipher import Cipher
from storage.embedded import running_url
from storage.engine import UNAVAILABLE, Engine
from storage.errors import StorageError
from storage.settling import settle
from storage.unit_of_work import UnitOfWork


async def help_with(name: str) -> None:
    """Keep pages until nobody gives any more."""
    # What is logged goes where errors go, as the answers are on the other.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    settings = Settings()
    logs.configure(settings.log_level)
    storage = settings.storage
    if not storage.database_url and storage.development:
        storage = storage.model_copy(update={"database_url": running_url(storage.data_dir)})
    engine = Engine(storage)
    # Not by `api.services`, with which the whole web process would come into memory.
    cipher = Cipher(master_key=storage.root_key("master_key"), index_key=storage.root_key("index_key"))
    described = PortalSettings().deployments(development=storage.development)
    deployment = next(one for one in described if one.name == name)
    portal = open_portal(deployment)
    link = Link(
        deployment=deployment,
        portal=portal,
        open_unit=lambda: UnitOfWork(engine, cipher),
        authority=AuthorityBook(),
        stale_after=timedelta(days=settings.stale_days),
    )
    settle()
    try:
        await _keep_all(Keeping(link, hurried=True), answers)
    finally:
        await portal.close()
        await engine.dispose()


async def _keep_all(keeping: Keeping, answers: TextIO) -> None:
    given = asyncio.StreamReader(limit=LONGEST_LINE)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(given), sys.stdin.buffer
    )
    while line := await given.readline():
        try:
            answer = written(await keeping.keep(json.loads(line)))
        except (StorageError, *UNAVAILABLE) as error:
            about = str(error) if isinstance(error, NobodySpeaksError) else ""
            answer = {"error": type(error).__name__, "about": about}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    uvloop.run(help_with(sys.argv[1]))

"""Makes a database ready for a development installation."""

import asyncio
from datetime import UTC, datetime

from api.demonstration import load as demonstration
from api.services import make_cipher
from api.settings import Settings
from notify.routes import PROMPT
from storage import migrations, partitions
from storage.engine import Engine
from storage.routing import repository as routing
from storage.settings import StorageSettings
from storage.unit_of_work import UnitOfWork


def prepare(settings: Settings, database_url: str) -> None:
    """Migrate a database and load the demonstration."""
    migrations.upgrade(database_url)
    asyncio.run(_load(settings, database_url))


async def _load(settings: Settings, database_url: str) -> None:
    storage = StorageSettings(
        env=settings.storage.env, data_dir=settings.storage.data_dir, DATABASE_URL=database_url
    )
    engine = Engine(storage)
    try:
        async with UnitOfWork(engine, make_cipher(storage)) as uow:
            await partitions.keep(uow, datetime.now(UTC).date())
            await demonstration.load(uow, settings)
            if await routing.latest(uow) is None:
                why = "demonstration: nothing waits, nothing merges; `tindan routes revert 0` for what ships"
                await routing.add(uow, PROMPT.model_dump(mode="json"), author="tindan", note=why, after=0)
            await uow.commit()
    finally:
        await engine.dispose()

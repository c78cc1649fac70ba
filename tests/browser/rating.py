"""A ward that hands out results, and asks who may rate them, on a whole installation."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from api.demonstration.actors import AgencyActor
from api.demonstration.load import CLIENT_ID
from api.ratings.watching import Watch
from api.stack import Stack
from storage.cipher import Cipher
from storage.dossiers.working_days import WorkingCalendar
from storage.engine import Engine
from storage.settings import StorageSettings
from storage.unit_of_work import UnitOfWork
from tests.browser.applicant import Applicant, dossier


@dataclass(frozen=True, kw_only=True)
class Ward:
    """Reaches into the database of a running installation."""

    stack: Stack
    secret: str
    engine: Engine
    cipher: Cipher

    def open_unit(self) -> UnitOfWork:
        """Open a unit of work."""
        return UnitOfWork(self.engine, self.cipher)

    async def close(self, who: Applicant) -> str:
        """Hand out the result of a new dossier of somebody's, and ask them to rate; return its code."""
        code = dossier(self.stack, self.secret, who)
        event = {
            "event_id": f"{code}/2",
            "dossier_code": code,
            "status": 10,
            "occurred_at": datetime.now(UTC).isoformat(),
            "procedure_code": "1.001193",
            "agency_code": "H26.1",
            "applicant": {"number": who.person.number, "email": who.person.email},
        }
        with AgencyActor(self.stack.api_url, CLIENT_ID, self.secret) as agency:
            agency.push(event)
        await Watch(self.open_unit, WorkingCalendar()).ask_once()
        return code

    async def agency_id(self) -> UUID:
        """Return the ward's id."""
        ((agency_id,),) = await self.rows("SELECT id FROM agency WHERE code = 'H26.1'")
        return UUID(str(agency_id))

    async def forget(self, month: date) -> None:
        """Let nobody have rated, and nothing be answered, of a month."""
        async with self.open_unit() as uow:
            for table in ("rating", "rating_answer"):
                await (await uow.driver()).execute(f"DELETE FROM {table} WHERE month = %s".encode(), (month,))
            await uow.commit()

    async def opinions(self) -> dict[bytes, tuple[str, list[str], str | None]]:
        """Return what was said, by its token: level, reasons, text.

        All is mixed before: what was changed after a mixing stands only with the next, and workers mix as they
        start, at whatever moment that is.
        """
        await Watch(self.open_unit, WorkingCalendar()).mix_once()
        rows = await self.rows("SELECT spent, level, reasons, text_scrubbed FROM rating")
        return {bytes(spent): (level, reasons, text) for spent, level, reasons, text in rows}

    async def rows(self, query: str) -> list[Any]:
        """Return what a query finds."""
        async with self.open_unit() as uow:
            return await (await (await uow.driver()).execute(query.encode())).fetchall()


@asynccontextmanager
async def open_ward(theatre: tuple[Stack, str]) -> AsyncIterator[Ward]:
    """Reach into a running installation."""
    stack, secret = theatre
    settings = StorageSettings(env="development", data_dir=stack.data_dir, DATABASE_URL=stack.database_url)
    cipher = Cipher(master_key=settings.root_key("master_key"), index_key=settings.root_key("index_key"))
    engine = Engine(settings)
    try:
        yield Ward(stack=stack, secret=secret, engine=engine, cipher=cipher)
    finally:
        await engine.dispose()

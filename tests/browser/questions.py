"""Questions before the officers of the demonstration, put there beneath the pages, with the keys of the run."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from api.stack import Stack
from storage.agencies import repository as agencies
from storage.cipher import Cipher
from storage.engine import Engine
from storage.ids import new_id
from storage.officers.desk import WORKERS, Desk
from storage.procedures import repository as procedures
from storage.questions import handling, opening
from storage.questions.handling import NewAnswer
from storage.questions.holding import hold
from storage.questions.resting import RestsOn
from storage.settings import StorageSettings
from storage.unit_of_work import UnitOfWork
from tests.storage.questions import office

WARD, BIRTH = "H26.1", "1.001193"
NAME, PHONE = "Trần Thị Mai", "0912345678"


@dataclass(frozen=True, kw_only=True)
class Counter:
    """The counter of the ward, where somebody asks; `colleague` answers for its agency."""

    engine: Engine
    cipher: Cipher
    serial: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def open_unit(self) -> UnitOfWork:
        """Open a unit of work on the installation's database."""
        return UnitOfWork(self.engine, self.cipher)

    async def ask(self, text: str, *, public: bool = False, days: int = 3) -> UUID:
        """Ask the ward about the registration of a birth, to be answered within so many days."""
        asker = await office.asker(self.open_unit, NAME, f"00129000{next(self.serial):04d}")
        async with self.open_unit() as uow:
            ward = (await agencies.resolve(uow, [WARD]))[WARD].id
        now = datetime.now(UTC)
        return await office.question(
            self.open_unit,
            asker,
            ward,
            text=text,
            public=public,
            procedure_code=BIRTH,
            asked_at=now - timedelta(days=7),
            due_at=now + timedelta(days=days),
        )

    async def answer(self, question_id: UUID, text: str) -> None:
        """Answer as another officer of the ward, resting on the procedure as it is."""
        async with self.open_unit() as uow:
            row = await (
                await (await uow.driver()).execute(
                    "SELECT officer_id FROM officer_role WHERE role = 'officer' ORDER BY id LIMIT 1"
                )
            ).fetchone()
            kept = await procedures.get(uow, BIRTH)
            desk = Desk(officer_id=row[0], roles=WORKERS)
            seen = (await opening.opened(uow, desk, question_id)).answer
            new = NewAnswer(
                id=new_id(),
                text=text,
                rests_on=RestsOn(code=BIRTH, version=kept.version),
                seen=seen.id if seen else None,
            )
            held = await hold(uow, desk, question_id)
            await handling.answer(uow, held, desk.officer_id, new, now=datetime.now(UTC))
            await uow.commit()

    async def change_procedure(self) -> None:
        """Import the procedure with another name than it has."""
        async with self.open_unit() as uow:
            kept = await procedures.get(uow, BIRTH)
            changed = kept.procedure.model_copy(update={"name": f"{kept.procedure.name} (sửa đổi)"})
            await procedures.put(uow, [changed], author="test", source="test", whole=False)
            await uow.commit()


@asynccontextmanager
async def open_counter(stack: Stack) -> AsyncIterator[Counter]:
    """Reach into a running installation."""
    settings = StorageSettings(env="development", data_dir=stack.data_dir, DATABASE_URL=stack.database_url)
    cipher = Cipher(master_key=settings.root_key("master_key"), index_key=settings.root_key("index_key"))
    engine = Engine(settings)
    try:
        yield Counter(engine=engine, cipher=cipher)
    finally:
        await engine.dispose()

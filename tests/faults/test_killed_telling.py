"""Whoever takes in what is told may be killed at any time: told again, it comes to the same."""

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from api.settings import Settings
from storage.agencies.repository import AgencyRecord, put
from storage.engine import Engine
from storage.procedures import repository as procedures
from storage.settings import StorageSettings
from storage.unit_of_work import UnitOfWork
from tests.api.conftest import PROCEDURE
from tests.api.recording.arrivals import NEXT, PROVINCE, WARD, Telling
from tests.api.telling import facts, states
from tests.faults.conftest import StartWorker
from tests.faults.polling import until
from tests.faults.teller import Teller

DOSSIERS, KILLS = 6, 8
TOLD_TWICE = """
SELECT count(*) FROM (
  SELECT FROM notification WHERE category <> 'rating' GROUP BY dossier_id, event_id HAVING count(*) > 1
) twice
"""


def told(random: Random) -> list[Telling]:
    """Facts of one dossier, most of them told by its agency and by a portal."""
    return [
        Telling(
            number=number,
            pulled=number % 2 == 1,
            status=random.choice([1, 2, 4, 5, 9]),
            hours=random.randint(0, 3),
            step=random.choice(["", "Một cửa"]),
            sequence=None if number % 2 else random.choice([None, 1, 2]),
            due=random.choice([None, 50, 51]),
            note=random.choice([None, "Mời bổ sung.", "Đã nhận."]),
            agency=None if number % 2 else random.choice([None, WARD, NEXT]),
            channel=random.choice([None, 1, 2]),
            summary=random.choice([None, "Khai sinh", "Kết hôn"]),
            email="an@example.vn",
            whole=True,
        )
        for number in range(8)
    ]


@pytest.fixture
async def teller(
    engine: Engine, settings: StorageSettings, unit_of_work: Callable[[], UnitOfWork], monkeypatch: Any
) -> Any:
    """One in this process, and agencies of whose dossiers is told."""
    async with unit_of_work() as uow:
        wards = [AgencyRecord(code=code, name=f"Phường {code}", parent=PROVINCE) for code in (WARD, NEXT)]
        await put(uow, [AgencyRecord(code=PROVINCE, name="Thành phố"), *wards])
        await procedures.put(uow, [PROCEDURE], author="test", source="test", whole=False)
        await uow.commit()
    for name, value in {
        "TINDAN_ENV": "development",
        "TINDAN_DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.require_database_url(),
    }.items():
        monkeypatch.setenv(name, value)
    given = Settings()
    one = Teller(Engine(given.storage), given)
    yield one
    await one.close()


@pytest.mark.verify
@pytest.mark.timeout(240)
async def test_killed_amid_a_transaction_and_told_again_it_comes_to_the_same(
    teller: Teller, start_worker: StartWorker, engine: Engine, tmp_path: Path
) -> None:
    """Two tellers at a time are killed again and again; in the end each dossier is as if told once, in order, and
    nobody was told of one fact twice.
    """
    seed = secrets.randbelow(1_000_000)
    print(f"seed {seed}")  # noqa: T201 - to see a failure again
    random = Random(seed)
    stories = [told(random) for _ in range(DOSSIERS)]
    once, anyhow = ([f"{WARD}-{day}-{n:04d}" for n in range(DOSSIERS)] for day in ("261120", "261121"))
    file = tmp_path / "told.json"
    file.write_text(
        json.dumps([_forms(story, code) for story, code in zip(stories, anyhow, strict=True)]), "utf-8"
    )
    for kill in range(KILLS):
        with (
            start_worker("-m", "tests.faults.teller", f"{seed}-{kill}-a", str(file)) as first,
            start_worker("-m", "tests.faults.teller", f"{seed}-{kill}-b", str(file)) as second,
        ):
            wanted = random.randint(1, 6)
            await until(lambda: all(one.log.read_text().count("kept") >= wanted for one in (first, second)))  # noqa: B023 - asked here alone
            first.kill()
            second.kill()
    for story, code in zip(stories, anyhow, strict=True):
        forms = _forms(story, code)
        await teller.push(forms["events"])
        await teller.pull(forms["records"])
    for story, code in zip(stories, once, strict=True):
        for one in story:
            await (teller.pull([one.record(code)]) if one.pulled else teller.push([one.event(code)]))
    for expected, code in zip(once, anyhow, strict=True):
        assert await facts(engine, code) == await facts(engine, expected)
        kept = await states(engine)
        assert kept[code] | {"code": ""} == kept[expected] | {"code": ""}
    async with engine.pool.connect() as connection:
        assert (await connection.exec_driver_sql(TOLD_TWICE)).scalar_one() == 0


def _forms(story: list[Telling], code: str) -> dict[str, list[dict[str, Any]]]:
    return {
        "events": [one.event(code) for one in story if not one.pulled],
        "records": [one.record(code) for one in story if one.pulled],
    }

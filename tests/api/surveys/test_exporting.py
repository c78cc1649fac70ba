"""However many have answered, what is handed out begins at once and takes no more room."""

import asyncio
import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from api.services import Services
from storage.settings import StorageSettings
from storage.surveys import reading
from storage.surveys.kinds import FEWEST
from tests.api.callers import Agency, MakeAgency
from tests.api.statements import recorded
from tests.api.surveys.asking import make_survey

ROOM = 32 * 1024
"""Kilobytes by which a process may grow that exports many, against one that exports five."""
_MANY = """
INSERT INTO survey_answer (survey_id, id, version, answers, context, source, answered_on)
SELECT %s, gen_random_uuid(), 1, jsonb_build_object('ease', 1 + n %% 5, 'wish', 'Rút ngắn thời gian chờ ' || n),
  jsonb_build_object('agency_code', 'H26.1', 'month', '2026-11'), 'page', '2026-11-20'
FROM generate_series(1, %s) AS g(n)
"""
# The kernel's own count of the largest size (VmHWM, in kB): what `getrusage` tells includes the parent's.
_MEASURED = """
import pathlib, re, sys
from api.cli import app
try:
    app(sys.argv[2:])
finally:
    (size,) = re.findall(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())
    pathlib.Path(sys.argv[1]).write_text(size)
"""

MANY = int(os.environ.get("TINDAN_EXPORTED_ANSWERS", "200000"))
"""In `make verify`; `make soak` exports a million."""


async def fill(services: Services, code: str, count: int) -> None:
    """Have a survey answered so many times."""
    async with services.unit_of_work() as uow:
        survey = await reading.find(uow, code)
        driver = await uow.driver()
        await driver.execute(_MANY, (survey.id, count))
        await uow.commit()


def names(folder: Path) -> set[str]:
    """Return what is in a folder."""
    return {one.name for one in folder.iterdir()}


@pytest.fixture
def tindan(settings: StorageSettings, tmp_path: Path) -> Callable[[str, Path], Any]:
    """Export by the command, in a process of its own; return what it said, and the most memory it took."""
    environment = os.environ | {
        "TINDAN_ENV": "development",
        "TINDAN_DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.require_database_url(),
    }

    def run(code: str, path: Path) -> tuple[dict[str, Any], int]:
        room = tmp_path / "room"
        arguments = ["survey", "export", code, "--output", str(path), "--format", path.suffix[1:], "--json"]
        done = subprocess.run(
            [sys.executable, "-c", _MEASURED, str(room), *arguments],
            env=environment,
            check=True,
            capture_output=True,
            timeout=600,
        )
        return json.loads(done.stdout), int(room.read_text())

    return run


@pytest.mark.parametrize("count", [20_000, pytest.param(MANY, marks=pytest.mark.verify)])
async def test_many_answers_take_no_more_room_than_few(
    services: Services, agency: Agency, tindan: Callable[[str, Path], Any], tmp_path: Path, count: int
) -> None:
    """A row for each, in a file of its owner's alone, by a process that grows no further."""
    few, many = await make_survey(services, agency.id), await make_survey(services, agency.id)
    await fill(services, few, FEWEST)
    await fill(services, many, count)
    _, least = await asyncio.to_thread(tindan, few, tmp_path / "few.csv")
    path = tmp_path / "many.csv"
    said, most = await asyncio.to_thread(tindan, many, path)
    assert said == {"code": many, "answers": count, "file": str(path)}
    with path.open(newline="") as file:
        seen = [row["answer_wish"] for row in csv.DictReader(file)]
    assert len(seen) == len(set(seen)) == count
    assert path.stat().st_mode & 0o777 == 0o600
    print(f"{count} rows: {most - least} kB more than {FEWEST}")  # noqa: T201 - to be read with -rP
    assert most - least < ROOM
    assert names(tmp_path) == {"few.csv", "many.csv", "room"}


async def test_what_is_handed_out_begins_at_once(
    app: FastAPI, services: Services, make_agency: MakeAgency
) -> None:
    """The first byte is there before the first answer was read, and no connection is held between slices."""
    town = await make_agency("H26.2", scopes=frozenset({"surveys"}))
    code = await make_survey(services, town.id)
    await fill(services, code, 20_000)
    bodies: list[tuple[float, int, int]] = []
    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/v1/agency/surveys/{code}/answers.csv",
        "query_string": b"",
        "headers": [(b"authorization", town.headers["authorization"].encode())],
        "client": ("127.0.0.1", 1),
        "server": ("tindan.test", 80),
        "scheme": "http",
        "http_version": "1.1",
    }

    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> dict[str, Any]:
        for one in asked:
            return one
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    with recorded() as statements:
        begun = time.monotonic()

        async def send(message: Any) -> None:
            if message["type"] == "http.response.body" and message["body"]:
                slices = sum("ORDER BY id LIMIT" in one for one in statements)
                bodies.append((time.monotonic() - begun, slices, len(message["body"])))
                assert services.engine.pool.pool.checkedout() == 0

        await app(scope, receive, send)
    assert bodies[0][1] == 0
    assert bodies[0][0] < bodies[-1][0] / 2
    assert len(bodies) == 1 + 20
    assert max(size for _, _, size in bodies) < 500_000

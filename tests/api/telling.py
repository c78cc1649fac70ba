"""What agencies tell in tests, and what the database then holds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from storage.engine import Engine
from storage.tables import metadata
from tests.api.callers import Agency

PATH = "/v1/agency/dossier-events"
CODE = "H26.1-261121-0001"
PERSON = {"kind": "person", "number": "001190000001", "name": "Nguyễn Thị An"}
START = (datetime.now(UTC) - timedelta(days=2)).replace(microsecond=0)


def at(hours: float) -> str:
    """A time within the last two days, counted in hours from their beginning."""
    return (START + timedelta(hours=hours)).isoformat()


def event(event_id: str, status: int = 1, hours: float = 0, **fields: Any) -> dict[str, Any]:
    """One event as an agency sends it; a field given as None is left out."""
    told = {
        "event_id": event_id,
        "dossier_code": CODE,
        "status": status,
        "occurred_at": at(hours),
        "procedure_code": "1.001193",
        "applicant": PERSON,
    }
    return {name: value for name, value in (told | fields).items() if value is not None}


async def tell(client: httpx.AsyncClient, agency: Agency, *events: Any, **headers: str) -> httpx.Response:
    """Send one event by itself, or several as a batch."""
    body = events[0] if len(events) == 1 else {"events": list(events)}
    return await client.post(PATH, json=body, headers=agency.headers | headers)


async def results(
    client: httpx.AsyncClient, agency: Agency, *events: Any, **headers: str
) -> list[dict[str, Any]]:
    """Send events as a batch, also a single one, and return the result of each."""
    answer = await client.post(PATH, json={"events": list(events)}, headers=agency.headers | headers)
    assert answer.status_code == 200, answer.text
    told: list[dict[str, Any]] = answer.json()["results"]
    return told


def pointed(problem: dict[str, Any]) -> list[tuple[str, str]]:
    """Return where a problem points, and why."""
    return [(error["pointer"], error["code"]) for error in problem["errors"]]


async def census(engine: Engine) -> dict[str, int]:
    """Count the rows of every table, but of buckets, which fill and empty by themselves."""
    names = [table.name for table in metadata.sorted_tables if table.name != "rate_bucket"]
    query = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in names)
    async with engine.pool.connect() as connection:
        return dict((await connection.exec_driver_sql(query)).all())


async def states(engine: Engine) -> dict[str, dict[str, Any]]:
    """Return every dossier as its events made it, without what differs from run to run."""
    left_out = {"id", "party_id", "summary_sealed", "updated_at", "heard_at"}
    async with engine.pool.connect() as connection:
        found = (await connection.exec_driver_sql("SELECT * FROM dossier")).mappings()
        return {row["code"]: {k: v for k, v in row.items() if k not in left_out} for row in found}


async def facts(engine: Engine, code: str = CODE) -> list[tuple[Any, ...]]:
    """Return the timeline of a dossier, by time: status, hours, sequence, step, due hours."""
    query = (
        "SELECT e.status, e.occurred_at, e.sequence, e.step, e.due_at"
        " FROM dossier_event e JOIN dossier d ON d.id = e.dossier_id WHERE d.code = %s"
        " ORDER BY e.occurred_at, e.status, e.step"
    )
    async with engine.pool.connect() as connection:
        found = await connection.exec_driver_sql(query, (code,))
        return [
            (s, _hours(when), sequence, step, due and _hours(due)) for s, when, sequence, step, due in found
        ]


async def notices(engine: Engine) -> list[str]:
    """Return the categories of all notices, oldest first."""
    async with engine.pool.connect() as connection:
        return list(
            (await connection.exec_driver_sql("SELECT category FROM notification ORDER BY id")).scalars()
        )


def _hours(when: datetime) -> float:
    return (when - START) / timedelta(hours=1)

"""A table that an agency sends: kept row by row, and once, however often it is sent."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.agency_files import router as files
from api.recording.csv_file_table import MOST_BYTES, read
from api.recording.pace import Paces
from api.services import Services
from storage.agencies.clients import EventLimit
from storage.dossiers.working_days import VIETNAM
from storage.engine import Engine
from tests.api.callers import Agency, MakeAgency
from tests.api.telling import PERSON, START, census, facts, notices, results, states, tell

PATH = "/v1/agency/dossier-events/csv"
HEAD = "Mã hồ sơ;Trạng thái;Thời điểm;Mã thủ tục;Số định danh;Chủ hồ sơ;Ghi chú"


def written(hours: float) -> str:
    return (START + timedelta(hours=hours)).astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S")


def row(serial: int = 1, status: str = "Mới đăng ký", hours: float = 0, **cells: str) -> str:
    parts = {
        "code": f"H26.1-261121-{serial:04d}",
        "status": status,
        "at": written(hours),
        "procedure": "1.001193",
        "number": PERSON["number"],
        "name": PERSON["name"],
        "note": "",
    }
    return ";".join((parts | cells).values())


def table(*rows: str) -> bytes:
    return "\r\n".join([HEAD, *rows]).encode()


async def send(
    client: httpx.AsyncClient, agency: Agency, content: bytes, path: str = PATH, **headers: str
) -> httpx.Response:
    given = agency.headers | {"content-type": "text/csv; charset=utf-8"} | headers
    return await client.post(path, content=content, headers=given)


def counts(answer: httpx.Response) -> tuple[int, int, int]:
    assert answer.status_code == 200, answer.text
    told = answer.json()
    return told["accepted"], told["repeated"], told["refused"]


async def test_a_table_is_kept_row_by_row(client: httpx.AsyncClient, agency: Agency, engine: Engine) -> None:
    """A bad row sinks no other, and is told with its number, its column, and in the language asked for."""
    content = table(
        row(), row(2, "lạc đề"), "", row(status="Được tiếp nhận", hours=1), row(3, procedure="9.999999")
    )
    answer = await send(client, agency, content, **{"accept-language": "en"})
    assert counts(answer) == (2, 0, 2)
    told = answer.json()
    assert told["kept"] is True
    assert [one["row"] for one in told["rows"]] == [2, 3, 5, 6]
    assert [fault["column"] for fault in told["rows"][1]["faults"]] == ["Trạng thái"]
    assert told["rows"][3]["faults"] == [
        {
            "column": "Mã thủ tục",
            "code": "unknown-procedure",
            "detail": "Procedure '9.999999' is not in the catalogue.",
        }
    ]
    assert [fact[0] for fact in await facts(engine)] == [1, 2]
    assert list(await states(engine)) == ["H26.1-261121-0001"]


async def test_a_table_sent_again_is_kept_once(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """Also at the same moment, with rows in another order, and typed in another way."""
    rows = [row(1), row(2), row(2, "Được tiếp nhận", 1)]
    other = [
        line.replace("Mới đăng ký", "1").replace(";1.001193", ";1.001193.000.00.00.H26") for line in rows
    ]
    answers = await asyncio.gather(*(send(client, agency, table(*rows)) for _ in range(3)))
    before = await census(engine)
    assert sorted(counts(answer) for answer in answers) == [(0, 3, 0), (0, 3, 0), (3, 0, 0)]
    assert counts(await send(client, agency, table(*reversed(other)))) == (0, 3, 0)
    assert await census(engine) == before
    assert counts(await send(client, agency, table(rows[0], rows[0]))) == (0, 2, 0)


async def test_what_is_only_tried_leaves_nothing(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """And says exactly what keeping it then does, also where later rows rest on earlier ones."""
    content = table(row(), row(status="2", hours=1, procedure="", number="", name=""), row(2, number=""))
    before = await census(engine)
    tried = await send(client, agency, content, f"{PATH}?check=true")
    assert await census(engine) == before
    kept = await send(client, agency, content)
    assert counts(kept) == counts(tried) == (2, 0, 1)
    assert kept.json() == tried.json() | {"kept": True}
    assert await notices(engine) == ["status_change"]


async def test_a_large_table_goes_in_slices(
    client: httpx.AsyncClient,
    agency: Agency,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    services: Services,
) -> None:
    """Each answered, with all rows of a dossier beside each other."""
    monkeypatch.setitem(services.settings.__dict__, "batch_limit", 3)
    rows = [row(serial, status, hours) for hours, status in ((0, "1"), (1, "2")) for serial in range(1, 8)]
    for path in (f"{PATH}?check=true", PATH):
        assert counts(await send(client, agency, table(*rows), path)) == (14, 0, 0)
    assert {state["status"] for state in (await states(engine)).values()} == {2}
    assert len(await states(engine)) == 7


async def test_a_pushed_fact_and_a_row_are_one(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """They have one natural key, whoever brings them; nobody is told twice."""
    (pushed,) = await results(
        client,
        agency,
        {
            "event_id": "e1",
            "dossier_code": "H26.1-261121-0001",
            "status": 1,
            "occurred_at": START.isoformat(),
            "procedure_code": "1.001193",
            "applicant": PERSON,
        },
    )
    assert pushed["outcome"] == "accepted"
    assert counts(await send(client, agency, table(row()))) == (0, 1, 0)
    assert len(await facts(engine)) == 1
    assert len(await notices(engine)) == 1


async def test_a_row_may_bring_its_own_id(client: httpx.AsyncClient, agency: Agency) -> None:
    """Then it is the one of the JSON door, and stands for one content."""
    head = f"{HEAD};Mã sự kiện"
    first, second = ("\r\n".join([head, f"{row(status=status)};E-1"]).encode() for status in ("1", "2"))
    assert counts(await send(client, agency, first)) == (1, 0, 0)
    again = await send(client, agency, second)
    assert counts(again) == (0, 0, 1)
    assert again.json()["rows"][0]["faults"][0]["code"] == "event-id-reused"
    assert again.json()["rows"][0]["faults"][0]["column"] == "Mã sự kiện"


async def test_another_agencys_dossier_is_refused(
    client: httpx.AsyncClient, agency: Agency, make_agency: MakeAgency, engine: Engine
) -> None:
    """By the same judge as a push."""
    await send(client, agency, table(row()))
    other = await make_agency("H55.1")
    answer = await send(client, other, table(row(status="2", hours=1)))
    assert counts(answer) == (0, 0, 1)
    assert answer.json()["rows"][0]["faults"][0]["code"] == "agency-not-allowed"
    assert [fact[0] for fact in await facts(engine)] == [1]


@pytest.mark.parametrize(
    ("content", "media_type", "status", "kind"),
    [
        (table(row()), "application/json", 415, "csv-needed"),
        (b"", "text/csv", 422, "csv-columns"),
        (b"PK\x03\x04", "text/csv", 422, "csv-workbook"),
        (table(row()).decode().encode("utf-16"), "text/csv", 422, "csv-not-utf8"),
        (table("x" * MOST_BYTES), "text/csv", 413, "file-too-large"),
    ],
)
async def test_what_is_no_table_is_a_problem(
    *,
    client: httpx.AsyncClient,
    agency: Agency,
    engine: Engine,
    content: bytes,
    media_type: str,
    status: int,
    kind: str,
) -> None:
    """As a whole, and nothing of it is kept."""
    before = await census(engine)
    answer = await send(client, agency, content, **{"content-type": media_type})
    assert answer.status_code == status, answer.text
    assert answer.json()["type"] == f"urn:tindan:problem:{kind}"
    assert await census(engine) == before


async def test_rows_count_as_events_do(
    app: FastAPI, client: httpx.AsyncClient, agency: Agency, services: Services, engine: Engine
) -> None:
    """The client's allowance is one, whichever door it comes through; a file that is none costs nothing."""
    slow = EventLimit(rate=0.001, burst=3)
    app.state.paces_of_clients = Paces(services.unit_of_work, slow)
    try:
        await send(client, agency, b"")
        await tell(client, agency, {"event_id": "x"})
        assert (await send(client, agency, table(row(), row(2)))).status_code == 200
        refused = await send(client, agency, table(row(3)))
    finally:
        del app.state.paces_of_clients
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 1
    assert len(await states(engine)) == 2


async def test_what_is_only_tried_takes_nothing_of_what_may_be_told(
    app: FastAPI, client: httpx.AsyncClient, agency: Agency, services: Services
) -> None:
    """Who checks a table can keep it at once; checks have a limit of their own."""
    app.state.paces_of_clients = Paces(services.unit_of_work, EventLimit(rate=0.001, burst=3))
    content = table(row(), row(2), row(3))
    try:
        tried = [await send(client, agency, content, f"{PATH}?check=true") for _ in range(2)]
        kept = await send(client, agency, content)
    finally:
        del app.state.paces_of_clients
    assert [counts(answer) for answer in [*tried, kept]] == [(3, 0, 0)] * 3
    for _ in range(files.CHECKS.burst):
        refused = await send(client, agency, content, f"{PATH}?check=true")
        if refused.status_code == 429:
            break
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1


async def test_the_template_is_what_is_taken(client: httpx.AsyncClient, agency: Agency) -> None:
    """Filled in by columns it is kept; in English where that is asked for."""
    path = f"{PATH}-template"
    vietnamese = await client.get(path, headers=agency.headers)
    english = await client.get(path, headers=agency.headers | {"accept-language": "en"})
    assert vietnamese.headers["content-type"].startswith("text/csv")
    assert vietnamese.text.startswith("\ufeffMã hồ sơ;Trạng thái")
    assert english.text.startswith("\ufeffDossier code,Status")
    heads = english.text.strip("\ufeff\r\n").split(",")
    cells: dict[str, Any] = dict.fromkeys(heads, "") | {
        "Dossier code": "H26.1-261121-0001",
        "Status": "Registered",
        "Occurred at": START.isoformat(),
        "Procedure code": "1.001193",
        "Number": PERSON["number"],
    }
    content = english.content + ",".join(cells.values()).encode()
    assert counts(await send(client, agency, content)) == (1, 0, 0)


def test_the_described_table_is_one() -> None:
    """What the API's description shows can be read."""
    assert len(read(files.TABLE_EXAMPLE.encode()).rows) == 1

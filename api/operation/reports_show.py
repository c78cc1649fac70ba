"""What the commands on reports print."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from api.operation.words import NOTHING, add_row, json_of, when, words
from storage.reports.content import MonthReport
from storage.reports.kinds import EVERYBODY
from storage.reports.listing import Listed

SCOPES = {EVERYBODY: "Cả nước · The country"}
USAGE = {
    "dossiers": "Hồ sơ đã kết thúc · Dossiers that ended",
    "online": "Trong đó trực tuyến · Of them online",
    "conversations": "Hồ sơ có trao đổi · Dossiers written about",
    "ratings": "Đánh giá · Ratings",
    "complaints": "Phản ánh, kiến nghị · Complaints and suggestions",
}
HIDDEN = "<5"


def print_reports(found: Sequence[Listed], *, as_json: bool = False) -> None:
    """Print reports and what became of them, without what they say."""
    if as_json:
        typer.echo(json_of([asdict(one) for one in found]))
        return
    columns = ("Tháng · Month", "Phạm vi · Scope", "Lần · Number", "Trạng thái · State", "Lần gửi · Attempts")
    table = Table(*columns, "Số tiếp nhận · Receipt", "Trả lời · Answer", "Gửi tiếp · Next")
    for one in found:
        told: Mapping[str, Any] = one.answered or {}
        answer = " ".join(str(told[name]) for name in ("code", "words") if told.get(name)) or NOTHING
        scope, number, attempts = SCOPES.get(one.scope, one.scope), str(one.number), str(one.attempts)
        cells = (f"{one.month:%Y-%m}", scope, number, words(one.state), attempts, one.receipt or NOTHING)
        add_row(table, *cells, answer, when(one.next_at))
    Console().print(table)


def print_content(content: MonthReport) -> None:
    """Print what a report says."""
    usage = content.usage.model_dump()
    used = Table("Sử dụng · Usage", "")
    for name, label in USAGE.items():
        add_row(used, label, _count(usage[name]))
    reached = Table("Cơ quan · Agency", "Hồ sơ · Dossiers", "Điểm · Points")
    for one in content.agencies:
        name = f"{one.code} {one.name}" if one.code else SCOPES[EVERYBODY]
        points = NOTHING if one.points is None else f"{one.points}/{one.out_of}"
        add_row(reached, name, _count(one.dossiers), points)
    Console().print(used, reached)


def _count(value: int | None) -> str:
    return HIDDEN if value is None else str(value)

"""How the story is shown: to a person as tables, to a program as JSON."""

from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from api.demonstration.paper import Handed
from api.demonstration.story import CHANNELS, Telling
from storage.dossiers.working_days import VIETNAM

ARRIVED, MISSING = "✓", "✗"


def as_json(telling: Telling) -> dict[str, Any]:
    """Return all that happened."""
    return {
        "ok": not telling.missing,
        "missing": telling.missing,
        "dossier": {name: value for name, value in telling.dossier.items() if name != "timeline"},
        "timeline": telling.dossier.get("timeline", []),
        "channels": [
            {
                "status": int(told.status),
                "answered_at": told.answered_at.isoformat(),
                **{
                    channel: None
                    if channel not in told.arrivals
                    else {
                        "at": told.arrivals[channel].at.isoformat(),
                        "title": told.arrivals[channel].title,
                        "milliseconds": round(told.milliseconds(channel) or 0, 1),
                    }
                    for channel in CHANNELS
                },
            }
            for told in telling.told
        ],
        "neighbour": telling.neighbour
        and {"channel": telling.neighbour.channel, "text": telling.neighbour.title},
        "paper": telling.paper and _paper(telling.paper),
    }


def _paper(handed: Handed) -> dict[str, Any]:
    return {
        "id": handed.told["id"],
        "title": handed.shown["title"],
        "code": handed.told["seal"]["code"],
        "link": handed.told["seal"]["link"],
        "copy_size": handed.copy_size,
        "online": handed.online["status"],
        "offline": handed.offline,
    }


def show(telling: Telling, console: Console) -> None:
    """Print the timeline as the app reads it, and what each channel got and when."""
    console.print(_timeline(telling.dossier))
    console.print(_due(telling.dossier))
    console.print(_channels(telling))
    if telling.neighbour:
        words = "Qua kênh rẻ nhất còn tới được · By the cheapest channel that works"
        console.print(f"{words}: {telling.neighbour.channel}\n  {telling.neighbour.title}", soft_wrap=True)
    if telling.paper:
        console.print(_verified(telling.paper), soft_wrap=True)
    for gap in telling.missing:
        console.print(f"[red]{MISSING} {gap}[/red]")
    if not telling.missing:
        console.print("[green]✓ Mọi tin đã đến nơi · Every notice arrived[/green]")


def _verified(handed: Handed) -> str:
    code = handed.told["seal"]["code"]
    online, offline = handed.online["status"], handed.offline
    return (
        f"Trong kho · In the store: {handed.shown['title']}, mã · code {code}\n"
        f"  Hỏi hệ thống · Online: {online}; chỉ từ mã QR · from the code alone: {offline}\n"
        f"  {handed.told['seal']['link']}"
    )


def _timeline(dossier: dict[str, Any]) -> Table:
    title = f"{dossier['code']} · {dossier['procedure']['name']} · {dossier['agency']['name']}"
    table = Table(title=title, title_justify="left")
    for heading in ("Thời điểm · When", "Trạng thái · Status", "Bước · Step", "Ghi chú · Note"):
        table.add_column(heading, overflow="fold")
    for entry in dossier["timeline"]:
        when = datetime.fromisoformat(entry["occurred_at"]).astimezone(VIETNAM)
        mark = " (!)" if entry["contradiction"] else ""
        table.add_row(
            f"{when:%d/%m/%Y %H:%M}", entry["status"]["name"] + mark, entry["step"] or "", entry["note"] or ""
        )
    return table


def _due(dossier: dict[str, Any]) -> str:
    due = dossier["due"]
    if due is None:
        return "Không có hạn · No due date"
    at = datetime.fromisoformat(due["at"]).astimezone(VIETNAM)
    words = f"Hạn trả · Due: {at:%d/%m/%Y %H:%M}"
    if due["overdue"]:
        return f"{words}, quá hạn {due['overdue_by']} ngày làm việc · overdue by {due['overdue_by']}"
    if dossier["ended_at"]:
        return f"{words}, đúng hạn · on time"
    return f"{words}, còn {due['working_days_left']} ngày làm việc · working days left"


def _channels(telling: Telling) -> Table:
    table = Table(
        title="Kênh nào nhận gì, sau bao lâu · What each channel got, and when", title_justify="left"
    )
    table.add_column("Trạng thái · Status")
    for channel in CHANNELS:
        table.add_column(f"{channel} (ms)", justify="right")
    table.add_column("Tiêu đề · Title", overflow="fold")
    for told in telling.told:
        times = [told.milliseconds(channel) for channel in CHANNELS]
        cells = [MISSING if took is None else f"{took:.0f}" for took in times]
        title = next((arrival.title for arrival in told.arrivals.values()), "")
        table.add_row(told.status.english, *cells, title)
    return table

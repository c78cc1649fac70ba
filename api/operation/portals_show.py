"""What the commands on portals print."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from api.connectors.portals.deployment import AnyDeployment
from api.connectors.pulling.keeping import Kept
from api.operation.words import NOTHING, add_row, lasted, table_of, when
from storage.portal_pulls.backfills import BackfillView
from storage.portal_pulls.strays import StrayView
from storage.portal_pulls.streams import StreamView

STATES: Mapping[str, str] = {
    "running": "Đang chạy · running",
    "paused": "Tạm dừng · paused",
    "failed": "Dừng vì lỗi · failed",
    "done": "Xong · done",
}


def deployment_as_json(one: AnyDeployment) -> dict[str, Any]:
    """Return what may be shown of a portal: no secret, and nothing about its answers."""
    return {
        "name": one.name,
        "style": one.style,
        "url": one.url,
        "unit": one.unit,
        "agencies": one.agencies,
        "offers": sorted(one.offers),
    }


def stream_as_json(one: StreamView) -> dict[str, Any]:
    """Return how far a thing was read."""
    return asdict(one)


def kept_as_json(kept: Kept) -> dict[str, Any]:
    """Return what came of a reading."""
    strays = [{"code": one.code, "reason": one.reason, "field": one.place} for one in kept.strays]
    return {"records": kept.records, "events": kept.events, "repeated": kept.repeated, "strays": strays}


def stray_as_json(one: StrayView) -> dict[str, Any]:
    """Return a stray without its record."""
    told = asdict(one)
    return {**told, "digest": one.digest.hex(), "field": told.pop("place")}


def print_deployments(found: Sequence[AnyDeployment], streams: Mapping[str, Sequence[StreamView]]) -> None:
    """Print all portals, each with how far it was read."""
    titles = ("Cổng · Portal", "Kiểu · Style", "Địa chỉ · Address", "Cơ quan · Agencies")
    table = table_of(*titles, "Đã đọc đến · Read until", "Lỗi từ · Failing since", whole=titles[:1])
    for one in found:
        known = streams.get(one.name, ())
        until = max((stream.read_until for stream in known if stream.read_until), default=None)
        since = min((stream.failing_since for stream in known if stream.failing_since), default=None)
        add_row(table, one.name, one.style, one.url, ", ".join(one.agencies), when(until), when(since))
    Console().print(table)


def print_streams(found: Sequence[StreamView]) -> None:
    """Print how far one portal was read, and what is wrong."""
    titles = ("Nội dung · Stream", "Đã đọc đến · Read until", "Trễ · Lag", "Lần thử · Tried")
    table = table_of(*titles, "Số bản ghi · Records", "Lỗi · Error")
    now = datetime.now(UTC)
    for one in found:
        lag = lasted(now - one.read_until) if one.read_until else NOTHING
        error = f"{when(one.failing_since)}: {one.error}" if one.error else NOTHING
        read_until = when(one.read_until)
        add_row(table, one.stream, read_until, lag, when(one.tried_at), str(one.records), error)
    Console().print(table)


def print_backfills(found: Sequence[BackfillView]) -> None:
    """Print backfills and how far each has come."""
    titles = ("Từ · Since", "Đến · Until", "Trạng thái · State", "Đã đọc đến · Position", "%")
    table = table_of(*titles, "Bản ghi · Records", "Sự kiện · Events", "Lạc · Strays", "Lỗi · Error")
    for one in found:
        times = (when(one.since), when(one.until), STATES[one.state], when(one.position), f"{one.share:.0%}")
        add_row(table, *times, str(one.records), str(one.events), str(one.strays), one.error or NOTHING)
    Console().print(table)


def print_strays(found: Sequence[StrayView]) -> None:
    """Print strays, without their records."""
    titles = ("Cổng · Portal", "Hồ sơ · Dossier", "Lý do · Reason", "Trường · Field", "Từ · Since")
    table = table_of(*titles, "Lần · Times", whole=titles[1:2])
    for one in found:
        told = (one.deployment, one.code or NOTHING, one.reason, one.place or NOTHING)
        add_row(table, *told, when(one.first_at), str(one.times))
    Console().print(table)


def print_kept(kept: Kept) -> None:
    """Print what came of a reading."""
    print_line = Console().print
    print_line(
        f"{kept.records} bản ghi · records: {kept.events} sự kiện mới · new events,"
        f" {kept.repeated} đã biết · known, {len(kept.strays)} lạc · strays"
    )


@contextmanager
def progress(words: str, *, total: float | None) -> Iterator[tuple[Progress, Any]]:
    """Show a bar on standard error for as long as a block runs; yield it and its task."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield bar, bar.add_task(words, total=total)

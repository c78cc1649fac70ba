"""Broadcasts, as a person or a program reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from rich.console import Console
from rich.table import Table

from api.operation.broadcasts_draft import Prospect
from api.operation.words import NOTHING, add_row, when, with_code, words
from storage.broadcasts.audience import Audience
from storage.broadcasts.repository import BroadcastRecord, Reach
from storage.broadcasts.topics import LANGUAGES, topic_id, topic_of
from storage.deliveries.history import DeliveryHistory
from storage.parties.kinds import PartyKind

_STATES: Mapping[str, str] = {
    "scheduled": "Chờ đến giờ · scheduled",
    "published": "Đang đăng · published",
    "expired": "Hết hạn · expired",
    "withdrawn": "Đã thu hồi · withdrawn",
}
_KINDS: Mapping[PartyKind, str] = {
    PartyKind.PERSON: "cá nhân · persons",
    PartyKind.ORGANISATION: "tổ chức · organisations",
}


def as_dict(broadcast: BroadcastRecord) -> dict[str, Any]:
    """Return it for a program."""
    shown = asdict(broadcast)
    del shown["now"]
    return {**shown, "state": broadcast.state}


def _whom(audience: Audience, name: str | None) -> str:
    place = "Tất cả · Everybody" if audience.agency_id is None else name or str(audience.agency_id)
    return place if audience.kind is None else f"{place}, {_KINDS[audience.kind]}"


def show_prospect(seen: Prospect, console: Console) -> None:
    """Print what a draft comes to."""
    new = seen.new
    for language, said in new.words.items():
        console.print(f"{language}: {said['title']}", style="bold", markup=False, highlight=False)
        console.print(f"    {said['body']}", markup=False, highlight=False)
    lines = {
        "Đối tượng · Audience": f"{_whom(new.audience, seen.audience_code)}: {seen.parties}",
        "Chủ đề · Topics": ", ".join(seen.topics),
        "Đăng lúc · Published": when(new.publish_at),
        "Gửi đẩy lúc · Pushed": when(seen.pushed_at),
        "Hết hạn · Expires": when(new.expires_at),
        "Liên kết · Link": new.link or NOTHING,
    }
    _print(lines, console)


def table_of(found: Sequence[BroadcastRecord]) -> Table:
    """Return them as a table."""
    table = Table()
    # Ids are copied: one in two lines is none.
    table.add_column("Thông báo · Broadcast", no_wrap=True)
    for heading in ("Tình trạng · State", "Đăng lúc · Published", "Đối tượng · Audience", "Nội dung · Words"):
        table.add_column(heading, overflow="fold")
    for one in found:
        add_row(
            table,
            str(one.id),
            _STATES[one.state],
            when(one.published_at or one.publish_at),
            _whom(one.audience, one.audience_name),
            f"{one.agency_name or one.agency_id}: {one.words['vi']['title']}",
        )
    return table


def show(
    one: BroadcastRecord,
    parties: int,
    reach: Sequence[Reach],
    sends: Sequence[DeliveryHistory],
    console: Console,
) -> None:
    """Print one with whom it reached and what was pushed."""
    console.print(f"{_STATES[one.state]} · {one.id}", style="bold", highlight=False)
    for language, said in one.words.items():
        console.print(f"{language}: {said['title']}\n    {said['body']}", markup=False, highlight=False)
    lines = {
        "Cơ quan · Agency": one.agency_name or str(one.agency_id),
        "Đối tượng · Audience": f"{_whom(one.audience, one.audience_name)}: {parties}",
        "Người soạn · Author": f"{one.author}, {when(one.created_at)}",
        "Đăng lúc · Published": when(one.published_at or one.publish_at),
        "Hết hạn · Expires": when(one.expires_at),
        "Liên kết · Link": one.link or NOTHING,
    }
    if one.withdrawn_at:
        lines["Thu hồi · Withdrawn"] = f"{when(one.withdrawn_at)}, {one.withdrawn_by}: {one.withdrawn_for}"
    _print(lines, console)
    if one.published_at:
        console.print(_reach(reach))
        console.print(_sends(one, sends) if sends else "Chỉ có trong ứng dụng · In the app alone")


def _reach(reach: Sequence[Reach]) -> Table:
    table = Table("Trong vòng · Within", "Đã đến máy · On phones", "Đã đọc · Read")
    for one in reach:
        add_row(table, _span(one.within), str(one.received), str(one.read))
    return table


def _span(within: timedelta | None) -> str:
    if within is None:
        return "Tất cả · In all"
    return f"{within.days} ngày · days" if within.days else f"{within.seconds // 3600} giờ · h"


def _sends(one: BroadcastRecord, sends: Sequence[DeliveryHistory]) -> Table:
    names = {topic_id(name): name for name in (topic_of(one.audience, language) for language in LANGUAGES)}
    table = Table(
        "Chủ đề · Topic", "Tình trạng · State", "Số lần thử · Attempts", "Đến hạn / Xong · Due / Finished"
    )
    for send in sends:
        twice = ", có thể trùng · possible duplicate" if send.possible_duplicate else ""
        add_row(
            table,
            names.get(send.target_id, NOTHING),
            with_code(send.outcome, send.code) if send.outcome else words(send.state),
            f"{send.attempt}{twice}",
            when(send.finished_at or send.due_at),
        )
    return table


def _print(lines: Mapping[str, str], console: Console) -> None:
    for heading, line in lines.items():
        console.print(f"  {heading}: {line}", markup=False, highlight=False)

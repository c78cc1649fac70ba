"""The history of notices, as a person reads it."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from api.operation.channel_states import lane_name
from api.operation.words import NOTHING, add_row, when, with_code
from storage.deliveries.history import DeliveryHistory, NoticeHistory

HEADINGS = (
    "Bước, luồng · Step, lane",
    "Tình trạng · State",
    "Đến hạn / Xong · Due / Finished",
    "Báo nhận · Receipt",
    "Chi phí · Cost",
)
STEPS_OF_A_NOTICE = (
    ("Tạo · Created", "created_at"),
    ("Lên kế hoạch · Planned", "planned_at"),
    ("Xét tiếp · Looked at next", "plan_at"),
    ("Đã nhận · Received", "received_at"),
    ("Đã đọc · Read", "read_at"),
    ("Hết hạn gửi · Expires", "expires_at"),
)


def show(notices: Sequence[NoticeHistory], console: Console) -> None:
    """Print notices, each with its sends."""
    for notice in notices:
        title = f"{notice.category} · {notice.dossier_code or NOTHING} · {notice.id}"
        console.print(title, style="bold", markup=False, highlight=False)
        console.print(f"  Người nhận · Party: {notice.party_id}", highlight=False)
        times = [
            f"{heading}: {when(getattr(notice, name))}"
            for heading, name in STEPS_OF_A_NOTICE
            if getattr(notice, name)
        ]
        console.print("  " + "\n  ".join(times), highlight=False)
        if notice.deliveries:
            console.print(_sends(notice.deliveries))
        else:
            console.print("  Chưa gửi đi đâu · Sent nowhere, in the app alone")


def _sends(deliveries: Sequence[DeliveryHistory]) -> Table:
    table = Table(show_lines=True)
    # Ids are copied: one in two lines is none.
    table.add_column("Lần gửi · Delivery", no_wrap=True)
    for heading in HEADINGS:
        table.add_column(heading, overflow="fold")
    for delivery in deliveries:
        add_row(table, *("\n".join(lines) for lines in _cells(delivery)))
    return table


def _cells(one: DeliveryHistory) -> Iterator[Sequence[str]]:
    replay = [f"⟲ {one.replay_of}"] if one.replay_of else []
    yield str(one.id), f"{one.channel} → {one.address or NOTHING}", *replay
    yield (f"{one.step}, {lane_name(one.lane)}",)
    yield with_code(one.outcome or one.state, one.code), *_attempts(one)
    yield (when(one.finished_at or one.due_at),)
    yield tuple(_receipt(one)) or (NOTHING,)
    yield tuple(_cost(one)) or (NOTHING,)


def _attempts(one: DeliveryHistory) -> Iterator[str]:
    yield f"Số lần thử · attempts: {one.attempt}"
    if one.possible_duplicate:
        yield "Có thể trùng · possible duplicate"


def _receipt(one: DeliveryHistory) -> Iterator[str]:
    if one.provider_id:
        yield one.provider_id
    if one.receipt:
        yield with_code(one.receipt, one.receipt_code)
        yield when(one.receipt_at)


def _cost(one: DeliveryHistory) -> Iterator[str]:
    if one.cost:
        yield f"{one.cost:,} ₫".replace(",", ".")
    if one.segments:
        yield f"{one.segments} đoạn · segments"

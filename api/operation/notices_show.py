"""The history of notices, as a person reads it."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from api.operation.notices_words import NOTHING, lane_name, when, with_code
from storage.deliveries.history import DeliveryHistory, NoticeHistory

HEADINGS = (
    "Lần gửi · Delivery",
    "Kênh · Channel",
    "Địa chỉ · Address",
    "Bước · Step",
    "Luồng · Lane",
    "Số lần thử · Attempts",
    "Tình trạng · State",
    "Đến hạn / Xong · Due / Finished",
    "Mã nhà cung cấp · Provider id",
    "Báo nhận · Receipt",
    "Đoạn · Segments",
    "Chi phí · Cost (₫)",
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
        console.print(f"[bold]{notice.category}[/bold] · {notice.dossier_code or NOTHING} · {notice.id}")
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
    table = Table()
    for heading in HEADINGS:
        table.add_column(heading, overflow="fold")
    for delivery in deliveries:
        table.add_row(*_cells(delivery))
    return table


def _cells(one: DeliveryHistory) -> Iterator[str]:
    yield f"{one.id}\n(⟲ {one.replay_of})" if one.replay_of else str(one.id)
    yield one.channel
    yield one.address or NOTHING
    yield str(one.step)
    yield lane_name(one.lane)
    yield f"{one.attempt}, có thể trùng · possible duplicate" if one.possible_duplicate else str(one.attempt)
    yield with_code(one.outcome or one.state, one.code)
    yield when(one.finished_at or one.due_at)
    yield one.provider_id or NOTHING
    yield f"{with_code(one.receipt, one.receipt_code)} {when(one.receipt_at)}" if one.receipt else NOTHING
    yield str(one.segments)
    yield str(one.cost)

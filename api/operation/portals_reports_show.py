"""What the commands on reports to portals print."""

from collections.abc import Mapping, Sequence

from rich.console import Console

from api.operation.words import NOTHING, add_row, table_of, when
from storage.portal_reports.listing import Backlog, Listed

KINDS: Mapping[str, str] = {
    "dossier": "Hồ sơ · dossier",
    "question": "Hỏi đáp · question",
    "complaint": "Phản ánh · complaint",
    "rating": "Đánh giá · rating",
}
STATES: Mapping[str, str] = {
    "due": "Chờ gửi · due",
    "waiting": "Gửi lại sau · waiting",
    "doubted": "Chưa rõ · in doubt",
    "refused": "Bị từ chối · refused",
}


def print_reports(found: Sequence[Listed]) -> None:
    """Print what portals do not have."""
    titles = ("Mã · Key", "Cổng · Portal", "Loại · Kind", "Trạng thái · State", "Lần gửi · Attempts")
    rest = ("Trả lời · Answer", "Đổi lúc · Changed", "Gửi tiếp · Next")
    table = table_of(*titles, *rest, whole=titles[:1])
    for one in found:
        cells = (one.key, one.deployment, KINDS[one.kind], STATES[one.state], str(one.attempts))
        add_row(table, *cells, one.answer_code or NOTHING, when(one.changed_at), when(one.next_at))
    Console().print(table)


def print_backlog(untold: Backlog) -> None:
    """Print how many dossiers a portal does not have as they are, and since when."""
    counts = ", ".join(f"{count} {STATES[state]}" for state, count in sorted(untold.states.items()))
    since = f" ({when(untold.since)})" if untold.since else ""
    Console().print(f"Hồ sơ chưa báo · Dossiers not told: {counts or 0}{since}")

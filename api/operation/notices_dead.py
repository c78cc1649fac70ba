"""Dead letters: shown, and queued again a slice at a time."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from api.operation.house import House
from api.operation.words import NOTHING, add_row, when, with_code, words
from storage.deliveries import dead_letters
from storage.deliveries.dead_letters import QUEUED, SLICE, DeadCount, DeadFilter, DeadKey, DeadLetter
from storage.unit_of_work import UnitOfWork, transact

DELIVERY = "Lần gửi · Delivery"


def show(
    chosen: DeadFilter, counts: Sequence[DeadCount], letters: Sequence[DeadLetter], console: Console
) -> None:
    """Print how many died of what, and the newest of them."""
    total = sum(one.count for one in counts)
    console.print(
        f"Không gửi được · Failed for good: {total} ({when(chosen.since)} → {when(chosen.until)})",
        highlight=False,
    )
    if total:
        console.print(_counts(counts))
        console.print(_letters(letters))


def _counts(counts: Sequence[DeadCount]) -> Table:
    table = _table("Kênh · Channel", "Kết quả · Outcome", "Mã · Code", "Số lượng · Count", "Gần nhất · Last")
    for one in counts:
        add_row(
            table, one.channel, words(one.outcome), one.code or NOTHING, str(one.count), when(one.last_at)
        )
    return table


def _letters(letters: Sequence[DeadLetter]) -> Table:
    table = _table(
        DELIVERY,
        "Xong · Finished",
        "Kênh · Channel",
        "Lý do · Reason",
        "Loại · Category",
        "Hồ sơ · Dossier",
        "Số lần thử · Attempts",
        "Đã gửi lại · Replayed by",
    )
    for one in letters:
        add_row(
            table,
            str(one.id),
            when(one.finished_at),
            one.channel,
            with_code(one.outcome, one.code),
            one.category or NOTHING,
            one.dossier_code or NOTHING,
            str(one.attempt),
            str(one.replayed_by or NOTHING),
        )
    return table


def _table(*headings: str) -> Table:
    table = Table()
    for heading in headings:
        table.add_column(heading, overflow="fold", no_wrap=heading == DELIVERY)
    return table


async def judge(house: House, dead: Sequence[DeadKey]) -> Counter[str]:
    """Count what a replay of these would do."""
    verdicts: Counter[str] = Counter()
    for start in range(0, len(dead), SLICE):
        async with house.reading() as reading:
            verdicts += await dead_letters.judge(reading, dead[start : start + SLICE])
    return verdicts


async def replay(house: House, dead: Sequence[DeadKey], *, life: timedelta) -> Counter[str]:
    """Queue sends again, each slice in a transaction of its own, and show how far it is.

    Stopped half-way, it may be run again: what was queued is not queued twice.
    """
    verdicts: Counter[str] = Counter()
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Gửi lại · Replaying", total=len(dead))
        for start in range(0, len(dead), SLICE):
            part = dead[start : start + SLICE]

            async def work(uow: UnitOfWork, part: Sequence[DeadKey] = part) -> Counter[str]:
                return await dead_letters.replay(uow, part, life=life)

            verdicts += await transact(house.unit_of_work, work)
            progress.advance(task, len(part))
    return verdicts


def say(verdicts: Counter[str], console: Console) -> None:
    """Print how many are queued, and how many were left out and why."""
    for verdict in sorted(verdicts, key=lambda one: (one != QUEUED, one)):
        console.print(f"{verdicts[verdict]}  {words(verdict)}", highlight=False)
    if not verdicts[QUEUED]:
        console.print("Không có gì để gửi lại · Nothing to send again")

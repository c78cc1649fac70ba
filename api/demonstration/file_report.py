"""How the outcome of a file is shown."""

from typing import Any

from rich.console import Console

from api.demonstration.file_story import Outcome

SHOWN = 20


def as_json(outcome: Outcome) -> dict[str, Any]:
    """Return all that became of the file."""
    return {
        "ok": not outcome.refused and not outcome.mails.missing,
        "lines": outcome.lines,
        "accepted": outcome.accepted,
        "repeated": outcome.repeated,
        "contradictions": outcome.contradictions,
        "notified": outcome.notified,
        "emails_wanted": outcome.mails.wanted,
        "emails_arrived": outcome.mails.arrived,
        "emails_missing": outcome.mails.missing,
        "registered_procedures": outcome.registered.procedures,
        "registered_agencies": outcome.registered.agencies,
        "refused": {str(number): why for number, why in sorted(outcome.refused.items())},
        "seconds": round(outcome.seconds, 2),
    }


def show(outcome: Outcome, console: Console) -> None:
    """Print it for a person."""
    rows = (
        ("Số dòng · Lines", outcome.lines),
        ("Đã ghi nhận · Accepted", outcome.accepted),
        ("Đã biết từ trước · Repeated", outcome.repeated),
        ("Trái trình tự · Contradictions", outcome.contradictions),
        ("Thông báo · Notices", outcome.notified),
        ("Thư cần đến · Mails wanted", outcome.mails.wanted),
        ("Thư đã đến · Mails arrived", outcome.mails.arrived),
        ("Thủ tục thêm vào · Procedures registered", len(outcome.registered.procedures)),
        ("Cơ quan thêm vào · Agencies registered", len(outcome.registered.agencies)),
        ("Thời gian, giây · Seconds", f"{outcome.seconds:.1f}"),
    )
    for label, value in rows:
        console.print(f"  {label:<42} {value}")
    for number, why in sorted(outcome.refused.items())[:SHOWN]:
        console.print(f"[red]✗ dòng · line {number}: {why}[/red]", soft_wrap=True)
    if len(outcome.refused) > SHOWN:
        console.print(f"[red]✗ … {len(outcome.refused) - SHOWN} dòng khác · more lines[/red]")
    if outcome.mails.missing:
        console.print(f"[red]✗ {outcome.mails.missing} thư chưa đến · mails missing[/red]")
    elif not outcome.refused:
        console.print("[green]✓ Mọi tin đã đến nơi · Every notice arrived[/green]")

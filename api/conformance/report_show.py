"""The report, and what there is to be checked, on a terminal."""

from rich.console import Console
from rich.table import Table

from api.conformance.checks.catalogue import CHECKS
from api.conformance.doors import Door, named
from api.conformance.report import Report, Verdict
from api.conformance.report_page import LEVELS, TEXT, VERDICTS
from api.conformance.scenarios import SCENARIOS

COLOURS = {Verdict.PASSED: "green", Verdict.FAILED: "red", Verdict.NOT_TRIED: "dim"}


def show(report: Report, console: Console) -> None:
    """Print what came of each check, and of those that failed where, and how that is mended."""
    table = Table("Yêu cầu · Check", "Mức · Level", "Kết quả · Verdict")
    for check in report.checks:
        table.add_row(f"{check.id}\n{check.title.vi}\n{check.title.en}", check.level, _verdict(check.verdict))
    console.print(table)
    for check in report.checks:
        if check.faults:
            console.print(f"\n[red]✗ {check.id}[/red]: {check.title.vi} · {check.title.en}", soft_wrap=True)
        for finding in check.faults:
            console.print(f"  {finding.scenario}: ", end="")
            # As it stands: what was seen may hold brackets.
            console.print(f"{finding.seen.vi} · {finding.seen.en}", markup=False, soft_wrap=True)
        if check.faults:
            console.print(f"  → {check.mend.vi}\n  → {check.mend.en}", markup=False, soft_wrap=True)
    tried, left = (named(one.name for one in report.doors if one.tried is way) for way in (True, False))
    console.print(f"\nĐã thử · Tried: {tried or '–'}. Không thử · Not tried: {left or '–'}.", soft_wrap=True)
    if not report.complete:
        console.print(f"{TEXT['incomplete'].vi} · {TEXT['incomplete'].en}", soft_wrap=True)
    console.print(f"{report.score}/100 · {_verdict(report.verdict)}")


def show_all(console: Console) -> None:
    """Print the doors, the scenarios and the checks."""
    doors = Table("Cửa · Door", "")
    for door in Door:
        doors.add_row(door.value, f"{door.words.vi}\n{door.words.en}")
    console.print(doors)
    scenarios = Table("Kịch bản · Scenario", "Cửa · Door", "")
    for scenario in SCENARIOS:
        words = f"{scenario.title.vi}\n{scenario.title.en}"
        scenarios.add_row(scenario.name, named(scenario.doors), words)
    console.print(scenarios)
    checks = Table("Yêu cầu · Check", "Mức · Level", "")
    for check in CHECKS:
        level = LEVELS[check.level]
        checks.add_row(check.id, f"{level.vi} · {level.en}", f"{check.title.vi}\n{check.title.en}")
    console.print(checks)


def _verdict(verdict: Verdict) -> str:
    words = VERDICTS[verdict]
    return f"[{COLOURS[verdict]}]{words.vi} · {words.en}[/]"

"""`tindan conformance`: drives an agency's integration in a tenant of its own, and scores it."""

import json
import os
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api import interrupts
from api.conformance import report_show
from api.conformance.checks.catalogue import BY_ID, CHECKS
from api.conformance.commands import CommandDriver
from api.conformance.desk import Desk
from api.conformance.doors import Door, Doors, named
from api.conformance.playing import Director, Driver, application
from api.conformance.report import Report, Verdict, schema
from api.conformance.report_page import page
from api.conformance.scenarios import BY_NAME, SCENARIOS, Scenario
from api.conformance.serving import listening, serving
from api.conformance.stage import Stage
from api.conformance.tenant import open_tenant
from api.settings import Settings
from storage.settings import StorageSettings

conformance = typer.Typer(
    no_args_is_help=True, help="Drive an agency's integration in a tenant of its own, and score it."
)
INTERRUPTED = 130
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON")]


@conformance.command("run")
def run(
    agency_command: Annotated[
        str | None,
        typer.Option(
            metavar="CMD", help="Started for each scenario, with its tasks as JSON on standard input"
        ),
    ] = None,
    *,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait for an integration that fetches GET /tasks")
    ] = False,
    only: Annotated[
        list[str] | None, typer.Option(metavar="SCENARIO", help="Play this one; may be given more than once")
    ] = None,
    doors: Annotated[
        str | None,
        typer.Option(
            metavar="DOOR,…",
            help="Those of the API that it uses; else it says so itself, and else: events,results",
        ),
    ] = None,
    html: Annotated[
        Path | None, typer.Option(dir_okay=False, writable=True, help="Write the report as a page here")
    ] = None,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", dir_okay=False, writable=True, help="Write the report as JSON here"),
    ] = None,
    seconds: Annotated[float, typer.Option(min=1, help="That each scenario may take")] = 120,
    patience: Annotated[float, typer.Option(min=1, help="Seconds for which a fetching is awaited")] = 600,
    host: Annotated[str, typer.Option(help="Where the integration reaches us")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one")] = 0,
) -> None:
    """Play the scenarios, and write the report. Exit code 0: every must is met; 1: one is not.

    The installation is made for this run, beside whatever runs here, and is gone afterwards (development).
    """
    if (agency_command is None) is not wait:
        raise typer.BadParameter("give either --agency-command or --wait")
    scenarios = _chosen(only)
    used = _used(doors, scenarios if only else [])
    _require_some(scenarios, used)
    storage = _development()
    desk = Desk(seconds=seconds, patience=patience) if wait else None
    driver = desk or CommandDriver(command=_words(agency_command or ""), seconds=seconds)
    console = Console(stderr=True, highlight=False)
    try:
        with interrupts.noted():
            report = _play(
                storage, scenarios, used, driver=driver, desk=desk, console=console, at=(host, port)
            )
    except KeyboardInterrupt:
        console.print("Đã dừng · Stopped")
        raise typer.Exit(INTERRUPTED) from None
    if html is not None:
        html.write_text(page(report), "utf-8")
    if json_file is not None:
        json_file.write_text(report.model_dump_json(indent=2) + "\n", "utf-8")
    report_show.show(report, Console(highlight=False))
    raise typer.Exit(0 if report.verdict is Verdict.PASSED else 1)


def _chosen(only: list[str] | None) -> list[Scenario]:
    unknown = [name for name in only or () if name not in BY_NAME]
    if unknown:
        raise typer.BadParameter(f"there is no scenario {unknown[0]}; `tindan conformance list` names them")
    return [scenario for scenario in SCENARIOS if not only or scenario.name in only]


def _used(names: str | None, chosen: list[Scenario]) -> Doors | None:
    """Return the doors that are used: those named, else those of the scenarios that were chosen by name."""
    if names is None:
        return frozenset(door for scenario in chosen for door in scenario.doors) or None
    given = {name.strip() for name in names.split(",") if name.strip()}
    unknown = sorted(given - {door.value for door in Door})
    if unknown or not given:
        raise typer.BadParameter(f"--doors: there is no door {', '.join(unknown)!r}; there are {named(Door)}")
    return frozenset(Door(name) for name in given)


def _require_some(scenarios: list[Scenario], used: Doors | None) -> None:
    """Raise typer.BadParameter where none of the scenarios is for these doors alone."""
    if used and not any(scenario.doors <= used for scenario in scenarios):
        needed = "; ".join(dict.fromkeys(named(one.doors) for one in scenarios if one.doors & used))
        raise typer.BadParameter(
            f"--doors {named(used)}: không có kịch bản nào · no scenario is for these alone"
            + (f"; có · there are some for: {needed}" if needed else "")
        )


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise typer.BadParameter(f"--agency-command: {error}") from error
    if not words:
        raise typer.BadParameter("--agency-command is empty")
    return words


def _development() -> StorageSettings:
    os.environ.setdefault("TINDAN_ENV", "development")
    storage = Settings().storage
    if not storage.development:
        raise typer.BadParameter("this command is for development only (TINDAN_ENV=development)")
    return storage


def _play(
    storage: StorageSettings,
    scenarios: list[Scenario],
    doors: Doors | None,
    *,
    driver: Driver,
    desk: Desk | None,
    console: Console,
    at: tuple[str, int],
) -> Report:
    stage = Stage()
    with listening(*at) as listener:
        url = _address(at[0], listener.getsockname()[1])
        console.print("• Dựng hệ thống · Bringing the system up")
        with (
            open_tenant(storage, url) as tenant,
            serving(application(stage, tenant, desk), listener),
        ):
            if desk is not None:
                console.print(f"• GET {url}/tasks, POST {url}/outcomes", soft_wrap=True)

            def tell(scenario: Scenario) -> None:
                console.print(f"• {scenario.name}: {scenario.title.vi} · {scenario.title.en}", soft_wrap=True)

            director = Director(stage=stage, tenant=tenant, driver=driver, url=url, tell=tell)
            report = director.play(scenarios, doors)
            if desk is not None:
                desk.finish()
            return report


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@conformance.command("list")
def list_all(*, as_json: AsJson = False) -> None:
    """List the doors of the API, the scenarios and the checks."""
    if as_json:
        scenarios = [
            {"name": one.name, "title": one.title._asdict(), "doors": sorted(one.doors)} for one in SCENARIOS
        ]
        checks = [{"id": one.id, "level": one.level, "title": one.title._asdict()} for one in CHECKS]
        doors = [{"name": one, "title": one.words._asdict()} for one in Door]
        _print_json({"doors": doors, "scenarios": scenarios, "checks": checks})
        return
    report_show.show_all(Console(highlight=False))


@conformance.command("explain")
def explain(
    check: Annotated[str, typer.Argument(metavar="CHECK", help="Such as stable-ids")],
    *,
    as_json: AsJson = False,
) -> None:
    """Say what a check asks for, why, and how it is met."""
    known = BY_ID.get(check)
    if known is None:
        raise typer.BadParameter(f"there is no check {check}; `tindan conformance list` names them")
    texts = {"title": known.title, "why": known.why, "mend": known.mend}
    if as_json:
        words = {name: text._asdict() for name, text in texts.items()}
        _print_json({"id": known.id, "level": known.level, **words})
        return
    console = Console(highlight=False)
    console.print(f"[bold]{known.id}[/bold] ({known.level})")
    for text in texts.values():
        console.print(f"\n{text.vi}\n{text.en}")


@conformance.command("schema")
def print_schema() -> None:
    """Print the JSON schema of the report."""
    _print_json(schema())


def _print_json(content: object) -> None:
    json.dump(content, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")

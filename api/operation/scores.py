"""Commands on the scores of agencies, month by month: `tindan scores`."""

import asyncio
import sys
from datetime import date
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from api.bilingual import Words
from api.operation.house import in_one_reading, note, open_house
from api.operation.options import AsJson, month_of
from api.operation.words import NOTHING, add_row, json_of
from api.services import warm_calendar
from storage.agencies import repository as agencies
from storage.agencies.codes import InvalidCode, normalise_agency_code
from storage.scores import recomputing
from storage.scores.points import Criterion
from storage.scores.publishing import Line, Standing, lines
from storage.scores.reading import counted_in, version
from storage.unit_of_work import Reading

scores = typer.Typer(no_args_is_help=True, help="Scores of agencies after Decision 766, month by month.")

COUNTRY = Words("Cả nước", "The country")
CRITERIA = {
    Criterion.ON_TIME: "Đúng hạn · On time",
    Criterion.ONLINE: "Trực tuyến · Online",
    Criterion.DIGITISED: "Số hoá · Digitised",
    Criterion.SATISFACTION: "Hài lòng · Satisfied",
}
HIDDEN = "<5"
"""Stands where a group is too small to be shown, or would tell of one that is."""


@scores.command("recompute")
def recompute(
    month: Annotated[
        date | None,
        typer.Option(
            parser=month_of, metavar="YYYY-MM", help="Only dossiers that ended in it; all, if not given"
        ),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Measure dossiers anew from their timelines, in slices, while all else goes on.

    That changes nothing but what was wrong, unless working days were decreed since: see
    TINDAN_EXTRA_HOLIDAYS. Cut short, it is begun again at no harm.
    """
    done = asyncio.run(_recompute(month))
    if as_json:
        typer.echo(json_of({"measured": done.measured, "changed": done.changed}))
        return
    typer.echo(f"Hồ sơ đã tính · dossiers measured: {done.measured}; thay đổi · changed: {done.changed}")


@scores.command("show")
def show(
    month: Annotated[date, typer.Argument(parser=month_of, metavar="MONTH", help="Such as 2026-11")],
    agency: Annotated[
        str | None, typer.Option(metavar="CODE", help="Only this agency, with all below it together")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show a month as it is published. Groups of fewer than five dossiers are hidden here, too."""
    found = in_one_reading(lambda reading: _lines(reading, month, agency))
    if as_json:
        typer.echo(json_of([_as_json(line) for line in found]))
        return
    table = Table("Cơ quan · Agency", "Hồ sơ · Dossiers", *CRITERIA.values(), "Điểm · Points")
    for line in found:
        name = f"{line.agency.code} {line.agency.name}" if line.agency else f"{COUNTRY.vi} · {COUNTRY.en}"
        total = NOTHING if line.points is None else f"{line.points}/{line.out_of}"
        dossiers = HIDDEN if line.dossiers is None else str(line.dossiers)
        add_row(table, name, dossiers, *(_cell(line.standings[one]) for one in CRITERIA), total)
    Console().print(table)


async def _recompute(month: date | None) -> recomputing.Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    done = recomputing.Progress(measured=0, changed=0, part=0.0)
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("Tính lại · Measuring", total=1.0)
        async with open_house() as house:
            calendar = warm_calendar(house.settings)
            async for done in recomputing.recompute(house.unit_of_work, calendar, month=month):
                progress.update(task, completed=done.part)
    note("scores_recomputed", measured=done.measured, changed=done.changed)
    return done


async def _lines(reading: Reading, month: date, agency: str | None) -> list[Line]:
    code = None if agency is None else await _known(reading, agency)
    if await version(reading, month) is None:
        raise typer.BadParameter(f"tháng {month:%m/%Y} chưa có số liệu · nothing is counted in {month:%Y-%m}")
    counted = await counted_in(reading, month)
    found = lines(counted.agencies, counted.own)
    return [line for line in found if code is None or (line.agency and line.agency.code == code)]


async def _known(reading: Reading, given: str) -> str:
    """Return an agency's own code. Raises typer.BadParameter where there is no such agency."""
    try:
        code = normalise_agency_code(given)
    except InvalidCode as error:
        raise typer.BadParameter(f"{given} is no code of an agency") from error
    known = (await agencies.resolve(reading, [code])).get(code)
    if known is None:
        raise typer.BadParameter(f"there is no agency {code}")
    return known.code


def _cell(standing: Standing | None) -> str:
    if standing is None:
        return HIDDEN
    return NOTHING if standing.percent is None else f"{standing.percent}% → {standing.points}"


def _as_json(line: Line) -> dict[str, Any]:
    return {
        "agency": line.agency and line.agency.code,
        "parent": line.parent,
        "dossiers": line.dossiers,
        "criteria": line.standings,
        "points": line.points,
        "out_of": line.out_of,
    }

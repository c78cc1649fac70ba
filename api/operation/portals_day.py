"""What came in on a day, how late, and what does not fit together: `tindan portals day`."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import typer
from rich.console import Console

from api.operation.house import in_one_reading
from api.operation.options import AsJson
from api.operation.words import NOTHING, add_row, json_of, table_of, when
from storage.agencies import repository as agencies
from storage.agencies.codes import InvalidCode, normalise_agency_code
from storage.reconciliation import days
from storage.reconciliation.days import AgencyDay, Day
from storage.unit_of_work import Reading


def _date_of(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("give a day, such as 2026-11-21") from None


def show_day(
    agency: Annotated[str | None, typer.Option(metavar="CODE", help="Of this agency alone")] = None,
    day: Annotated[
        date | None,
        typer.Option("--date", parser=_date_of, metavar="DAY", help="In Vietnam; the last one reported"),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what is told of a day, agency by agency. Delays are in seconds; who has no row had nothing."""
    found, rows = in_one_reading(lambda reading: _found(reading, agency, day))
    if as_json:
        items = [{"agency_code": one.code, **one.figures.model_dump()} for one in rows]
        typer.echo(json_of({"date": found.day, "made_at": found.made_at, "items": items}))
        return
    titles = ("Cơ quan · Agency", "Gửi/tệp/kéo · Pushed/filed/pulled", "Báo · Reported", "Trễ · Lag p50/p95")
    apart_of = ("Im lặng · Silent", "Thiếu số · Holes", "Mâu thuẫn · Contradictions")
    left = ("Khác biệt (chờ người) · Differences (left)", "Lạc · Strays")
    table = table_of(*titles, *apart_of, *left, whole=titles[:1])
    for one in rows:
        told = one.figures
        lag = NOTHING if told.lag_median is None else f"{told.lag_median}/{told.lag_p95}"
        came, apart = (
            f"{told.pushed}/{told.filed}/{told.pulled}",
            f"{told.differences} ({told.differences_left})",
        )
        counts = (told.silent, told.holes, told.contradictions)
        add_row(table, one.code, came, str(told.reported), lag, *map(str, counts), apart, str(told.strays))
    Console().print(f"{found.day:%d/%m/%Y} ({when(found.made_at)})")
    Console().print(table)


async def _found(reading: Reading, agency: str | None, day: date | None) -> tuple[Day, Sequence[AgencyDay]]:
    found = await days.made(reading, day)
    if found is None:
        raise typer.BadParameter("chưa có số liệu của ngày này · there is no report of this day")
    if agency is None:
        return found, await days.listed(reading, found.day)
    try:
        code = normalise_agency_code(agency)
    except InvalidCode as error:
        raise typer.BadParameter(f"{agency}: không phải mã cơ quan · is no agency's code") from error
    known = (await agencies.resolve(reading, [code])).get(code)
    if known is None:
        raise typer.BadParameter(f"{agency}: không có cơ quan này · there is no such agency")
    return found, await days.listed(reading, found.day, code=known.code)

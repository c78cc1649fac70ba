"""Commands on what is reported to the measuring system, month by month: `tindan report`."""

import asyncio
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer

from api.connectors.measuring.emc import Emc, EmcAccount
from api.connectors.measuring.reporting import Reporter, own_scope
from api.connectors.measuring.settings import EmcSettings
from api.operation.house import House, in_one_reading, note, open_house
from api.operation.options import AsJson, month_of
from api.operation.reports_show import print_content, print_reports
from api.operation.words import json_of
from storage.dossiers.working_days import VIETNAM
from storage.errors import SettingsError
from storage.reports import drafting, listing
from storage.reports.content import MonthReport
from storage.reports.following import is_over, may_change
from storage.reports.gathering import Gathered, gather
from storage.reports.kinds import ReportState
from storage.reports.listing import Listed
from storage.unit_of_work import Reading

report = typer.Typer(no_args_is_help=True, help="Months reported to the measuring system (EMC).")

AT_ONCE = timedelta(0)
UNHEARD = 1
"""Exit code where a month was not taken in."""
Month = Annotated[date, typer.Argument(parser=month_of, metavar="MONTH", help="Such as 2026-10")]


@report.command("list")
def list_reports(
    month: Annotated[
        date | None, typer.Option(parser=month_of, metavar="YYYY-MM", help="Only of this month")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List reports and what became of them, newest first: at most 200."""
    print_reports(in_one_reading(lambda reading: listing.listed(reading, month)), as_json=as_json)


@report.command("show")
def show(
    month: Month,
    number: Annotated[
        int | None, typer.Option(min=1, help="Which one of the month's reports; the last, if not given")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what was told of a month, or is to be: scores as they are published, and how much was used."""
    one, content = in_one_reading(lambda reading: _found(reading, month, number))
    if as_json:
        typer.echo(json_of({**asdict(one), "content": content.model_dump(mode="json")}))
        return
    print_reports([one])
    print_content(content)


@report.command("send")
def send(
    month: Month,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be sent, and send nothing")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Report a month now, correct it if it has changed, or try again what was given up.

    What has not changed is not sent again. Exit code 1 means that the month was not taken in.
    """
    if dry_run:
        would, content = asyncio.run(_drawn(month))
        if as_json:
            typer.echo(json_of({"would_send": would, "content": content.model_dump(mode="json")}))
            return
        typer.echo("Sẽ gửi · would be sent" if would else "Không có gì mới để gửi · nothing new to send")
        print_content(content)
        return
    one = asyncio.run(_sent(month))
    print_reports([one], as_json=as_json)
    if one.state != ReportState.SENT:
        raise typer.Exit(UNHEARD)


async def _found(reading: Reading, month: date, number: int | None) -> tuple[Listed, MonthReport]:
    for one in await listing.listed(reading, month):
        if number in {None, one.number} and (content := await listing.content(reading, one.id)):
            return one, content
    raise typer.BadParameter(f"tháng {month:%m/%Y} không có báo cáo này · there is no such report")


async def _drawn(month: date) -> tuple[bool, MonthReport]:
    async with open_house() as house, house.reading() as reading:
        _account(house)
        gathered = await _gathered(reading, month)
        before = await drafting.last(reading, Emc.name, gathered.report.scope, month)
        if before is not None and before.digest == gathered.digest:
            return before.state is ReportState.FAILED, gathered.report
        return may_change(before, now=datetime.now(UTC), rest=AT_ONCE), gathered.report


async def _sent(month: date) -> Listed:
    async with open_house() as house:
        emc = Emc(_account(house))
        try:
            async with house.unit_of_work() as uow:
                gathered = await _gathered(uow, month)
                scope, now = gathered.report.scope, datetime.now(UTC)
                if not await drafting.draft(uow, emc.name, gathered, now=now):
                    await drafting.resume(uow, emc.name, scope, month, now=now)
                await uow.commit()
            made = await Reporter(house.unit_of_work, emc, EmcSettings().plan()).attempt(month)
        finally:
            await emc.close()
        async with house.reading() as reading:
            one = next(one for one in await listing.listed(reading, month) if one.scope == scope)
    note(
        "report_sent_by_hand",
        month=f"{month:%Y-%m}",
        report=str(one.id),
        state=one.state,
        why=made and made.why,
    )
    return one


async def _gathered(reading: Reading, month: date) -> Gathered:
    """Gather a month that is over, for whom reports are on. Raises typer.BadParameter, SettingsError."""
    if not is_over(month, datetime.now(VIETNAM).date()):
        raise typer.BadParameter(f"tháng {month:%m/%Y} chưa kết thúc · {month:%Y-%m} is not over")
    scope = await own_scope(reading, EmcSettings().plan().scope)
    if scope is None:
        raise SettingsError("TINDAN_EMC_AGENCY: there is no such agency")
    gathered = await gather(reading, month, scope)
    if gathered is None:
        raise typer.BadParameter(f"tháng {month:%m/%Y} chưa có số liệu · nothing is counted in {month:%Y-%m}")
    return gathered


def _account(house: House) -> EmcAccount:
    account = EmcSettings().account(development=house.settings.storage.development)
    if account is None:
        raise SettingsError("no measuring system is set up: see TINDAN_EMC_URL")
    return account

"""Commands on where portals and we differ: `tindan portals reconcile` and `tindan portals differences`."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from api.connectors.engine import Link
from api.connectors.reconciling.chore import NAME, is_compared, take_on
from api.connectors.reconciling.running import start
from api.operation import portals_show as show
from api.operation.house import in_one_reading, in_one_unit, note, operator
from api.operation.options import AsJson
from api.operation.portals_house import Name, our_turn, with_portal
from api.operation.words import NOTHING, add_row, json_of, table_of, when
from storage.dossiers.codes import normalise_dossier_code
from storage.errors import NotFoundError
from storage.reconciliation import comparisons, listing
from storage.reconciliation.comparisons import Run
from storage.reconciliation.kinds import LIVE, DifferenceState, Extent
from storage.reconciliation.listing import Listed, Wish
from storage.unit_of_work import Reading, UnitOfWork

differences = typer.Typer(no_args_is_help=True, help="Where portals and we say something else.")

LONGEST_NOTE = 1000
STATES: Mapping[str, str] = {
    DifferenceState.OPEN: "Đang tự sửa · being repaired",
    DifferenceState.LEFT: "Chờ người xem · left for a person",
    DifferenceState.REPAIRED: "Đã tự sửa · repaired",
    DifferenceState.SETTLED: "Để nguyên · may stay",
    DifferenceState.GONE: "Tự hết · gone",
}
COUNTS: Mapping[str, str] = {
    "read": "Bản ghi đã đọc · records read",
    "unreadable": "Không đọc được · unreadable",
    "listed": "Hồ sơ của ta · dossiers of ours",
    "compared": "Đã so · compared",
    "passed": "Để lần sau · left for the next time",
    "differing": "Khác nhau · differing",
}
Id = Annotated[UUID, typer.Argument(metavar="ID", help="As `differences list` tells it")]


def reconcile(
    name: Name,
    *,
    whole: Annotated[
        bool, typer.Option("--all", help="Compare everything, not only what changed or did not agree")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compare a portal with us now; one that was under way goes on where it stands.

    Differences are repaired by the rules of the portal's description, or left for a person.
    """
    extent = Extent.ALL if whole else Extent.CHANGED
    with show.progress(f"{name}: đối soát · comparing", total=None) as (bar, task):

        def tell(run: Run) -> None:
            bar.update(task, description=f"{name}: {run.stage} {run.counts.get('compared', 0)}")

        async def work(link: Link) -> Run:
            if not is_compared(link.deployment):
                raise typer.BadParameter(
                    f"{name}: cần changed hoặc dossier trong offers · needs changed or dossier among offers"
                )
            async with our_turn(link, NAME) as turn:
                async with link.open_unit() as uow:
                    run = await comparisons.running(uow, link.name)
                run = run or await start(link, extent, datetime.now(UTC))
                return await take_on(link, turn, run, tell)

        run = with_portal(name, work)
    note("portal_reconciled_by_hand", portal=name, extent=run.extent, **run.counts)
    if as_json:
        typer.echo(json_of(asdict(run)))
    else:
        print_run(run)


@differences.command("list")
def list_differences(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Of this portal alone")] = None,
    *,
    state: Annotated[
        DifferenceState | None, typer.Option(help="In this state; if not given, what is not over")
    ] = None,
    code: Annotated[str | None, typer.Option(help="Of this dossier")] = None,
    as_json: AsJson = False,
) -> None:
    """List differences, those found last first: at most 200."""
    wish = Wish(
        states=(state,) if state else LIVE,
        deployment=name,
        code=normalise_dossier_code(code) if code else None,
    )
    found = in_one_reading(lambda reading: listing.listed(reading, wish))
    if as_json:
        typer.echo(json_of([_as_json(one) for one in found]))
        return
    # The id below the dossier: both stay whole on a screen of 80 columns.
    titles = ("Hồ sơ, ID · Dossier, ID", "Cổng · Portal", "Khác biệt · Difference")
    rest = ("Chúng ta · Ours", "Cổng nói · Theirs", "Tình trạng, thấy · State, found")
    table = table_of(*titles, *rest, whole=titles[:1])
    for one in found:
        what = one.field or one.kind
        standing = f"{STATES[one.state]} ({when(one.found_at)})"
        said = (one.ours or NOTHING, one.theirs or NOTHING, standing)
        add_row(table, f"{one.code}\n{one.id}", one.deployment, what, *said)
    Console().print(table)


@differences.command("show")
def show_difference(difference_id: Id, *, as_json: AsJson = False) -> None:
    """Show a difference, the rule for it, and why it was settled."""

    async def work(reading: Reading) -> tuple[Listed, str | None]:
        one = await listing.one(reading, difference_id)
        return one, one.note(reading)

    try:
        one, why = in_one_reading(work)
    except NotFoundError as error:
        raise typer.BadParameter("không có khác biệt này · there is no such difference") from error
    told = {**_as_json(one), "note": why}
    if as_json:
        typer.echo(json_of(told))
        return
    table = Table("", "", show_header=False)
    for label, value in told.items():
        add_row(table, label, when(value) if isinstance(value, datetime) else str(value or NOTHING))
    Console().print(table)


@differences.command("settle")
def settle_difference(
    difference_id: Id,
    why: Annotated[
        str, typer.Option("--note", help="Why it may stay; nothing personal", prompt="Vì sao · Why")
    ],
) -> None:
    """Say that a difference may stay. It comes up again when either side says something else."""
    if not 0 < len(why.strip()) <= LONGEST_NOTE:
        raise typer.BadParameter(f"--note: 1–{LONGEST_NOTE}")

    async def work(uow: UnitOfWork) -> bool:
        return await listing.settle(uow, difference_id, by=operator(), note=why.strip())

    if not in_one_unit(work):
        raise typer.BadParameter("không có khác biệt này, hoặc đã xong · there is none, or it is over")
    note("difference_settled", difference=str(difference_id))
    typer.echo("Đã ghi nhận · noted")


def print_run(run: Run) -> None:
    """Print what a comparison came to."""
    table = Table("Đối soát · Comparison", run.extent)
    add_row(table, "Những gì đổi trước · What changed before", when(run.until))
    for name, count in run.counts.items():
        add_row(table, COUNTS.get(name, name), str(count))
    if not run.counts:
        add_row(table, "Không có gì để so · Nothing to compare", "0")
    Console().print(table)


def _as_json(one: Listed) -> dict[str, Any]:
    told = asdict(one)
    del told["note_sealed"]
    return told

"""Commands on the administrative units: put in, versions, and what a name or a former unit leads to."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from api.bilingual import Words
from api.operation.catalogue_show import print_refusal, refusal
from api.operation.house import in_one_reading, note, open_house, operator
from api.operation.options import AsJson
from api.operation.words import NOTHING, add_row, json_of, when
from storage.procedures.formats.faults import FileRefusedError
from storage.unit_of_work import Reading
from storage.units import repository
from storage.units.comparing import UnitsShrunk, UnitTable
from storage.units.files import read_files
from storage.units.gazetteer import Gazetteer, Match
from storage.units.record import Share

units = typer.Typer(no_args_is_help=True, help="Provinces, communes, and what became of former ones.")
SHARES = {
    Share.WHOLE: "Toàn bộ · whole",
    Share.PART_DEFAULT: "Phần chính · the main part",
    Share.PART: "Một phần · a part",
}
TABLES: Mapping[UnitTable, Words] = {
    "provinces": Words("tỉnh", "provinces"),
    "communes": Words("xã", "communes"),
    "former": Words("dòng của bảng chuyển đổi", "rows of the map"),
}


@units.command("import")
def import_units(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FOLDER|FILES",
            help="CSV files of provinces, of communes, and of the map from old to new; or their folder",
            exists=True,
            readable=True,
        ),
    ],
    *,
    author: Annotated[str | None, typer.Option(help="Who imports; your login name unless given")] = None,
    shrink: Annotated[
        bool, typer.Option("--shrink", help="Even if more than 30% of what a file held before are gone")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the files, and keep nothing")] = False,
    as_json: AsJson = False,
) -> None:
    """Put units in: all of the files, or nothing; what differs makes a new version.

    Which file holds what is told by its headings. What none of them holds stays as it is. A file that seems
    to have been cut, as more than 30% of its units are gone, is refused.
    """
    source = ", ".join(file.name for file in files)
    try:
        found = asyncio.run(
            _put(files, author=author or operator(), source=source, shrink=shrink, dry_run=dry_run)
        )
    except FileRefusedError as error:
        if as_json:
            typer.echo(json_of(refusal(error)))
        else:
            print_refusal(source, error)
        raise typer.Exit(2) from error
    except UnitsShrunk as error:
        table = TABLES[error.table]
        raise typer.BadParameter(
            f"mất {error.gone} trên {error.total} {table.vi}, quá 30%: thêm --shrink nếu đúng là vậy · "
            f"{error.gone} of {error.total} {table.en} would be gone, more than 30%: --shrink if it is meant"
        ) from error
    if as_json:
        typer.echo(json_of({**found, "dry_run": dry_run}))
        return
    counts = ", ".join(f"{found[name]} {words.vi} · {words.en}" for name, words in TABLES.items())
    typer.echo(f"Phiên bản · version {found['version']}: {counts}")


@units.command("versions")
def list_versions(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, the newest first")] = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """List the versions: who imported what, and when."""
    found = in_one_reading(lambda reading: repository.versions(reading, limit=limit))
    if as_json:
        typer.echo(json_of(found))
        return
    table = Table("Phiên bản · Version", "Thời điểm · When", "Người nhập · Author", "Nguồn · Source", "Σ")
    for one in found:
        counts = f"{one.provinces} + {one.communes} + {one.former}"
        add_row(table, str(one.number), when(one.imported_at), one.author, one.source, counts)
    Console().print(table)


@units.command("find")
def find(
    text: Annotated[
        str,
        typer.Argument(metavar="NAME", help="A code or a name, such as 'p. Ba Đình, Hà Nội'"),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Show which units of today a name means; a former one leads to those that it went to."""
    found = in_one_reading(lambda reading: _find(reading, text))
    if as_json:
        typer.echo(json_of([_as_json(match) for match in found]))
        return
    table = Table("Mã · Code", "Đơn vị · Unit", "Trước đây · Formerly", "Phần · Share")
    for match in found:
        former = ", ".join((match.former.name, *match.former.path)) if match.former else NOTHING
        share = SHARES[match.share] if match.share else NOTHING
        add_row(table, match.unit.code, match.unit.name, former, share)
    Console().print(table)
    if not found:
        raise typer.Exit(1)


async def _put(files: list[Path], *, author: str, source: str, shrink: bool, dry_run: bool) -> dict[str, int]:
    async with open_house() as house, house.unit_of_work() as uow:
        found = read_files(files, await repository.load(uow))
        number = await repository.put(uow, found, author=author, source=source, shrink=shrink)
        if not dry_run:
            await uow.commit()
            note("units_imported", version=number)
        counts = {name: len(getattr(found, name)) for name in ("provinces", "communes", "former")}
        return {"version": number, **counts}


async def _find(reading: Reading, text: str) -> tuple[Match, ...]:
    return Gazetteer(await repository.load(reading)).find(text)


def _as_json(match: Match) -> dict[str, Any]:
    unit = match.unit.model_dump(mode="json", exclude_defaults=True)
    return {"unit": unit, "former": match.former, "share": match.share}

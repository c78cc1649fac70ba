"""Commands on what is asked often: `tindan faq`."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.operation.faq_file import FaqEntry, Outcome, Scrubbing, publish
from api.operation.house import in_one_reading, note, open_house, operator
from api.operation.known import known_agency
from api.operation.options import AsJson
from api.operation.placed import Placed, read_placed, refusals_told
from api.operation.words import NOTHING, add_row, json_of
from storage.agencies.codes import InvalidCode
from storage.procedures.codes import split_procedure_code
from storage.questions.entries import Entry
from storage.questions.frequent import frequent
from storage.questions.scrubbing.kinds import STAND_INS
from storage.unit_of_work import Reading

faq = typer.Typer(no_args_is_help=True, help="Questions that are asked often, with their answers.")

_UNITS = {"line": "dòng · line", "item": "mục · item"}
_SHOWN_CHARACTERS = 80


@faq.command("import")
def import_faq(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="JSON Lines, or a JSON list: id, agency, question, answer, and procedure or field",
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ],
    *,
    author: Annotated[str | None, typer.Option(help="Who publishes; your login name unless given")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change and be taken out, and keep nothing")
    ] = False,
    confirm: Annotated[
        bool,
        typer.Option("--confirm", help="All of it holds by what is in force: stale entries are good again"),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Publish what is asked often: all of the file, or nothing.

    An entry of the same agency and id changes what is there of it. One about a procedure rests on the version
    in force, and is told to be stale once that changes. Whatever looks personal is taken out and named. What
    comes as it came before stays stale, or taken down, unless it is confirmed.
    """
    with refusals_told(file, as_json=as_json):
        placed = read_placed(file, FaqEntry)
        outcome = asyncio.run(_import(placed, by=author or operator(), dry_run=dry_run, confirm=confirm))
    if as_json:
        typer.echo(json_of(_told(outcome, dry_run=dry_run)))
    else:
        _print(outcome, dry_run=dry_run)


@faq.command("list")
def list_faq(
    *,
    procedure: Annotated[
        str | None, typer.Option(metavar="CODE", help="On this procedure, by a short or long code")
    ] = None,
    field: Annotated[str | None, typer.Option(help="On this field, and procedures of it")] = None,
    agency: Annotated[
        str | None, typer.Option(metavar="CODE", help="By this agency, and those below it")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what is published of what is asked often."""
    found = in_one_reading(lambda reading: _list(reading, procedure, field, agency))
    if as_json:
        typer.echo(json_of([_as_json(one) for one in found]))
        return
    table = Table("Cơ quan · Agency", "Về · About", "Câu hỏi · Question", "Còn đúng · Up to date")
    for one in found:
        about = one.procedure_code or one.field or NOTHING
        question = " ".join(one.question.split())
        if len(question) > _SHOWN_CHARACTERS:
            question = f"{question[:_SHOWN_CHARACTERS]}…"
        add_row(table, one.agency_code, about, question, NOTHING if one.stale else "✓")
    Console().print(table)


async def _import(placed: Sequence[Placed[FaqEntry]], *, by: str, dry_run: bool, confirm: bool) -> Outcome:
    async with open_house() as house, house.unit_of_work() as uow:
        outcome = await publish(uow, placed, by=by, now=datetime.now(UTC), confirm=confirm)
        if not dry_run:
            await uow.commit()
            note("faq_imported", read=outcome.read, changed=outcome.changed)
        return outcome


async def _list(
    reading: Reading, procedure: str | None, field: str | None, agency: str | None
) -> Sequence[Entry]:
    try:
        code = split_procedure_code(procedure).short if procedure else None
    except InvalidCode as error:
        raise typer.BadParameter(f"{procedure} is no code of a procedure") from error
    top = await known_agency(reading, agency) if agency else None
    return await frequent(reading, procedure=code, field=field, agency=top.id if top else None)


def _told(outcome: Outcome, *, dry_run: bool) -> dict[str, object]:
    return {
        "read": outcome.read,
        "changed": outcome.changed,
        "unchanged": outcome.read - outcome.changed - outcome.left,
        "left": outcome.left,
        "dry_run": dry_run,
        "scrubbed": [{**one.place, "field": one.field, "removed": one.removed} for one in outcome.scrubbed],
    }


def _print(outcome: Outcome, *, dry_run: bool) -> None:
    if dry_run:
        typer.echo("Chạy thử, không giữ lại gì · a trial, nothing was kept")
    typer.echo(
        f"{outcome.read} câu hỏi · questions: {outcome.changed} thay đổi · changed, "
        f"{outcome.read - outcome.changed - outcome.left} như cũ · as before"
    )
    if outcome.left:
        typer.echo(
            f"{outcome.left} đã cũ hoặc đã gỡ, giữ nguyên; xác nhận bằng --confirm · "
            "stale or taken down, and left so; --confirm makes them good"
        )
    for one in outcome.scrubbed:
        typer.echo(f"{_where(one)}: đã bỏ · taken out {' '.join(STAND_INS[kind] for kind in one.removed)}")


def _where(one: Scrubbing) -> str:
    ((unit, number),) = one.place.items()
    return f"{_UNITS[unit]} {number}, {one.field}"


def _as_json(one: Entry) -> dict[str, object]:
    names = ("id", "question", "answer", "field", "procedure_code", "procedure_version", "stale")
    return {"agency": one.agency_code} | {name: getattr(one, name) for name in names}

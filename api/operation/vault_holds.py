"""Commands on legal holds: what keeps a document from being removed."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from api.operation.house import in_one_reading, in_one_unit, note, operator
from api.operation.options import AsJson, moment
from api.operation.words import add_row, json_of, when
from storage.errors import NotFoundError
from storage.vault import holds

hold = typer.Typer(no_args_is_help=True, help="Legal holds: what keeps a document from being removed.")


@hold.command("add")
def add(
    document: Annotated[UUID, typer.Argument(help="The id of a document")],
    reason: Annotated[str, typer.Option(help="The file or order that asks for it; names no person")],
    until: Annotated[
        datetime | None,
        typer.Option(parser=moment, metavar="TIME", help="When it ends by itself, such as 2030-01-01"),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Lay a hold on a document; several may be laid on one."""
    now = datetime.now(UTC)
    if not reason.strip():
        raise typer.BadParameter("say which file or order asks for it")
    if until is not None and until <= now:
        raise typer.BadParameter("it would have ended already")
    try:
        hold_id = in_one_unit(
            lambda uow: holds.add(uow, document, reason=reason.strip(), who=operator(), now=now, until=until)
        )
    except NotFoundError as error:
        raise typer.BadParameter(f"there is no document {document}") from error
    note("document_held", document_id=str(document), hold_id=str(hold_id))
    typer.echo(json_of({"hold": hold_id}) if as_json else f"Đã phong toả · held: {hold_id}")


@hold.command("list")
def show(
    document: Annotated[UUID | None, typer.Argument(help="The id of a document; else all are listed")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many, the newest first")] = 1000,
    *,
    as_json: AsJson = False,
) -> None:
    """List the holds that count now."""
    found = in_one_reading(
        lambda reading: holds.counting(reading, now=datetime.now(UTC), document_id=document, limit=limit)
    )
    if as_json:
        typer.echo(json_of([one.model_dump(mode="json") for one in found]))
        return
    table = Table(
        "Phong toả · Hold",
        "Tài liệu · Document",
        "Lý do · Reason",
        "Người đặt · By",
        "Từ · Since",
        "Đến · Until",
    )
    for one in found:
        add_row(
            table,
            str(one.id),
            str(one.document_id),
            one.reason,
            one.who,
            when(one.since),
            when(one.until),
        )
    Console().print(table)


@hold.command("release")
def release(hold_id: Annotated[UUID, typer.Argument(metavar="HOLD", help="The id of a hold")]) -> None:
    """End a hold; its document may be removed again, unless another one counts."""
    try:
        in_one_unit(lambda uow: holds.release(uow, hold_id, now=datetime.now(UTC)))
    except NotFoundError as error:
        raise typer.BadParameter(f"there is no hold {hold_id} that counts") from error
    note("document_released", hold_id=str(hold_id))
    typer.echo(f"Đã gỡ · released: {hold_id}")

"""The command `tindan portals catalogue`: the procedures that a portal lists."""

from typing import Annotated

import typer

from api.connectors.engine import Link
from api.connectors.portals.deployment import Offer
from api.connectors.pulling.catalogue import CHORE, Refreshed, refresh
from api.operation import portals_show as show
from api.operation.house import note
from api.operation.options import AsJson
from api.operation.portals_house import Name, named, our_turn, require, with_portal
from api.operation.words import json_of
from storage.procedures.comparing import CatalogueShrunk


def catalogue(
    name: Name,
    *,
    shrink: Annotated[bool, typer.Option("--shrink", help="Also where it lists over 30% fewer")] = False,
    as_json: AsJson = False,
) -> None:
    """Read a portal's catalogue now, and keep what changed; what it does not list stays as it is."""
    deployment = named(name)
    for offer in (Offer.PROCEDURES, Offer.PROCEDURE):
        require(deployment, offer)
    with show.progress(f"{name}: thủ tục · procedures", total=None) as (bar, task):

        def tell(fetched: int, wanted: int) -> None:
            bar.update(task, completed=fetched, total=wanted)

        async def work(link: Link) -> Refreshed:
            async with our_turn(link, CHORE) as turn:
                return await refresh(link, turn, shrink=shrink, tell=tell)

        try:
            done = with_portal(name, work)
        except CatalogueShrunk as error:
            raise typer.BadParameter(
                f"mất {error.gone} trên {error.total} thủ tục, quá 30%: --shrink để nhận · "
                f"{error}, which is more than 30%: --shrink takes it"
            ) from error
    note("portal_catalogue_read", portal=name, listed=done.listed, changed=done.changed)
    if as_json:
        typer.echo(json_of(done))
        return
    typer.echo(
        f"{done.listed} thủ tục · listed, {done.fetched} đã tải · fetched, {done.changed} đã đổi · changed"
    )
    for code in done.unusable:
        typer.echo(f"{code}: không đọc được · can not be read")
    for code in done.gone:
        typer.echo(f"{code}: không còn trong danh sách · listed no more")

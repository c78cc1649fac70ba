"""The command `tindan portals refresh`: the catalogue and the lists that a portal shares."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer

from api.connectors.engine import Link
from api.connectors.portals.deployment import AnyDeployment, Offer
from api.connectors.pulling import catalogue as procedures
from api.connectors.pulling.agencies import AGENCIES
from api.connectors.pulling.lists import Refreshed
from api.connectors.pulling.units import UNITS
from api.operation import portals_show as show
from api.operation.catalogue_show import print_refusal
from api.operation.house import note
from api.operation.options import AsJson
from api.operation.portals_house import Name, named, our_turn, require, with_portal
from api.operation.words import json_of
from storage.agencies.importing import EntryRefusedError
from storage.portal_pulls.shared import ListShrunkError
from storage.procedures.formats.faults import FileRefusedError

Done = procedures.Refreshed | Refreshed
LISTS = {one.offer: one for one in (UNITS, AGENCIES)}
NEEDED = {
    Offer.PROCEDURES: (Offer.PROCEDURES, Offer.PROCEDURE),
    Offer.UNITS: (Offer.UNITS,),
    Offer.AGENCIES: (Offer.AGENCIES,),
}
"""What a portal has to offer, by what is read."""
WORDS = {
    Offer.PROCEDURES: "thủ tục · procedures",
    Offer.UNITS: "đơn vị hành chính · units",
    Offer.AGENCIES: "cơ quan · agencies",
}
MOST_NAMED = 20


def refresh(
    name: Name,
    *,
    catalogue: Annotated[bool, typer.Option("--catalogue", help="Its procedures")] = False,
    units: Annotated[bool, typer.Option("--units", help="Its administrative units")] = False,
    agencies: Annotated[bool, typer.Option("--agencies", help="Its agencies")] = False,
    shrink: Annotated[bool, typer.Option("--shrink", help="Also where it lists over 30% fewer")] = False,
    as_json: AsJson = False,
) -> None:
    """Read what a portal lists now, and keep what changed; what it does not list stays as it is.

    All that it offers is read, unless some of it is named. Exit code 1 means that the portal did not tell it,
    and 2 that what it told is not taken.
    """
    deployment = named(name)
    asked = {Offer.PROCEDURES: catalogue, Offer.UNITS: units, Offer.AGENCIES: agencies}
    wanted = [offer for offer, is_asked in asked.items() if is_asked] or _offered(deployment)
    for offer in wanted:
        for needed in NEEDED[offer]:
            require(deployment, needed)
    told: dict[str, Done] = {}
    for offer in wanted:
        with _refused_in_words(offer):
            told[offer] = done = _read(name, offer, shrink=shrink)
        note("portal_list_read", portal=name, stream=offer.value, listed=done.listed, changed=done.changed)
        if not as_json:
            _say(offer, done)
    if as_json:
        typer.echo(json_of(told))


def _offered(deployment: AnyDeployment) -> list[Offer]:
    found = [offer for offer, needed in NEEDED.items() if deployment.offers.issuperset(needed)]
    if not found:
        raise typer.BadParameter(f"{deployment.name}: không có danh sách nào · it shares no list")
    return found


def _read(name: str, offer: Offer, *, shrink: bool) -> Done:
    with show.progress(f"{name}: {WORDS[offer]}", total=None) as (bar, task):

        def tell(read: int, total: int | None) -> None:
            bar.update(task, completed=read, total=total)

        async def work(link: Link) -> Done:
            shared = LISTS.get(offer)
            if shared is None:
                async with our_turn(link, procedures.CHORE) as turn:
                    return await procedures.refresh(link, turn, shrink=shrink, tell=tell)
            async with our_turn(link, shared.chore) as turn:
                return await shared.refresh(link, turn, shrink=shrink, tell=tell)

        return with_portal(name, work)


@contextmanager
def _refused_in_words(offer: Offer) -> Iterator[None]:
    """Say why a list is not taken, and end with code 2."""
    try:
        yield
    except ListShrunkError as error:
        raise typer.BadParameter(
            f"mất {error.gone} trên {error.total} {WORDS[offer]}, quá 30%: --shrink để nhận"
            f" · {error}, which is more than 30%: --shrink takes it"
        ) from error
    except EntryRefusedError as error:
        raise typer.BadParameter(f"{WORDS[offer]}: {error}") from error
    except FileRefusedError as error:
        print_refusal(WORDS[offer], error, heading="Không nhận · nothing was taken")
        raise typer.Exit(2) from error


def _say(offer: Offer, done: Done) -> None:
    counts = f"{done.listed} trong danh sách · listed, {done.changed} đã đổi · changed"
    typer.echo(f"{WORDS[offer]}: {counts}")
    if isinstance(done, Refreshed):
        _name(done.refused, "không thuộc cổng này · not for this portal to bring")
    else:
        _name(done.unusable, "không đọc được · can not be read")
    _name(done.gone, "không còn trong danh sách · listed no more")


def _name(codes: Sequence[str], words: str) -> None:
    for code in codes[:MOST_NAMED]:
        typer.echo(f"{code}: {words}")
    if len(codes) > MOST_NAMED:
        typer.echo(f"… +{len(codes) - MOST_NAMED}: {words}")

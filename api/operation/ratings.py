"""Commands on ratings: `tindan ratings` does at once what workers do by the clock."""

import asyncio

import typer

from api.operation.house import House, note, open_house
from api.operation.options import AsJson
from api.operation.words import json_of
from api.ratings import watching
from api.services import warm_calendar

ratings = typer.Typer(no_args_is_help=True, help="Ratings of closed dossiers: nobody knows whose.")


@ratings.command("ask")
def ask(*, as_json: AsJson = False) -> None:
    """Ask the parties of all dossiers that may be rated by now, each once.

    Workers do so every five minutes.
    """
    asked = asyncio.run(_ask())
    note("ratings_asked", dossiers=asked)
    typer.echo(json_of({"asked": asked}) if as_json else f"Hồ sơ được mời đánh giá · dossiers asked: {asked}")


@ratings.command("mix")
def mix(*, as_json: AsJson = False) -> None:
    """Mix what came since the last time, and count it from then on. Workers do so every hour.

    Mixed too often, few ratings hide among few: let some hours of a busy day pass between two times.
    """
    mixed = asyncio.run(_mix())
    note("ratings_mixed", groups=mixed)
    typer.echo(json_of({"mixed": mixed}) if as_json else f"Nhóm đã trộn · groups mixed: {mixed}")


async def _ask() -> int:
    async with open_house() as house:
        watch, asked = _watch(house), 0
        while True:
            due = await watch.ask_once()
            asked += due
            if due < watching.SLICE:
                return asked


async def _mix() -> int:
    async with open_house() as house:
        return await _watch(house).mix_once()


def _watch(house: House) -> watching.Watch:
    return watching.Watch(house.unit_of_work, warm_calendar(house.settings))

"""Commands on the keys that seal documents (TINDAN_SEAL_KEY): made, changed, withdrawn, shown.

No command writes anywhere: what is printed goes where the installation keeps its secrets.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import typer
from joserfc.jwk import ECKey
from rich.console import Console
from rich.table import Table

from api.operation.keys import LEAST_LEAD_HOURS
from api.operation.options import AsJson, moment
from api.operation.words import add_row, json_of, when
from storage.seals.key_sets import PublicKey, public_key
from storage.seals.keys import SealKeys
from storage.seals.rotation import rotated, withdrawn
from storage.seals.settings import SealSettings
from storage.signing import new_key, read_keys, signs_from, write_keys

keys = typer.Typer(no_args_is_help=True, help="The keys that seal documents (TINDAN_SEAL_KEY).")

State = Literal["next", "sealing", "retired", "withdrawn"]
_WORDS: dict[State, str] = {
    "next": "Sắp dùng · next",
    "sealing": "Đang ký · sealing",
    "retired": "Chỉ kiểm tra · retired",
    "withdrawn": "Đã thu hồi · withdrawn",
}


@keys.command("new")
def make() -> None:
    """Print a set with one fresh key, for a new installation.

    Not in place of keys that have sealed: no paper of theirs could be verified any more. See `rotate`.
    """
    typer.echo(write_keys(read_keys(new_key())))


@keys.command("rotate")
def rotate(
    hours: Annotated[
        int,
        typer.Option("--in", min=LEAST_LEAD_HOURS, max=24 * 365, help="Hours until the new key seals"),
    ] = 24,
) -> None:
    """Print the present set with a fresh key that seals later.

    Put it in place of TINDAN_SEAL_KEY in every process before those hours have passed, in any order. Every
    key stays published, as its seals stay good; of those that seal no more the secret half is left out.
    """
    now = int(time.time())
    signs_at = now + int(timedelta(hours=hours).total_seconds())
    try:
        changed = rotated(SealSettings().seal_keys(), now=now, signs_at=signs_at)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(write_keys(changed))
    typer.echo(f"{changed[-1].kid} ký từ · seals from {when(_moment(signs_at))}", err=True)


@keys.command("withdraw")
def withdraw(
    kid: Annotated[str, typer.Argument(metavar="KEY", help="Its name, or the beginning of that")],
    at: Annotated[
        datetime | None,
        typer.Option(
            parser=moment,
            metavar="TIME",
            help="From when on its seals count no more: a date, a time of Vietnam, or how long ago (12h);"
            " now, unless it is said. Of a stolen key take a time before its first use: a thief writes any",
        ),
    ] = None,
) -> None:
    """Print the present set with one key withdrawn, and a fresh one where no other is left that seals.

    Put it in place of TINDAN_SEAL_KEY at once. What the key sealed before that time stays good.
    """
    at_second = int(at.timestamp() if at else time.time())
    try:
        changed = withdrawn(SealSettings().seal_keys(), kid, at=at_second)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(write_keys(changed))
    typer.echo(f"{kid} thu hồi từ · withdrawn from {when(_moment(at_second))}", err=True)


@keys.command("list")
def show(*, as_json: AsJson = False) -> None:
    """Show which keys there are, and which of them seals; never the keys themselves."""
    given, now = SealSettings().seal_keys(), time.time()
    sealing = SealKeys(given).signing(now).public
    found = [_entry(key, public_key(key), sealing, now) for key in given]
    if as_json:
        typer.echo(json_of(found))
        return
    table = Table("Khoá · Key", "Trạng thái · State", "Ký từ · Seals from", "Thu hồi từ · Withdrawn from")
    for one in found:
        add_row(table, one["kid"], _WORDS[one["state"]], when(one["seals_from"]), when(one["withdrawn_at"]))
    Console().print(table)


@keys.command("published")
def published() -> None:
    """Print the public halves as they are published: for `tindan seal verify --keys`, and for others."""
    typer.echo(json_of(SealSettings().open_seal_keys().published()))


def _entry(key: ECKey, public: PublicKey, sealing: PublicKey, now: float) -> dict[str, Any]:
    return {
        "kid": public.kid,
        "state": _state(key, public, sealing, now),
        "seals_from": _moment(signs_from(key)),
        "withdrawn_at": None if public.withdrawn_at is None else _moment(public.withdrawn_at),
    }


def _state(key: ECKey, public: PublicKey, sealing: PublicKey, now: float) -> State:
    if public.withdrawn_at is not None:
        return "withdrawn"
    if public.kid == sealing.kid:
        return "sealing"
    return "next" if signs_from(key) > now else "retired"


def _moment(seconds: int) -> datetime | None:
    """Return a time, or None for the beginning of all times."""
    return datetime.fromtimestamp(seconds, UTC) if seconds else None

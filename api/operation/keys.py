"""Commands on the keys that sign our tokens (TINDAN_TOKEN_KEY): made, changed for new ones, shown.

No command writes anywhere: what is printed goes where the installation keeps its secrets.
"""

import math
import time
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import typer
from joserfc.jwk import ECKey
from rich.console import Console
from rich.table import Table

from api.operation.options import AsJson
from api.operation.words import add_row, json_of, when
from api.settings import Settings
from auth.keys import KeyRing, rotated
from auth.settings import AuthSettings
from auth.tokens import LEEWAY_SECONDS
from storage.signing import new_key, read_keys, signs_from, write_keys

keys = typer.Typer(no_args_is_help=True, help="The keys that sign access tokens (TINDAN_TOKEN_KEY).")
LEAST_LEAD_HOURS = 1
"""Whoever keeps a copy of the published keys has the next one by then: they may keep it for ten minutes."""

State = Literal["next", "signing", "old", "over"]
_WORDS: dict[State, str] = {
    "next": "Sắp dùng · next",
    "signing": "Đang ký · signing",
    "old": "Chỉ kiểm tra · old",
    "over": "Hết hạn · over",
}


@keys.command("new")
def make() -> None:
    """Print a set with one fresh key: for a new installation, or where a key got about.

    In the second case every access token ends when it is put in place, and each app renews its own at once.
    """
    typer.echo(write_keys(read_keys(new_key())))


@keys.command("rotate")
def rotate(
    hours: Annotated[
        int,
        typer.Option("--in", min=LEAST_LEAD_HOURS, max=24 * 365, help="Hours until the new key signs"),
    ] = 24,
) -> None:
    """Print the present set with a fresh key that signs later; keys that are over are left out.

    Put it in place of TINDAN_TOKEN_KEY in every process before those hours have passed, in any order. All
    processes change over at the same time, and no token is refused meanwhile.
    """
    settings, now = Settings().auth, int(time.time())
    signs_at = now + int(timedelta(hours=hours).total_seconds())
    try:
        changed = rotated(settings.signing_keys(), now=now, signs_at=signs_at, overlap=_overlap(settings))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(write_keys(changed))
    typer.echo(f"{changed[-1].kid} ký từ · signs from {when(_moment(signs_at))}", err=True)


@keys.command("list")
def show(*, as_json: AsJson = False) -> None:
    """Show which keys there are, and which of them signs; never the keys themselves."""
    settings, now = Settings().auth, time.time()
    given = settings.signing_keys()
    ring = KeyRing(given, overlap=_overlap(settings))
    found = [_entry(ring, key, now) for key in given]
    if as_json:
        typer.echo(json_of(found))
        return
    table = Table("Khoá · Key", "Trạng thái · State", "Ký từ · Signs from", "Kiểm tra đến · Counts until")
    for entry in found:
        add_row(
            table,
            entry["kid"],
            _WORDS[entry["state"]],
            when(entry["signs_from"]),
            when(entry["counts_until"]),
        )
    Console().print(table)


def _entry(ring: KeyRing, key: ECKey, now: float) -> dict[str, Any]:
    return {
        "kid": key.kid,
        "state": _state(ring, key, now),
        "signs_from": _moment(signs_from(key)),
        "counts_until": _moment(ring.ends_at(key)),
    }


def _state(ring: KeyRing, key: ECKey, now: float) -> State:
    if key is ring.signing(now):
        return "signing"
    if now >= ring.ends_at(key):
        return "over"
    return "next" if signs_from(key) > now else "old"


def _moment(seconds: float) -> datetime | None:
    """Return a time, or None for the beginning and the end of all times."""
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < math.inf else None


def _overlap(settings: AuthSettings) -> int:
    return settings.access_token_seconds + LEEWAY_SECONDS

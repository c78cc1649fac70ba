"""Commands on the clients that speak for agencies: `tindan agency client`."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from sqlalchemy.exc import IntegrityError

from api.operation.agencies_clients_show import clients_table, credentials_table
from api.operation.house import in_one_unit, note, open_house
from api.operation.known import known_agency
from api.operation.options import AsJson, length
from api.operation.words import json_of, when
from auth import agencies
from auth.agencies import Scope
from auth.key_sets import LARGEST_SET, checked_url, read_key_set
from storage.agencies import clients
from storage.agencies import reading as seen
from storage.agencies.clients import Credential, EventLimit
from storage.agencies.codes import InvalidCode
from storage.agencies.reading import ClientView
from storage.errors import NotFoundError

client = typer.Typer(no_args_is_help=True, help="Clients: the systems of agencies that call the API.")

ClientId = Annotated[str, typer.Argument(metavar="ID", help="Id of the client")]
KeysFile = Annotated[
    Path | None,
    typer.Option(
        "--keys", exists=True, dir_okay=False, help="A JWK set with its public keys (ES256, RS256, PS256)"
    ),
]
KeysUrl = Annotated[
    str | None, typer.Option("--keys-url", help="The https address at which it publishes its keys")
]
Overlap = Annotated[
    Any,
    typer.Option(
        parser=length, metavar="TIME", help="How long what it had stays good (12h, 7d; 0m ends it now)"
    ),
]


@client.command("add")
def add_client(
    code: Annotated[
        str, typer.Argument(metavar="AGENCY", help="Code of the agency: the client speaks for all below it")
    ],
    client_id: Annotated[
        str, typer.Argument(metavar="ID", help="3 to 64 letters, digits, dots, dashes and underscores")
    ],
    *,
    scope: Annotated[
        list[Scope] | None, typer.Option(help="What it may do; may be repeated; events, else")
    ] = None,
    keys: KeysFile = None,
    keys_url: KeysUrl = None,
    as_json: AsJson = False,
) -> None:
    """Register a client, and print its secret, which is shown this once; one with keys has none."""
    secret, credential = _proof(keys, keys_url)
    scopes = scope or [Scope.EVENTS]
    try:
        in_one_unit(
            lambda uow: agencies.register(
                uow, agency_code=code, client_id=client_id, scopes=scopes, credential=credential
            )
        )
    except NotFoundError as error:
        raise typer.BadParameter(f"there is no agency {code}") from error
    except IntegrityError as error:
        raise typer.BadParameter(f"the id {client_id} is taken") from error
    except InvalidCode as error:
        raise typer.BadParameter(f"{code} is no code of an agency") from error
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    note("client_added", client_id=client_id)
    _tell(
        {"client": client_id, "secret": secret}, f"{client_id}: đã đăng ký · is registered", as_json=as_json
    )


@client.command("rotate")
def rotate_secret(client_id: ClientId, *, overlap: Overlap = "7d", as_json: AsJson = False) -> None:
    """Print a new secret, shown this once; the old ones stay good for a while, so that no call fails."""
    secret, credential = agencies.drawn_secret()
    _rotate(client_id, credential, overlap, secret=secret, as_json=as_json)


@client.command("keys")
def change_keys(
    client_id: ClientId,
    *,
    keys: KeysFile = None,
    keys_url: KeysUrl = None,
    overlap: Overlap = "7d",
    as_json: AsJson = False,
) -> None:
    """Give a client keys for signed assertions (RFC 7523); older keys stay good for a while."""
    secret, credential = _proof(keys, keys_url)
    if secret is not None:
        raise typer.BadParameter("give --keys or --keys-url")
    _rotate(client_id, credential, overlap, secret=None, as_json=as_json)


def _rotate(
    client_id: str, credential: Credential, overlap: timedelta, *, secret: str | None, as_json: bool
) -> None:
    try:
        new = in_one_unit(lambda uow: agencies.rotate(uow, client_id, credential, overlap=overlap))
    except NotFoundError as error:
        raise _no_client(client_id) from error
    until = datetime.now(UTC) + overlap
    note("client_rotated", client_id=client_id, credential_id=str(new))
    answer = {"client": client_id, "credential": new, "secret": secret, "others_end": until}
    _tell(
        answer,
        f"{client_id}: cái cũ dùng được đến · the old ones are good until {when(until)}",
        as_json=as_json,
    )


@client.command("revoke")
def revoke_credential(
    client_id: ClientId,
    credential: Annotated[UUID, typer.Argument(metavar="CREDENTIAL", help="Its id, as `show` has it")],
    *,
    as_json: AsJson = False,
) -> None:
    """End one secret or key set at once, as when it got about; tokens that are out end within an hour."""
    if not in_one_unit(lambda uow: clients.revoke_credential(uow, client_id, credential)):
        raise typer.BadParameter(f"the client {client_id} has no credential {credential}")
    note("credential_revoked", client_id=client_id, credential_id=str(credential))
    _tell(
        {"client": client_id, "revoked": credential},
        f"{credential}: đã thu hồi · is revoked",
        as_json=as_json,
    )


@client.command("disable")
def disable_client(client_id: ClientId, *, as_json: AsJson = False) -> None:
    """Give a client no more tokens; those that are out end within an hour (TINDAN_ACCESS_TOKEN_SECONDS)."""
    _set_enabled(client_id, enabled=False, words="đã khoá · is disabled", as_json=as_json)


@client.command("enable")
def enable_client(client_id: ClientId, *, as_json: AsJson = False) -> None:
    """Let a disabled client in again."""
    _set_enabled(client_id, enabled=True, words="đã mở · is enabled", as_json=as_json)


def _set_enabled(client_id: str, *, enabled: bool, words: str, as_json: bool) -> None:
    if not in_one_unit(lambda uow: clients.set_enabled(uow, client_id, enabled=enabled)):
        raise _no_client(client_id)
    note("client_enabled" if enabled else "client_disabled", client_id=client_id)
    _tell({"client": client_id, "enabled": enabled}, f"{client_id}: {words}", as_json=as_json)


@client.command("limit")
def limit_client(
    client_id: ClientId,
    *,
    rate: Annotated[float | None, typer.Option(help="Events a second in the long run")] = None,
    burst: Annotated[int | None, typer.Option(help="Events at once")] = None,
    as_json: AsJson = False,
) -> None:
    """Set how many events a client may send; without options, as many as usual.

    Each process first gives out what it took ahead by the former limit: half a second's worth at most.
    """
    if (rate is None) != (burst is None):
        raise typer.BadParameter("give --rate and --burst, or neither")
    try:
        limit = EventLimit(rate=rate, burst=burst) if rate is not None and burst is not None else None
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if not in_one_unit(lambda uow: clients.set_limit(uow, client_id, limit)):
        raise _no_client(client_id)
    note("client_limited", client_id=client_id, rate=rate, burst=burst)
    words = f"{rate:g}/s, {burst}" if limit else "như thường lệ · as usual"
    _tell({"client": client_id, "rate": rate, "burst": burst}, f"{client_id}: {words}", as_json=as_json)


@client.command("list")
def list_clients(
    *,
    below: Annotated[
        str | None, typer.Option("--agency", help="Code of an agency: its clients and those below it")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List clients, what they may do, and how many proofs each has."""
    found = asyncio.run(_list(below))
    if as_json:
        typer.echo(json_of(found))
    else:
        Console().print(clients_table(found))


@client.command("show")
def show_client(client_id: ClientId, *, as_json: AsJson = False) -> None:
    """Show everything that ever proved a client, by the ids that `revoke` takes."""
    found = asyncio.run(_show(client_id))
    if found is None:
        raise _no_client(client_id)
    if as_json:
        typer.echo(json_of(found))
        return
    Console().print(clients_table([found]))
    Console().print(credentials_table(found))


async def _list(below: str | None) -> list[ClientView]:
    async with open_house() as house, house.reading() as reading:
        top = await known_agency(reading, below) if below else None
        return await seen.clients(reading, below=top.id if top else None)


async def _show(client_id: str) -> ClientView | None:
    async with open_house() as house, house.reading() as reading:
        found = await seen.clients(reading, client_id=client_id)
        return found[0] if found else None


def _proof(keys: Path | None, keys_url: str | None) -> tuple[str | None, Credential]:
    """Return a client's new proof: the keys that were named, or else a secret that is drawn, and shown."""
    if keys and keys_url:
        raise typer.BadParameter("give --keys or --keys-url, not both")
    try:
        if keys_url:
            return None, Credential(keys_url=checked_url(keys_url))
        if keys:
            return None, Credential(keys=_key_set(keys))
    except ValueError as error:
        raise typer.BadParameter(f"{keys or keys_url}: {error}") from error
    return agencies.drawn_secret()


def _key_set(file: Path) -> dict[str, Any]:
    if file.stat().st_size > LARGEST_SET:
        raise ValueError(f"it is larger than {LARGEST_SET} bytes")
    document = json.loads(file.read_text("utf-8-sig"))
    read_key_set(document)
    return {"keys": document["keys"]}


def _no_client(client_id: str) -> typer.BadParameter:
    return typer.BadParameter(f"there is no client {client_id}")


def _tell(answer: dict[str, Any], words: str, *, as_json: bool) -> None:
    """Say what was done: as JSON, or a secret alone, so that it can be piped, and the words beside it."""
    if as_json:
        typer.echo(json_of(answer))
        return
    if answer.get("secret"):
        typer.echo(answer["secret"])
    typer.echo(words, err=bool(answer.get("secret")))

"""Commands on seals of documents: `tindan seal`. Reading and judging one takes no server and no database."""

import hashlib
import json
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from api.operation.house import in_one_reading
from api.operation.options import AsJson
from api.operation.published import fetch_key_set
from api.operation.seals_keys import keys
from api.operation.seals_show import FAULTS, Answer, FileAnswer, inspected, print_inspected, print_list
from api.operation.words import json_of
from storage.seals.cbor import MOST_BYTES
from storage.seals.claims import HASH_BYTES, SealClaims, read_claims
from storage.seals.cose import read_token
from storage.seals.errors import SealError
from storage.seals.key_sets import KeySet, read_key_set
from storage.seals.link import read_link
from storage.seals.reading import latest
from storage.seals.settings import SealSettings
from storage.seals.statuses import LONGEST, SealState, StatusList, read_status_list
from storage.seals.verifying import verify

MOST_SHOWN = 500

seal = typer.Typer(no_args_is_help=True, help="Seals of documents: read, verified, listed; and their keys.")
seal.add_typer(keys, name="keys")

Given = Annotated[
    str,
    typer.Argument(metavar="LINK", help="The scanned link, or its token alone; `-` reads it from input"),
]


@seal.command("inspect")
def inspect(given: Given = "-", *, as_json: AsJson = False) -> None:
    """Show what a seal says, without proving it. Exit code 1 means that it is none."""
    try:
        scanned = read_link(_text(given))
        token = scanned.require_token()
        signed = read_token(token)
        claims = read_claims(signed.payload)
    except SealError as error:
        typer.echo(json_of({"reason": error.reason}) if as_json else FAULTS[error.reason])
        raise typer.Exit(1) from error
    found: dict[str, Any] = {"key_id": signed.key_id, "size": len(token)}
    if as_json:
        typer.echo(json_of(inspected(scanned, claims, **found)))
    else:
        print_inspected(scanned, claims, **found)


@seal.command("verify")
def judge(
    given: Given = "-",
    *,
    keys_at: Annotated[
        str | None,
        typer.Option(
            "--keys",
            metavar="FILE|URL",
            help="The published keys; those of this installation (TINDAN_SEAL_KEY), unless it is said",
        ),
    ] = None,
    status: Annotated[
        Path | None,
        typer.Option(help="A status list, as it was fetched", exists=True, dir_okay=False, readable=True),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            help="The original file, to be compared: not the stamped copy",
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prove a seal: who signed it, whether it still counts, and whether a file is the one that was sealed.

    It needs no server and no database; whether the document was taken back tells a status list, or the page
    that the link leads to. Exit code 0 means that all that was asked came out well, 1 that it did not.
    """
    text, now = _text(given), time.time()
    known = _key_set(keys_at)
    verdict = verify(text, known, now)
    found = _listed(status, known, now) if status else None
    answer = Answer(
        verdict=verdict,
        status=_state(found, verdict.claims) if found and verdict.claims else None,
        status_as_of=found.issued_at if found and verdict.claims else None,
        file=_compared(file, verdict.claims) if file and verdict.claims else None,
    )
    if as_json:
        typer.echo(answer.as_json())
    else:
        answer.show()
    raise typer.Exit(0 if answer.good else 1)


@seal.command("list")
def show(
    *,
    state: Annotated[SealState | None, typer.Option(help="These alone")] = None,
    before: Annotated[int | None, typer.Option(help="Go on behind the seal with this place")] = None,
    as_json: AsJson = False,
) -> None:
    """List the seals that were issued last, 500 at most (needs the database)."""
    found = in_one_reading(lambda reading: latest(reading, state=state, before=before, limit=MOST_SHOWN))
    if as_json:
        typer.echo(json_of(found))
    else:
        print_list(found)


def _text(given: str) -> str:
    # One character more than is looked at: so what is too long is told to be.
    return sys.stdin.read(MOST_BYTES + 1).strip() if given == "-" else given


def _key_set(place: str | None) -> KeySet:
    if place is None:
        return SealSettings().open_seal_keys().key_set
    try:
        text = fetch_key_set(place) if "://" in place else Path(place).read_text("utf-8")
        return read_key_set(json.loads(text))
    except (OSError, ValueError, RecursionError, SealError) as error:
        raise typer.BadParameter(f"the keys can not be read: {error}", param_hint="--keys") from error


def _listed(path: Path, known: KeySet, now: float) -> StatusList:
    try:
        with path.open(encoding="utf-8") as file:
            return read_status_list(file.read(LONGEST + 1), known, now)
    except (OSError, ValueError, SealError) as error:
        raise typer.BadParameter(str(error), param_hint="--status") from error


def _state(found: StatusList, claims: SealClaims) -> SealState:
    try:
        return found.state_of(claims.status_index)
    except SealError as error:
        raise typer.BadParameter(str(error), param_hint="--status") from error


def _compared(path: Path, claims: SealClaims) -> FileAnswer:
    if claims.file_hash is None:
        return "not_in_seal"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
    return "same" if digest[:HASH_BYTES] == claims.file_hash else "other"

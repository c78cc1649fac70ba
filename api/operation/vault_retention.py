"""Removing documents whose period is over."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from api.operation.house import House, note, open_house, operator
from api.operation.options import AsJson
from api.operation.words import add_row, json_of, when
from storage.vault import retention
from storage.vault.place import open_blobs
from storage.vault.retention import Due
from storage.vault.settings import VaultSettings
from storage.vault.sweeping import sweep

HELP = (
    "Remove documents that were kept for as long as TINDAN_VAULT_KEEP_YEARS says, unless a hold counts."
    " It can not be undone: the keys of their files are destroyed. What was removed and why stays on record."
)
SHOWN = 1000


def apply_retention(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Remove nothing, and list what would go")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """See `HELP`."""
    settings = VaultSettings()
    if dry_run:
        found = asyncio.run(_due(settings))
        typer.echo(json_of(found)) if as_json else _show(found)
        return
    told = asyncio.run(_apply(settings))
    if as_json:
        typer.echo(json_of(told))
    else:
        typer.echo(f"{len(told['removed'])} tài liệu đã xoá · documents removed, {told['bytes']} B")
        for document_id in told["damaged"]:
            typer.echo(f"{document_id}: dữ liệu bị sửa, giữ nguyên · tampered with, left as it is", err=True)
    if told["damaged"]:
        raise typer.Exit(1)


async def _due(settings: VaultSettings) -> Sequence[Due]:
    async with open_house() as house, house.reading() as reading:
        return await retention.due(reading, settings.keep_years, now=datetime.now(UTC), limit=SHOWN)


def _show(found: Sequence[Due]) -> None:
    table = Table("Tài liệu · Document", "Loại · Kind", "Cơ quan · Agency", "Hồ sơ xong · Dossier ended", "B")
    for one in found:
        add_row(table, str(one.document_id), one.kind, one.agency_code, when(one.ended_at), str(one.bytes))
    Console().print(table)


async def _apply(settings: VaultSettings) -> dict[str, Any]:
    now = datetime.now(UTC)
    async with open_house() as house:
        outcome = await retention.apply(house.unit_of_work, settings.keep_years, who=operator(), now=now)
        for one in outcome.removed:
            note("document_removed", document_id=str(one.document_id), files=one.files, bytes=one.bytes)
        await _clear(house, settings, now)
    return {
        "removed": [one.document_id for one in outcome.removed],
        "bytes": sum(one.bytes for one in outcome.removed),
        "damaged": outcome.damaged,
    }


async def _clear(house: House, settings: VaultSettings, now: datetime) -> None:
    """Delete the blobs of what was removed; should that fail, a worker does it."""
    blobs = open_blobs(house.settings.storage)
    await sweep(house.unit_of_work, blobs, now=now, grace=settings.grace, months=())

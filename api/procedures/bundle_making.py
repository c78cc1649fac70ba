"""Making bundles: short ones here, long ones in a process of their own, which runs this module."""

import asyncio
from collections.abc import Callable
from json import dumps

from api.procedures.bundle import Made, Wanted, token
from api.procedures.bundle_fields import Head, pack
from api.procedures.bundle_packing import Packer
from storage.beside import Task, do, made_beside
from storage.procedures.bundle import BundleSource
from storage.procedures.versions import Version
from storage.settings import StorageSettings
from storage.unit_of_work import Reading

AT_ONCE = 25
"""Records packed in one go, in some milliseconds: a thread that goes on for longer keeps requests waiting."""
FEW = 100
"""Records; packing them takes less than another process takes to begin."""


async def make(wanted: Wanted, opened: Callable[[], Reading], settings: StorageSettings) -> Made:
    """Make a bundle of the version in force.

    Raises:
        storage.beside.WorkFailed: the process that was to make a long one did not.
    """
    async with opened() as reading:
        source = BundleSource(reading)
        version = await source.version()
        if await source.count(wanted.since) <= FEW:
            return await _made(wanted, version, source)
    found: Made = await made_beside(__name__, settings, {"content": wanted.content, "since": wanted.since})
    return found


async def _made(wanted: Wanted, version: Version | None, source: BundleSource) -> Made:
    packer, first = Packer(), True
    packer.add((_head(wanted, version).model_dump_json().removesuffix("}"), ',"procedures":['))
    async for records in source.records(wanted.since, at_once=AT_ONCE):
        await asyncio.to_thread(_add, packer, records, wanted, first=first)
        first = False
    packer.add(('],"removed":', dumps(await source.removed(wanted.since), separators=(",", ":")), "}"))
    return Made(version=version, packed=packer.finish())


def _head(wanted: Wanted, version: Version | None) -> Head:
    return Head(
        version=version.number if version else 0,
        imported_at=version and version.imported_at,
        next=token(version, wanted.content),
        content=wanted.content,
        since=wanted.since,
        total=version.total if version else 0,
    )


def _add(packer: Packer, records: list[str], wanted: Wanted, *, first: bool) -> None:
    packer.add(("" if first else ",", ",".join(pack(record, wanted.content) for record in records)))


def _work(task: Task) -> Made:
    async def made() -> Made:
        source = BundleSource(task.reading)
        version = await source.version()
        return await _made(Wanted(**task.asked), version, source)

    return task.runner.run(made())


if __name__ == "__main__":
    do(_work)

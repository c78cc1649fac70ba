"""Bundles, made once for each version and kept packed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from json import dumps

from api.procedures.bundle_fields import Bundle, Content, Head, pack
from api.procedures.bundle_packing import Packed, Packer
from storage.procedures.bundle import BundleSource
from storage.procedures.versions import Version
from storage.unit_of_work import Reading

MOST_KEPT = 6
"""Bundles: two whole ones, and what changed since the versions that most phones have."""
AT_ONCE = 25
"""Records packed in one go, in some milliseconds: a thread that goes on for longer keeps requests waiting."""
TOKEN_LENGTH = 12

# Whoever holds records in an older form is told to take the whole: a delta would leave most of them so.
_FORM = sha256(dumps(Bundle.model_json_schema(), sort_keys=True).encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which bundle: of what content, and since which version, if not the whole."""

    content: Content
    since: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A bundle, and the version of the catalogue that it holds; none before the first."""

    version: Version | None
    packed: Packed


def token(version: Version | None, content: Content) -> str:
    """Return what names a state of the catalogue, in one form of bundle.

    The number alone would not: a database that was put back begins to count anew where it was.
    """
    digest = version.digest if version else b""
    named = sha256(b"\0".join((digest, content.encode(), _FORM))).hexdigest()[:TOKEN_LENGTH]
    return f"{version.number if version else 0}-{named}"


class Shelf:
    """Keeps the bundles of the version in force that were asked for last."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Version, Wanted], Made] = {}
        self._turn = asyncio.Lock()

    async def take(self, wanted: Wanted, version: Version | None, opened: Callable[[], Reading]) -> Made:
        """Return a bundle of a version, or of a newer one that came meanwhile.

        Whoever asks while one is being made waits for it; at most one is made at a time.
        """
        if found := self._found(wanted, version):
            return found
        async with self._turn:
            if found := self._found(wanted, version):
                return found
            async with opened() as reading:
                made = await _make(wanted, BundleSource(reading))
            self._keep(wanted, made)
        return made

    def _found(self, wanted: Wanted, version: Version | None) -> Made | None:
        if version is None:
            return None
        found = self._kept.pop((version, wanted), None)
        if found is not None:
            self._kept[version, wanted] = found  # the last one asked for is the last one to go
        return found

    def _keep(self, wanted: Wanted, made: Made) -> None:
        # Before there are versions nothing tells one state from the next.
        if made.version is None:
            return
        for key in [key for key in self._kept if key[0] != made.version]:
            del self._kept[key]
        if len(self._kept) >= MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[made.version, wanted] = made


async def _make(wanted: Wanted, source: BundleSource) -> Made:
    version = await source.version()
    packer, first = Packer(), True
    packer.add((_head(wanted, version).model_dump_json().removesuffix("}"), ',"procedures":['))
    async for records in source.records(wanted.since, at_once=AT_ONCE):
        await asyncio.to_thread(_add, packer, records, wanted.content, first=first)
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


def _add(packer: Packer, records: list[str], content: Content, *, first: bool) -> None:
    packer.add(("" if first else ",", ",".join(pack(record, content) for record in records)))

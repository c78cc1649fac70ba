"""Bundles, made once for each version and kept packed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from json import dumps

from api.procedures.bundle_fields import Bundle, Content
from api.procedures.bundle_packing import Packed
from storage.procedures.versions import Version

MOST_KEPT = 6
"""Bundles: two whole ones, and what changed since the versions that most phones have."""
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


Make = Callable[[Wanted], Awaitable[Made]]
"""Makes a bundle of the version in force."""


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
        # Whoever asks for one delta after the other keeps nobody from the whole.
        self._turns = {is_whole: asyncio.Lock() for is_whole in (True, False)}

    async def take(self, wanted: Wanted, version: Version | None, make: Make) -> Made:
        """Return a bundle of a version, or of a newer one that came meanwhile.

        Whoever asks while one is being made waits for it; at most one whole one and one delta are made at a
        time. Raises whatever `make` does.
        """
        if found := self._found(wanted, version):
            return found
        async with self._turns[wanted.since is None]:
            if found := self._found(wanted, version):
                return found
            made = await make(wanted)
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

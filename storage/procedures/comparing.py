"""What an import would change, found before anything is written. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from storage.errors import StorageError

MOST_GONE = 0.3
"""A catalogue does not lose more of its procedures at once, unless whoever imports it says so."""


class CatalogueShrunk(StorageError):  # noqa: N818 - says what is the case
    """So much of the catalogue is missing in what is to replace it that it seems to have been cut."""

    def __init__(self, *, gone: int, total: int) -> None:
        super().__init__(f"{gone} of {total} procedures would be gone")
        self.gone = gone
        self.total = total


class Standing(NamedTuple):
    """A procedure in the catalogue as it stands: the hash of its content, and whether it was removed."""

    content_hash: bytes | None
    removed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Codes by what becomes of them, each in order of code; what was removed and is back counts as added."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def content_hash(record: Mapping[str, Any]) -> bytes:
    """Return the SHA-256 of a record, whatever the order of its keys."""
    written = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(written.encode()).digest()


def digest(hashes: Mapping[str, bytes | None]) -> bytes:
    """Return the SHA-256 of a catalogue by the content hashes of its procedures."""
    lines = (f"{code} {(found or b'').hex()}\n" for code, found in sorted(hashes.items()))
    return hashlib.sha256("".join(lines).encode()).digest()


def compare(kept: Mapping[str, Standing], given: Mapping[str, bytes], *, whole: bool) -> Difference:
    """Return what `given`, content hashes by code, would change; `whole`: what is not in it is gone."""
    present = {code: standing.content_hash for code, standing in kept.items() if not standing.removed}
    return Difference(
        added=_in_order(given.keys() - present.keys()),
        changed=_in_order({code for code in given.keys() & present.keys() if given[code] != present[code]}),
        removed=_in_order(present.keys() - given.keys() if whole else ()),
    )


def require_no_shrinkage(difference: Difference, *, present: int) -> None:
    """Raise CatalogueShrunk where more than `MOST_GONE` of so many procedures would be removed."""
    gone = len(difference.removed)
    if gone > MOST_GONE * present:
        raise CatalogueShrunk(gone=gone, total=present)


def _in_order(codes: Sequence[str] | set[str]) -> tuple[str, ...]:
    return tuple(sorted(codes))

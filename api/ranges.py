"""Which bytes of a file are asked for: `Range` and `If-Range` (RFC 9110, sections 13.1.5 and 14)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_RANGE = re.compile(r"bytes[ \t]*=[ \t]*(?P<first>[0-9]{0,18})-(?P<last>[0-9]{0,18})[ \t]*", re.IGNORECASE)


class Unsatisfiable(Exception):  # noqa: N818 - the RFC's own word
    """The file has no byte of what is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The bytes from `start` up to `end` of a file of `size` bytes."""

    start: int
    end: int
    size: int

    def headers(self) -> dict[str, str]:
        """Tell which part it is, and how long."""
        return {
            "content-length": str(self.end - self.start),
            "content-range": f"bytes {self.start}-{self.end - 1}/{self.size}",
        }


def part_of(size: int, tag: str, ranges: Sequence[str], if_range: str | None) -> Part | None:
    """Return which part of a file is asked for, or none for the whole.

    The whole also for what is no range of bytes, for one of an older state of the file, and for several
    ranges at once: a server may pass over any `Range` (RFC 9110, 14.2), and the many small parts of one
    request cost far more to send than to ask for (14.2 and 17.15).

    Args:
        size: of the file, in bytes.
        tag: its strong ETag.
        ranges: every `Range` of the request.
        if_range: a date never matches, as files have none.

    Raises:
        Unsatisfiable: it begins behind the end, or is the last 0 bytes.
    """
    match = _RANGE.fullmatch(ranges[0]) if len(ranges) == 1 else None
    if match is None or (if_range is not None and if_range.strip() != tag):
        return None
    first, last = match["first"], match["last"]
    if not first and not last:
        return None
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return None
    if start >= end:
        raise Unsatisfiable
    return Part(start=start, end=end, size=size)

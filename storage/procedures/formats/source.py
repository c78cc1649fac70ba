"""The bytes of a file, unpacked where it is packed, line by line."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from storage.procedures.formats import reasons
from storage.procedures.formats.faults import refused

LONGEST_LINE = 4_000_000
"""Bytes; the longest procedure of the national catalogue takes 200,000."""
LARGEST = 512_000_000
"""Bytes when unpacked: what is larger is no catalogue, but may be a file made to fill the memory."""
_TOLD_EVERY = 64
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"

Progress = Callable[[int], None]
"""Told how many bytes of the file, as it lies on the disk, have been read."""


def lines(path: Path, progress: Progress | None = None) -> Iterator[str]:
    """Yield the lines of a text in UTF-8, with their ends, with or without a mark of byte order.

    Raises:
        FileRefusedError: it is cut, too long, or not UTF-8.
        OSError: it can not be read.
    """
    with path.open("rb") as raw:
        packed = raw.read(2) == _GZIP
        raw.seek(0)
        opened: BinaryIO = gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[assignment] # reads alike
        read = 0
        for number, line in enumerate(_lines(opened), start=1):
            read += len(line)
            if len(line) > LONGEST_LINE:
                raise refused(reasons.LONG_LINE.of(most=LONGEST_LINE), number)
            if read > LARGEST:
                raise refused(reasons.LARGE_FILE.of(most=LARGEST), number)
            if progress and number % _TOLD_EVERY == 0:
                progress(raw.tell())
            yield _text(line.removeprefix(_BOM) if number == 1 else line, number)
        if progress:
            progress(raw.tell())


def _lines(opened: BinaryIO) -> Iterator[bytes]:
    number = 0
    try:
        # One byte more than is allowed tells a line that is too long, without reading all of it.
        while line := opened.readline(LONGEST_LINE + 1):
            number += 1
            yield line
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise refused(reasons.CUT, number + 1) from error


def _text(line: bytes, number: int) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise refused(reasons.NOT_UTF8, number) from error

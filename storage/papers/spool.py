"""Temporary files that have no name: nothing finds them, and they are gone with whoever holds them."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO


def spool(folder: Path) -> BinaryIO:
    """Open an empty file without a name in a folder, for reading and writing, for our user alone.

    It takes room until it is closed, or its process ends in whatever way. Raises OSError when the folder is
    missing or full.
    """
    unnamed = getattr(os, "O_TMPFILE", 0)
    if unnamed:
        with suppress(OSError):  # not every file system knows it
            return os.fdopen(os.open(folder, unnamed | os.O_RDWR | os.O_CLOEXEC, 0o600), "w+b")
    number, name = tempfile.mkstemp(dir=folder)
    try:
        os.unlink(name)  # noqa: PTH108 - the name was never more than this
    except OSError:
        os.close(number)
        raise
    return os.fdopen(number, "w+b")


def reader_of(file: BinaryIO) -> int:
    """Return a new descriptor of the same file that only reads, with a position of its own.

    Where the system can not open a file without a name anew (it has no /proc), the descriptor is a copy, with
    which the file could be written and which moves its position. The caller closes it.
    """
    file.flush()
    try:
        return os.open(f"/proc/self/fd/{file.fileno()}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return os.dup(file.fileno())

"""Files of an import: found within their folder, and copied before anything is told of them."""

import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from unicodedata import normalize

from api.uploads import UploadedFile
from storage.papers.spool import spool
from storage.procedures.formats import reasons
from storage.procedures.formats.reasons import Reason

OUTSIDE = Reason(vi="đường dẫn ra ngoài thư mục", en="it leads out of the folder")
MISSING = Reason(vi="không có tệp này", en="there is no such file")
NO_FILE = Reason(vi="không phải là tệp", en="it is no file")
UNREADABLE = Reason(vi="không đọc được tệp ({why})", en="the file can not be read ({why})")
_PIECE = 1024 * 1024
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
"""Without waiting: what is no file but a pipe would have us wait for whoever writes into it."""


class UnfetchedError(Exception):
    """A file can not be used; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.en)
        self.reason = reason


def fetch(folder: Path, name: str, *, most: int, into: Path) -> UploadedFile:
    r"""Copy a file of a folder into one without a name, which the caller closes.

    A copy, as it must stay what it is while it is examined, sealed and kept, whatever becomes of the folder.

    Args:
        folder: out of which nothing is read, by `..` or by any link.
        name: of the file within it, parted by `/` or `\`; its letters may be composed or not (NFC, NFD).
        most: bytes that it may have.
        into: folder of files without a name.

    Raises:
        UnfetchedError: it can not be used, and why.
        OSError: the copy can not be written.
    """
    number = _opened(_found(folder, name.replace("\\", "/")))
    content = spool(into)
    try:
        with os.fdopen(number, "rb", buffering=0) as source:
            size, sha256 = _copied(source, content, most)
    except BaseException:
        content.close()
        raise
    content.seek(0)
    return UploadedFile(content=content, size=size, sha256=sha256, declared_type="")


def _found(folder: Path, name: str) -> Path:
    given = PurePosixPath(name)
    if given.is_absolute() or ".." in given.parts:
        raise UnfetchedError(OUTSIDE)
    home = folder.resolve()
    try:
        for spelling in dict.fromkeys((name, normalize("NFC", name), normalize("NFD", name))):
            with suppress(FileNotFoundError, NotADirectoryError):
                path = (home / spelling).resolve(strict=True)
                if not path.is_relative_to(home):
                    raise UnfetchedError(OUTSIDE)
                return path
    except (OSError, RuntimeError, ValueError) as error:  # too long, links in a circle, a null byte
        raise UnfetchedError(UNREADABLE.of(why=_why(error))) from error
    raise UnfetchedError(MISSING)


def _opened(path: Path) -> int:
    try:
        number = os.open(path, _FLAGS)
    except OSError as error:
        raise UnfetchedError(UNREADABLE.of(why=_why(error))) from error
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise UnfetchedError(NO_FILE)
    return number


def _copied(source: BinaryIO, content: BinaryIO, most: int) -> tuple[int, bytes]:
    """Copy, and return size and SHA-256: as they are read, whatever the file was said to be."""
    hashed, size = hashlib.sha256(), 0
    while piece := _read(source):
        size += len(piece)
        if size > most:
            raise UnfetchedError(reasons.LARGE_FILE.of(most=most))
        hashed.update(piece)
        content.write(piece)
    if not size:
        raise UnfetchedError(reasons.EMPTY)
    return size, hashed.digest()


def _read(source: BinaryIO) -> bytes:
    try:
        return source.read(_PIECE)
    except OSError as error:
        raise UnfetchedError(UNREADABLE.of(why=_why(error))) from error


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__

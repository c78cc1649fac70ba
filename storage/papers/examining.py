"""The examination of a file: what it is, and whether it can be kept and shown to everybody alike.

Runs in a child process of `storage.papers.workshop`; it is bounded here by what a file says of itself, and
there by time and memory, whatever a file does.
"""

import os
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from storage.papers.findings import Findings, Note
from storage.papers.jpeg import Photograph, inspect_jpeg
from storage.papers.kinds import HEAD_BYTES, TAIL_BYTES, MediaType, hold_to, recognise
from storage.papers.limits import Limits
from storage.papers.pdf import inspect_pdf
from storage.papers.png import inspect_png
from storage.papers.refusals import PaperRefused, Refusal
from storage.papers.signatures import Roots, verdicts

_DRAFT = 8
"""A JPEG is decoded at an eighth of its size: all of it is read, and little kept."""


def examine(
    file: BinaryIO, *, limits: Limits, roots: Roots | None = None, declared: str | None = None
) -> Findings:
    """Return what a file is. The file is read from its start, whatever its position.

    Args:
        file: open for reading in binary.
        limits: how large it may be.
        roots: whose signatures count; without them, nobody's.
        declared: the media type that its sender gave. It decides nothing, but must not be a lie.

    Raises:
        PaperRefused: it can not be taken, and why.
    """
    size = file.seek(0, os.SEEK_END)
    if size > limits.file_bytes:
        raise PaperRefused(Refusal.TOO_LARGE, limit=limits.file_bytes)
    kind = recognise(*_ends(file, size))
    hold_to(declared, kind)
    file.seek(0)
    match kind:
        case MediaType.PDF:
            return _paper(file, limits, roots or Roots())
        case MediaType.JPEG:
            return _photograph(file, limits)
        case MediaType.PNG:
            width, height = inspect_png(file.read(), pixels=limits.pixels)
            return Findings(media_type=kind, pages=1, pixels=(width, height))


def _ends(file: BinaryIO, size: int) -> tuple[bytes, bytes]:
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(max(0, size - TAIL_BYTES))
    return head, file.read(TAIL_BYTES)


def _paper(file: BinaryIO, limits: Limits, roots: Roots) -> Findings:
    structure = inspect_pdf(file, limits=limits)
    return Findings(
        media_type=MediaType.PDF,
        pages=structure.pages,
        signatures=verdicts(file, roots=roots) if structure.signed else (),
        notes=structure.notes,
    )


def _photograph(file: BinaryIO, limits: Limits) -> Findings:
    found = inspect_jpeg(file.read(), pixels=limits.pixels)
    file.seek(0)
    _decode(file, found)
    return Findings(
        media_type=MediaType.JPEG,
        pages=1,
        pixels=(found.width, found.height),
        notes=frozenset({Note.FURTHER_PICTURES} if found.followed else ()),
    )


def _decode(file: BinaryIO, found: Photograph) -> None:
    try:
        with Image.open(file, formats=("JPEG",)) as picture:
            if picture.size != (found.width, found.height):
                raise PaperRefused(Refusal.DAMAGED)
            picture.draft(picture.mode, (found.width // _DRAFT, found.height // _DRAFT))
            picture.load()
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise PaperRefused(Refusal.DAMAGED) from error

"""The structure of a PDF: whether it is whole, small enough, plain, and the same to every reader.

Two readers that have nothing in common look at it, qpdf and PDFium. Neither may have to mend anything:
mending is guessing, and where readers guess they differ, while a seal says that all see the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

import pikepdf
import pypdfium2

from storage.papers.activity import Sighting
from storage.papers.findings import Note
from storage.papers.limits import Limits
from storage.papers.page_tree import count_pages
from storage.papers.refusals import PaperRefused, Refusal
from storage.papers.unpacking import Unpacking

_OPENED_AT_ONCE = 64 * 2**20
"""What one compressed stream may grow to in memory, in bytes; all others are opened piece by piece."""
_UNREADABLE = (
    pikepdf.PdfError,
    AttributeError,
    ArithmeticError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What pikepdf raises over a file that is not what a PDF should be, depending on where it notices."""
_HARMLESS = ("reported number of objects", "Resources is missing or invalid; repairing")
"""Said of a table with room for more objects than there are, as programs that sign leave it, and of pages
that need nothing to be drawn, as blank ones do. Every reader takes them alike.
"""
_OUT_OF_MEMORY = "bad_alloc"
_TOO_DEEP = ("parser-max-nesting", "too deeply nested")
_OVER_LIMIT = "memory limit exceeded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """What a PDF is made of: how many pages, whether a signature is in it, and what was let pass."""

    pages: int
    signed: bool
    notes: frozenset[Note]


def inspect_pdf(file: BinaryIO, *, limits: Limits) -> Structure:
    """Return what a PDF is made of.

    Raises:
        PaperRefused: it can not be opened without a password, is damaged, too large inside, or acts.
    """
    pikepdf.settings.set_qpdf_limits(
        parser_max_nesting=limits.depth,
        parser_max_container_size=limits.objects,
        flate_max_memory=_OPENED_AT_ONCE,
        run_length_max_memory=_OPENED_AT_ONCE,
        dct_max_memory=_OPENED_AT_ONCE,
        png_max_memory=_OPENED_AT_ONCE,
        tiff_max_memory=_OPENED_AT_ONCE,
        doc_max_warnings=10_000,
    )
    try:
        with pikepdf.open(file, attempt_recovery=False, access_mode=pikepdf.AccessMode.mmap) as document:
            structure = _inspect(document, limits)
            _hold_to_silence(document)
    except pikepdf.PasswordError as error:
        raise PaperRefused(Refusal.ENCRYPTED) from error
    except _UNREADABLE as error:
        raise _damage(str(error), limits) from error
    if _pages_to_pdfium(file) != structure.pages:
        raise PaperRefused(Refusal.DAMAGED)
    return structure


def _inspect(document: pikepdf.Pdf, limits: Limits) -> Structure:
    if len(document.get_xref_table()) > limits.objects:
        raise PaperRefused(Refusal.TOO_MANY_OBJECTS, limit=limits.objects)
    pages = count_pages(document, limits=limits)
    seen = Sighting()
    unpacking = Unpacking(unpacked_bytes=limits.unpacked_bytes, pixels=limits.pixels)
    items: Iterable[object] = document.objects
    for item in items:
        if not isinstance(item, pikepdf.Object):
            continue  # a number or nothing: often the length of a stream
        seen.look_at(item)
        if isinstance(item, pikepdf.Stream):
            unpacking.take(item)
    if seen.activities:
        raise PaperRefused(Refusal.ACTIVE_CONTENT, found=", ".join(sorted(seen.activities)))
    return Structure(pages=pages, signed=seen.signed, notes=_notes(document, seen))


def _notes(document: pikepdf.Pdf, seen: Sighting) -> frozenset[Note]:
    said = {Note.LINKS: seen.links, Note.FORM: seen.form, Note.RESTRICTED: document.is_encrypted}
    return frozenset(note for note, holds in said.items() if holds)


def _hold_to_silence(document: pikepdf.Pdf) -> None:
    """Refuse what qpdf could read only with a warning: another reader reads it otherwise."""
    warnings = [
        text for text in map(str, document.get_warnings()) if not any(said in text for said in _HARMLESS)
    ]
    if warnings:
        raise pikepdf.PdfError("; ".join(warnings[:10]))


def _damage(text: str, limits: Limits) -> PaperRefused | MemoryError:
    if _OUT_OF_MEMORY in text:
        return MemoryError()
    if _OVER_LIMIT in text:
        return PaperRefused(Refusal.TOO_MUCH_DATA, limit=_OPENED_AT_ONCE)
    if any(said in text for said in _TOO_DEEP):
        return PaperRefused(Refusal.TOO_DEEP, limit=limits.depth)
    return PaperRefused(Refusal.DAMAGED)


def _pages_to_pdfium(file: BinaryIO) -> int:
    file.seek(0)
    try:
        with pypdfium2.PdfDocument(file, autoclose=False) as document:
            return len(document)
    except pypdfium2.PdfiumError:
        return 0

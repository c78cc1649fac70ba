"""Makes the display copy of a paper: its first page with the card, the whole signed by the system.

The original is only read. Of a signed original the copy has the pages and what its signatures look like, but
not the signatures: they hold for the original's own bytes, and a reader would call them broken here. So the
card calls it a display copy, and leads to the original's verdict.
"""

from contextlib import ExitStack
from typing import BinaryIO

import pikepdf

from storage.papers.card import Card
from storage.papers.drawing import Design
from storage.papers.findings import Findings
from storage.papers.flattening import flatten
from storage.papers.ink import Ink, ink_of, read_ink
from storage.papers.kinds import MediaType
from storage.papers.notary import Notary
from storage.papers.overlaying import overlay
from storage.papers.pictures import as_pdf, preview
from storage.papers.placed import Placed
from storage.papers.placing import find_place
from storage.papers.qr import MODULE_MM
from storage.papers.sheets import Sheet
from storage.papers.signing import certify

LANGUAGE = "vi-VN"
_PAGE = 0
_A4_POINTS = (595.3, 841.9)


def stamp(source: BinaryIO, into: BinaryIO, *, findings: Findings, card: Card, notary: Notary) -> Placed:
    """Write the display copy of a paper, certified by the notary as final (PAdES B-B, ETSI EN 319 142-1).

    The same paper and card make the same copy, but for the signature and its time.

    Args:
        source: the original, to be read from anywhere; never written.
        into: empty, to be written and read from anywhere.
        findings: what the examination found the original to be.
        card: what is drawn.
        notary: who signs.

    Returns:
        Where the card went.
    """
    is_pdf = findings.media_type is MediaType.PDF
    with ExitStack() as opened:
        paper = source if is_pdf else opened.enter_context(as_pdf(source, findings.media_type))
        pdf = opened.enter_context(pikepdf.open(paper, access_mode=pikepdf.AccessMode.mmap))
        sheet = Sheet.of(pdf.pages[_PAGE])
        # A JPEG shows what it holds much faster by itself.
        is_jpeg = findings.media_type is MediaType.JPEG
        ink = ink_of(preview(source), sheet) if is_jpeg else read_ink(paper, _PAGE, sheet)
        flatten(pdf)
        placed = _draw(pdf, sheet, ink, Design(card=card, signed=findings.signed))
        _describe(pdf, card)
        pdf.save(into, min_version="1.7", deterministic_id=True, compress_streams=False)
    certify(into, notary)
    return placed


def _draw(pdf: pikepdf.Pdf, sheet: Sheet, ink: Ink, design: Design) -> Placed:
    larger = _times_a4(sheet)
    place = find_place(ink, sheet, wide=design.wide.times(larger), tall=design.tall.times(larger))
    form = design.wide if place.form == design.wide.times(larger) else design.tall
    overlay(pdf, pdf.pages[_PAGE], sheet, place, design.draw(form))
    return Placed(page=_PAGE, rectangle=place.rectangle, module_mm=MODULE_MM * larger, room=place.room)


def _times_a4(sheet: Sheet) -> float:
    """Return how much larger than A4 a page is, and so its card: it will be printed on A4 all the same."""
    sides = zip(sorted((sheet.width, sheet.height)), _A4_POINTS, strict=True)
    return max(1.0, min(side / of_a4 for side, of_a4 in sides))


def _describe(pdf: pikepdf.Pdf, card: Card) -> None:
    """Give the copy a title and a language where the original has none (WCAG 2.2, 2.4.2 and 3.1.1)."""
    if not str(pdf.docinfo.get("/Title", "")).strip():
        pdf.docinfo["/Title"] = f"Bản hiển thị, mã {card.code}"
    if not str(pdf.Root.get("/Lang", "")):
        pdf.Root.Lang = LANGUAGE
    preferences = pdf.Root.get("/ViewerPreferences")
    if not isinstance(preferences, pikepdf.Dictionary):
        preferences = pdf.Root.ViewerPreferences = pikepdf.Dictionary()
    preferences.DisplayDocTitle = True

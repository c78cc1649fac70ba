"""Turns what can be filled in or signed into what is merely seen."""

from collections.abc import Iterator

import pikepdf

_OF_SIGNATURES = ("/AcroForm", "/Perms", "/DSS")
"""Fields, what a certified original allows (ISO 32000-2, 12.8.6), proofs for its signatures (12.8.4.3)."""


def flatten(pdf: pikepdf.Pdf) -> None:
    """Draw fields, signatures' appearances and comments into their pages, and forget the fields.

    What has no appearance, such as a link, stays as it is, but for fields, which then show nothing.
    """
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary) and form.get("/NeedAppearances", False):
        _make_up_appearances(pdf)
        form.NeedAppearances = False
    if form is not None or any("/Annots" in page for page in pdf.pages):
        pdf.flatten_annotations("screen")
        for page in pdf.pages:
            _drop_fields(page)
    for name in _OF_SIGNATURES:
        if name in pdf.Root:
            del pdf.Root[name]


def _make_up_appearances(pdf: pikepdf.Pdf) -> None:
    """Give an appearance to fields that have none. To the others qpdf would, too, and knows no Vietnamese."""
    own = [(field, field.AP) for page in pdf.pages for field in _fields(page) if "/AP" in field]
    for field, _ in own:
        del field.AP
    pdf.generate_appearance_streams()
    for field, appearance in own:
        field.AP = appearance


def _drop_fields(page: pikepdf.Page) -> None:
    if any(_fields(page)):
        page.obj.Annots = pikepdf.Array([note for note in page.obj.Annots if not _is_field(note)])


def _fields(page: pikepdf.Page) -> Iterator[pikepdf.Object]:
    notes = page.get("/Annots")
    return (note for note in notes if _is_field(note)) if isinstance(notes, pikepdf.Array) else iter(())


def _is_field(note: object) -> bool:
    return isinstance(note, pikepdf.Dictionary) and note.get("/Subtype") == pikepdf.Name.Widget

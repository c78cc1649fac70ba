"""Turns what can be filled in or signed into what is merely seen."""

import pikepdf

_OF_SIGNATURES = ("/AcroForm", "/Perms", "/DSS")
"""Fields, what a certified original allows (8.6.3 of ISO 32000-1's DocMDP), and proofs for its signatures."""


def flatten(pdf: pikepdf.Pdf) -> None:
    """Draw fields, signatures' appearances and comments into their pages, and forget the fields.

    What has no appearance, such as a link, stays as it is, but for fields, which then show nothing.
    """
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary) and form.get("/NeedAppearances", False):
        pdf.generate_appearance_streams()
        form.NeedAppearances = False
    if form is not None or any("/Annots" in page for page in pdf.pages):
        pdf.flatten_annotations("screen")
        for page in pdf.pages:
            _drop_fields(page)
    for name in _OF_SIGNATURES:
        if name in pdf.Root:
            del pdf.Root[name]


def _drop_fields(page: pikepdf.Page) -> None:
    notes = page.get("/Annots")
    if isinstance(notes, pikepdf.Array):
        kept = [note for note in notes if not _is_field(note)]
        if len(kept) < len(notes):
            page.obj["/Annots"] = pikepdf.Array(kept)


def _is_field(note: object) -> bool:
    return isinstance(note, pikepdf.Dictionary) and note.get("/Subtype") == pikepdf.Name.Widget

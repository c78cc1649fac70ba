"""Puts the card on a page: above what the page holds, which is moved and scaled where room had to be made."""

import hashlib
import io
import zlib

import pikepdf
from pikepdf import Array, Dictionary, Matrix, Name, Page, Rectangle

from storage.papers.placed import Room
from storage.papers.placing import Place
from storage.papers.sheets import Sheet

_CARD, _CONTENTS = Name("/TinDanCard"), Name("/TinDanPage")
_PAIR = 2


def overlay(pdf: pikepdf.Pdf, page: Page, sheet: Sheet, place: Place, card: bytes) -> None:
    """Put a card on a page.

    Args:
        pdf: whose page it is.
        page: where it goes.
        sheet: how the page is seen.
        place: where on the page as seen, in which size, and what becomes of the rest.
        card: a PDF of one page with the proportions of the place.
    """
    sheet.settle(page)
    # Nobody who made the page knew what the card would be, so no page holds this name already.
    end = Name(f"/TinDan{hashlib.sha256(card).hexdigest()[:32]}")
    _enclose(pdf, page, before=_making_room(page, sheet, place), end=end)
    with pikepdf.open(io.BytesIO(card)) as drawn:
        width = float(drawn.pages[0].mediabox[2])
        form = pdf.copy_foreign(drawn.pages[0].as_form_xobject())
    form.write(zlib.compress(form.read_bytes()), filter=Name.FlateDecode)
    page.add_resource(form, Name.XObject, _CARD)
    scale = place.form.width / width
    left, bottom = _origin(place)
    put = Matrix(scale, 0, 0, scale, place.x - left, place.y - bottom) @ sheet.matrix
    page.contents_add(b"\nq %b cm %b Do Q" % (put.encode(), str(_CARD).encode()))


def _origin(place: Place) -> tuple[float, float]:
    """Return where the old lower left corner is on the new page: a page that grows keeps its coordinates."""
    return (place.dx, place.dy) if place.room is Room.GROWN else (0.0, 0.0)


def _making_room(page: Page, sheet: Sheet, place: Place) -> bytes:
    """Make room on the page; return the operators under which its old contents are drawn."""
    if place.room is Room.FREE:
        return b""
    box = sheet.box
    # What the crop box hid stays hidden.
    clip = b"%f %f %f %f re W n " % (box.llx, box.lly, box.width, box.height)
    if place.room is Room.GROWN:
        left, bottom = _origin(place)
        grown = sheet.matrix.transform(Rectangle(-left, -bottom, place.width - left, place.height - bottom))
        page.obj.MediaBox = page.obj.CropBox = grown.as_array()
        return clip
    seen = Matrix(place.scale, 0, 0, place.scale, place.dx, place.dy)
    moved = sheet.matrix.inverse() @ seen @ sheet.matrix
    _move_links(page, moved)
    return b"%b cm %b" % (moved.encode(), clip)


def _move_links(page: Page, moved: Matrix) -> None:
    notes = page.get("/Annots")
    for note in notes if isinstance(notes, Array) else ():
        if not isinstance(note, Dictionary):
            continue
        for name in ("/Rect", "/QuadPoints"):
            corners = note.get(name)
            if isinstance(corners, Array) and len(corners) % _PAIR == 0:
                numbers = [float(number) for number in corners]
                pairs = zip(numbers[::2], numbers[1::2], strict=True)
                note[name] = Array([part for pair in pairs for part in moved.transform(pair)])


def _enclose(pdf: pikepdf.Pdf, page: Page, *, before: bytes, end: Name) -> None:
    """Keep what the page's contents set (colours, transformations) from what is drawn after them."""
    own = page.get("/Contents")
    page.contents_add(b"q " + before + b"\n", prepend=True)
    page.contents_add(b"\n%b MP\n" % str(end).encode())
    left_open = _left_open(page, end)
    if left_open is None:
        # Contents that end in the middle of something, or restore what they never saved, end with themselves.
        page.obj.Contents = own
        whole = page.as_form_xobject(handle_transformations=False)
        page.obj.Resources = Dictionary(XObject=Dictionary({str(_CONTENTS): whole}))
        page.obj.Contents = pdf.make_stream(b"q %b\n%b Do" % (before, str(_CONTENTS).encode()))
    page.contents_add(b"\n" + b"Q " * (left_open or 1))


def _left_open(page: Page, end: Name) -> int | None:
    """Return how many states are saved at the mark of the end; None if the contents do not end cleanly."""
    saved, in_text = 0, False
    try:
        for instruction in pikepdf.parse_content_stream(page, operators="q Q BT ET MP"):
            operator = str(instruction.operator)
            if operator == "MP" and list(instruction.operands) == [end]:
                return None if in_text else saved
            in_text = operator == "BT" or (in_text and operator != "ET")
            saved += {"q": 1, "Q": -1}.get(operator, 0)
            if not saved:
                return None
    except pikepdf.PdfError:
        return None
    return None

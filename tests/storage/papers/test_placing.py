"""The card never covers anything, stands where people look for it, and room is made where there is none."""

import io
from collections.abc import Iterable

import pikepdf
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pikepdf import Matrix, Rectangle
from PIL import Image, ImageDraw

from storage.papers.ink import Box, Ink, ink_of, read_ink
from storage.papers.placed import Room
from storage.papers.placing import EDGE, Form, Place, find_place
from storage.papers.sheets import Sheet
from tests.storage.papers.pages import MM, PAGES, text_page, with_contents

WIDE, TALL = Form(width=75 * MM, height=31 * MM), Form(width=31 * MM, height=66 * MM)


def sheet(width: float = 210, height: float = 297) -> Sheet:
    return Sheet(
        width=width * MM,
        height=height * MM,
        box=Rectangle(0, 0, width * MM, height * MM),
        matrix=Matrix(1, 0, 0, 1, 0, 0),
    )


def inked(of: Sheet, boxes: Iterable[Box]) -> Ink:
    """Return the ink of black boxes, in millimetres from the lower left corner."""
    picture = Image.new("L", (round(of.width), round(of.height)), 255)
    for left, bottom, right, top in boxes:
        corners = (left * MM, of.height - top * MM, right * MM, of.height - bottom * MM)
        ImageDraw.Draw(picture).rectangle(corners, fill=0)
    return ink_of(picture, of)


def placed(*boxes: Box, of: Sheet | None = None) -> Place:
    of = of or sheet()
    return find_place(inked(of, boxes), of, wide=WIDE, tall=TALL)


def corner(place: Place) -> tuple[str, str]:
    left, bottom, right, top = place.rectangle
    return (
        "right" if left > place.width - right else "left",
        "bottom" if bottom < place.height - top else "top",
    )


def test_a_short_letter_has_the_card_at_the_lower_right() -> None:
    """In line with the right edge of its text."""
    place = placed((30, 180, 195, 277))
    assert (place.room, place.form, corner(place)) == (Room.FREE, WIDE, ("right", "bottom"))
    assert place.rectangle[2] == pytest.approx(195 * MM, abs=2)


def test_the_lower_left_comes_next_then_the_top() -> None:
    """Where something stands at the lower right, and at the bottom."""
    assert corner(placed((30, 180, 195, 277), (110, 10, 195, 60))) == ("left", "bottom")
    assert corner(placed((20, 10, 195, 200))) == ("right", "top")
    assert corner(placed((20, 10, 195, 200), (90, 240, 195, 285))) == ("left", "top")


def test_a_column_that_is_free_takes_the_tall_card() -> None:
    """A margin that is 45 mm wide is enough."""
    place = placed((10, 10, 160, 287))
    assert (place.room, place.form) == (Room.FREE, TALL)


def test_an_empty_page_takes_the_card_at_the_lower_right() -> None:
    """No ink at all is no trouble."""
    assert (placed().room, corner(placed())) == (Room.FREE, ("right", "bottom"))


@given(
    st.lists(
        st.tuples(st.integers(0, 200), st.integers(0, 290), st.integers(1, 120), st.integers(1, 80)),
        max_size=12,
    )
)
def test_the_card_covers_no_ink_wherever_it_is(given: list[tuple[int, int, int, int]]) -> None:
    """Neither where a place was free, nor where contents moved to make one; and it can be printed."""
    of = sheet()
    boxes = [(x, y, min(x + wide, 210), min(y + high, 297)) for x, y, wide, high in given]
    place = placed(*boxes, of=of)
    left, bottom, right, top = place.rectangle
    assert min(left, bottom, place.width - right, place.height - top) >= EDGE - 0.01
    for box in boxes:
        x0, y0, x1, y1 = (part * MM * place.scale for part in box)
        apart = (
            x1 + place.dx <= left or x0 + place.dx >= right or y1 + place.dy <= bottom or y0 + place.dy >= top
        )
        assert apart, (box, place)


@given(st.integers(40, 600), st.integers(40, 900))
@example(90, 168)
@settings(max_examples=1000)
def test_a_page_full_to_its_edges_makes_room(width: int, height: int) -> None:
    """Whatever its size: all of it stays on the page, above or beside the card, and is not shrunk to nothing."""
    of = sheet(width, height)
    place = find_place(Ink.everywhere(of), of, wide=WIDE, tall=TALL)
    left, bottom, right, top = place.rectangle
    assert place.room is not Room.FREE
    assert 0.75 <= place.scale <= 1
    across, up = of.width * place.scale, of.height * place.scale
    assert -0.01 <= place.dx <= place.width - across + 0.01
    assert -0.01 <= place.dy <= place.height - up + 0.01
    assert place.dy >= top or place.dx + across <= left
    assert min(left, bottom, place.width - right, place.height - top) >= EDGE - 0.01


def test_a_full_scan_of_a4_stays_a4() -> None:
    """It comes out of every printer whole, with the code on the same sheet."""
    of = sheet()
    place = find_place(Ink.everywhere(of), of, wide=WIDE, tall=TALL)
    assert (place.room, place.width, place.height) == (Room.SHRUNK, of.width, of.height)
    assert place.scale > 0.84


def test_a_page_of_text_shrinks_less_than_a_scan() -> None:
    """Its margins give way first: with usual ones nothing is drawn smaller by more than a twentieth."""
    place = placed((20, 20, 195, 277))
    assert place.room is Room.SHRUNK
    assert place.scale > 0.95


def test_a_slip_grows() -> None:
    """It would be illegible, shrunk beside a card of its own size."""
    place = placed((0, 0, 86, 54), of=sheet(86, 54))
    assert (place.room, place.scale) == (Room.GROWN, 1)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270, -90, 450])
def test_a_sheet_is_seen_as_readers_turn_it(rotate: int) -> None:
    """A mark near the upper left of the page as seen is found there, cropped and in larger units as well."""
    contents = b"0 g 110 220 10 10 re 480 220 10 10 re 110 770 10 10 re f 0 0 1 rg 470 760 20 20 re f"
    pdf = with_contents(contents)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        page = opened.pages[0]
        page.obj.update({"/Rotate": rotate, "/CropBox": pikepdf.Array([100, 210, 500, 800]), "/UserUnit": 2})
        of = Sheet.of(page)
        changed = io.BytesIO()
        opened.save(changed)
    assert (of.width, of.height) == ((800, 1180) if rotate % 180 == 0 else (1180, 800))
    ink = read_ink(changed, 0, of)
    # The blue square alone is 20 wide: from its corners in the page to those seen, and back.
    seen_box = of.matrix.inverse().transform(Rectangle(470, 760, 490, 780))
    columns = [round(part / ink.cell) for part in (seen_box.llx, seen_box.urx)]
    rows = [round((of.height - part) / ink.cell) for part in (seen_box.ury, seen_box.lly)]
    inside = _count(ink, rows[0], rows[1], columns[0], columns[1])
    assert inside >= 0.8 * (rows[1] - rows[0]) * (columns[1] - columns[0]) > 20


def _count(ink: Ink, top: int, bottom: int, left: int, right: int) -> int:
    sums = ink.sums
    return sums[bottom][right] - sums[top][right] - sums[bottom][left] + sums[top][left]


@pytest.mark.parametrize(
    ("name", "contents", "free"),
    [
        ("thin grey type", b"0.5 g BT ET 0.4 w 0.5 G 330 60 m 560 60 l S", False),
        ("a faint mark", b"0.93 g 380 30 150 60 re f", False),
        ("tinted paper", b"0.93 g 0 0 595 842 re f", True),
        (
            "a pattern",
            b"0.93 G 6 w [6 6] 0 d " + b"".join(b"0 %d m 595 %d l S " % (y, y) for y in range(3, 840, 12)),
            True,
        ),
        ("tinted paper with a darker box", b"0.9 1 0.9 rg 0 0 595 842 re f 0.6 g 380 30 150 60 re f", False),
    ],
)
def test_what_can_be_seen_counts_as_ink(name: str, contents: bytes, free: bool) -> None:
    """Thin and grey as it may be; the colour of the paper does not."""
    pdf = with_contents(contents)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        of = Sheet.of(opened.pages[0])
    place = find_place(read_ink(io.BytesIO(pdf), 0, of), of, wide=WIDE, tall=TALL)
    left, bottom, right, top = place.rectangle
    covered = left < 530 and right > 380 and bottom < 60 < top
    assert covered is free, name


@pytest.mark.parametrize(
    "box", [[0, 0, 0, 0], [0, 0], ["/A", 0, 1, 1], [600, 800, 0, 0], [0, 0, 14400, 14400]]
)
def test_odd_boxes_do_no_harm(box: list[object]) -> None:
    """A page without a sensible size is US letter to readers; corners may come the other way round."""
    pdf = io.BytesIO(text_page(210, 297, lines=4))
    with pikepdf.open(pdf) as opened:
        page = opened.pages[0]
        page.obj["/MediaBox"] = pikepdf.Array([pikepdf.Name(x) if isinstance(x, str) else x for x in box])
        of = Sheet.of(page)
    assert min(of.width, of.height) >= 1
    assert find_place(Ink.everywhere(of), of, wide=WIDE, tall=TALL).room is not Room.FREE


def test_what_can_not_be_drawn_counts_as_full() -> None:
    """A page that pdfium does not open is not taken for an empty one."""
    assert read_ink(io.BytesIO(b"%PDF-1.7 nothing"), 0, sheet()).bounds == (0, 0, 210 * MM, 297 * MM)


def test_all_kinds_of_pages_are_at_hand() -> None:
    """Those of which the other tests make copies are what they say: each opens, and has its one page."""
    for name, make in PAGES.items():
        with pikepdf.open(io.BytesIO(make())) as opened:
            assert len(opened.pages) == 1, name

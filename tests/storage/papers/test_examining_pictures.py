"""JPEG and PNG: whole, one picture, nothing behind."""

import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from storage.papers.examining import examine
from storage.papers.findings import Findings, Note
from storage.papers.kinds import MediaType
from storage.papers.limits import Limits
from storage.papers.refusals import PaperRefused, Refusal
from tests.storage.papers.samples import as_file, bomb, chunk, drawing, photograph, png_of

LIMITS = Limits(pixels=1_000_000, file_bytes=5_000_000)
_ROWS = zlib.compress(bytes(9 * 8))


def judged(content: bytes) -> Findings:
    return examine(as_file(content), limits=LIMITS)


def reason(content: bytes) -> Refusal:
    with pytest.raises(PaperRefused) as caught:
        judged(content)
    return caught.value.reason


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize(("width", "height"), [(1, 1), (7, 3), (65, 33)])
def test_every_form_of_png_is_read_to_its_last_row(mode, width, height):
    """Rows are counted as the standard packs them."""
    file = io.BytesIO()
    Image.new(mode, (width, height)).save(file, "PNG")
    assert judged(file.getvalue()).pixels == (width, height)


def test_an_interlaced_png_is_read():
    """Seven passes have other rows than one."""
    rows = b"".join(
        bytes((1 + width) * height)
        for width, height in [(2, 2), (1, 2), (3, 1), (2, 3), (5, 2), (4, 5), (9, 4)]
    )
    header = b"\0\0\0\x09\0\0\0\x09\x08\0\0\0\x01"
    content = b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(*part) for part in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    )
    Image.open(io.BytesIO(content)).load()
    assert judged(content).pixels == (9, 9)


@pytest.mark.parametrize("saving", [{}, {"progressive": True}, {"optimize": True}])
def test_a_photograph_is_read(saving):
    """Baseline and progressive alike."""
    found = judged(photograph(**saving))
    assert found == Findings(media_type=MediaType.JPEG, pages=1, pixels=(64, 48))


@pytest.mark.parametrize("content", [photograph(), drawing()], ids=["jpeg", "png"])
def test_no_part_of_a_picture_will_do(content):
    """Cut anywhere, it is refused."""
    for end in range(8, len(content), 7):
        assert reason(content[:end]) in {Refusal.DAMAGED, Refusal.UNKNOWN_TYPE}


@given(data=st.data())
def test_any_changed_byte_of_a_png_is_found(data):
    """Every chunk has its sum."""
    content = bytearray(drawing())
    content[data.draw(st.integers(8, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(PaperRefused):
        judged(bytes(content))


@pytest.mark.parametrize(
    "behind",
    [b"x", b"<script>", b"\x89PNG", bytes(9) + b"x"],
    ids=["byte", "markup", "half a signature", "after zeros"],
)
@pytest.mark.parametrize("content", [photograph(), drawing()], ids=["jpeg", "png"])
def test_nothing_hides_behind_a_picture(content, behind):
    """What no reader shows is not sealed."""
    assert reason(content + behind) is Refusal.TRAILING_DATA


def test_phones_hang_pictures_on_to_a_picture():
    """They pass with a note, and so do zeros; half of one does not."""
    found = judged(photograph() + photograph(32, 32) + bytes(100))
    assert (found.pixels, found.notes) == ((64, 48), {Note.FURTHER_PICTURES})
    assert reason(photograph() + photograph()[:-30]) is Refusal.DAMAGED


def test_an_animation_is_refused():
    """What it shows depends on when one looks."""
    file = io.BytesIO()
    frames = [Image.new("L", (9, 9), shade) for shade in (0, 100, 200)]
    frames[0].save(file, "PNG", save_all=True, append_images=frames[1:])
    assert reason(file.getvalue()) is Refusal.SEVERAL_PICTURES


def test_a_bomb_of_pixels_is_not_opened():
    """Width and height are judged before anything is unpacked."""
    assert reason(png_of(100_000, 100_000, bomb(1 << 20))) is Refusal.TOO_LARGE_IMAGE
    at = photograph().index(b"\xff\xc0") + 5
    huge = photograph()[:at] + b"\xff\xff\xff\xff" + photograph()[at + 4 :]
    assert reason(huge) is Refusal.TOO_LARGE_IMAGE


@pytest.mark.parametrize(
    "content",
    [
        png_of(8, 8, bomb(16 << 20)),
        png_of(8, 8, _ROWS, chunk(b"zTXt", b"k\0\0" + bomb(16 << 20))),
        png_of(8, 8, _ROWS, chunk(b"iCCP", b"k\0\0" + bomb(16 << 20))),
        png_of(8, 8, _ROWS, chunk(b"iTXt", b"k\0\1\0vi\0\0" + bomb(16 << 20))),
    ],
    ids=["rows", "text", "profile", "words"],
)
def test_more_than_the_picture_needs_is_a_bomb(content):
    """Rows, comments and profiles are opened only so far."""
    assert reason(content) is Refusal.TOO_MUCH_DATA


@pytest.mark.parametrize(
    "content",
    [
        png_of(8, 8, _ROWS[:-5]),
        png_of(8, 9, _ROWS),
        png_of(0, 8, _ROWS),
        png_of(8, 8, _ROWS, chunk(b"NEED", b"")),
        png_of(8, 8, _ROWS + b"x"),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", _ROWS) + chunk(b"IEND", b""),
        b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR",
    ],
    ids=[
        "rows cut",
        "rows missing",
        "no width",
        "unknown need",
        "rows end early",
        "no header",
        "endless chunk",
    ],
)
def test_what_readers_would_have_to_guess_is_damaged(content):
    """Every fault in the structure of a PNG is one."""
    assert reason(content) is Refusal.DAMAGED


def test_a_photograph_that_keeps_readers_busy_is_refused():
    """Thousands of scans of one picture are a known attack."""
    content = photograph(progressive=True)
    start = content.rindex(b"\xff\xda")
    assert reason(content[:start] + content[start:-2] * 200 + content[-2:]) is Refusal.TOO_MANY_OBJECTS


@pytest.mark.parametrize("frame", [0xC3, 0xC9, 0xCF])
def test_rare_kinds_of_jpeg_are_refused(frame):
    """Few readers show a lossless or arithmetic one."""
    assert reason(photograph().replace(b"\xff\xc0", bytes([0xFF, frame]), 1)) is Refusal.DAMAGED


def test_a_file_has_a_largest_size():
    """One byte more is refused before it is read."""
    with pytest.raises(PaperRefused) as caught:
        examine(as_file(photograph()), limits=Limits(file_bytes=len(photograph()) - 1))
    assert caught.value.reason is Refusal.TOO_LARGE
    assert caught.value.params == {"limit": len(photograph()) - 1}

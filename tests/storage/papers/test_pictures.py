"""A picture becomes a page of A4: the same pixels, turned as the camera says, and not packed anew."""

import io
import struct
import zlib

import pikepdf
import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat

from storage.papers.kinds import MediaType
from storage.papers.pictures import as_pdf, preview
from tests.storage.papers.pages import MM, Stamper, encoded, seen

SIZE = (300, 200)


def a_picture(mode: str = "RGB") -> Image.Image:
    """Return a picture of which no turned or mirrored copy looks the same."""
    across = Image.linear_gradient("L").rotate(90).resize(SIZE)
    down = Image.linear_gradient("L").resize(SIZE)
    corner = Image.new("L", SIZE, 0)
    corner.paste(255, (0, 0, 60, 90))
    return Image.merge("RGB", (across, down, corner)).convert(mode)


def drawn(data: bytes, kind: MediaType) -> Image.Image:
    """Return the picture as it is seen on its page, a pixel to a point."""
    page = seen(as_pdf(io.BytesIO(data), kind).read(), dpi=72)
    expected = Image.open(io.BytesIO(data))
    lying = expected.getexif().get(0x0112, 1) >= 5
    width, height = expected.size[::-1] if lying else expected.size
    left = round((page.width - width) / 2)
    return page.crop((left, 0, left + width, height)).convert("RGB")


def apart(one: Image.Image, other: Image.Image) -> float:
    """Return by how many levels two pictures differ where they differ most, seen from some distance."""
    smaller = [picture.convert("RGB").reduce(10) for picture in (one, other)]
    return max(ImageStat.Stat(ImageChops.difference(*smaller)).mean)


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photograph_is_turned_as_its_camera_says(turn: int) -> None:
    """For each of the eight orientations of EXIF, in a JPEG and in a PNG."""
    exif = Image.Exif()
    exif[0x0112] = turn
    for form, kind in (("JPEG", MediaType.JPEG), ("PNG", MediaType.PNG)):
        data = encoded(a_picture(), form, exif=exif.tobytes())
        assert apart(drawn(data, kind), ImageOps.exif_transpose(Image.open(io.BytesIO(data)))) < 4


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_preview_is_what_the_page_will_be(turn: int) -> None:
    """Turned and placed alike, so that a place which is free on it is free on the page."""
    exif = Image.Exif()
    exif[0x0112] = turn
    for size in (SIZE, (1500, 1000), (2000, 3100)):
        data = encoded(a_picture().resize(size), "JPEG", exif=exif.tobytes())
        page = seen(as_pdf(io.BytesIO(data), MediaType.JPEG).read(), dpi=72)
        assert apart(preview(io.BytesIO(data)).resize(page.size), page.convert("L")) < 3


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_goes_in_byte_for_byte(mode: str, progressive: bool) -> None:
    """In colour, grey, or as a printer separates it; also through the stamp."""
    data = encoded(a_picture(mode), "JPEG", progressive=progressive, quality=95)
    # Readers turn ink into light in ways of their own; the negative is 125 apart.
    assert apart(drawn(data, MediaType.JPEG), Image.open(io.BytesIO(data))) < (70 if mode == "CMYK" else 4)
    copy, _ = Stamper().stamp(data, kind=MediaType.JPEG)
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        (image,) = pdf.pages[0].get_images(recursive=False).values()
        assert image.read_raw_bytes() == data


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "LA", "RGBA", "I;16"])
def test_a_png_shows_the_same_pixels(mode: str) -> None:
    """Of every kind; what is transparent shows the white of the paper."""
    picture = a_picture("L" if mode in {"LA", "I;16"} else "RGB")
    if mode in {"LA", "RGBA"}:
        picture.putalpha(Image.linear_gradient("L").resize(SIZE))
    elif mode == "I;16":
        picture = picture.convert("I").point(lambda level: level * 257).convert("I;16")
    else:
        picture = picture.convert(mode)
    data = encoded(picture, "PNG")
    expected = a_picture("L") if mode == "I;16" else picture.convert("RGBA")
    white = Image.new("RGBA", SIZE, "white")
    assert apart(drawn(data, MediaType.PNG), Image.alpha_composite(white, expected.convert("RGBA"))) < 4


def test_a_transparent_colour_of_a_palette_is_white() -> None:
    """Also where it is named in a chunk of its own."""
    picture = a_picture("P")
    data = encoded(picture, "PNG", transparency=picture.getpixel((0, 0)))
    assert drawn(data, MediaType.PNG).getpixel((1, 1)) == (255, 255, 255)


def test_an_interlaced_png_is_put_in_order() -> None:
    """A PDF knows no interlacing."""
    data = encoded(a_picture("L"), "PNG")
    interlaced = _interlaced(a_picture("L"))
    assert apart(drawn(interlaced, MediaType.PNG), drawn(data, MediaType.PNG)) < 1


def _interlaced(picture: Image.Image) -> bytes:
    rows = bytearray()
    for left, across, top, down in (
        (0, 8, 0, 8),
        (4, 8, 0, 8),
        (0, 4, 4, 8),
        (2, 4, 0, 4),
        (0, 2, 2, 4),
        (1, 2, 0, 2),
        (0, 1, 1, 2),
    ):
        for y in range(top, picture.height, down):
            rows += b"\0" + bytes(picture.getpixel((x, y)) for x in range(left, picture.width, across))
    header = struct.pack(">IIBBBBB", *picture.size, 8, 0, 0, 0, 1)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def test_a_png_keeps_its_compressed_rows() -> None:
    """In several pieces as well, as some programs write them."""
    data = encoded(a_picture().resize((1500, 1000)).effect_spread(20), "PNG")
    with pikepdf.open(as_pdf(io.BytesIO(data), MediaType.PNG)) as pdf:
        (image,) = pdf.pages[0].get_images(recursive=False).values()
        packed = image.read_raw_bytes()
    assert data.count(b"IDAT") > 1
    assert zlib.decompress(packed)
    assert all(packed[start : start + 100] in data for start in range(0, 5000, 100))


def test_a_lying_picture_has_a_lying_page() -> None:
    """A4 as it is held; and a small picture is not blown up."""
    for size, paper in (((3000, 2000), (297, 210)), ((2000, 3000), (210, 297)), ((90, 40), (297, 210))):
        with pikepdf.open(as_pdf(io.BytesIO(encoded(Image.new("L", size), "JPEG")), MediaType.JPEG)) as pdf:
            box = [float(part) / MM for part in pdf.pages[0].mediabox[2:]]
            assert box == pytest.approx(paper, abs=0.01)
    assert drawn(encoded(Image.new("L", (90, 40)), "JPEG"), MediaType.JPEG).getextrema() == ((0, 0),) * 3

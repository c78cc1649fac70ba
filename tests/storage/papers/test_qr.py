"""The code of a seal is small, says exactly its link, and can be printed by others."""

import base64
import io
import random
import re
from xml.etree import ElementTree as ET

import pytest
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from storage.papers.qr import QUIET, Qr, encode, png, svg
from tests.storage.papers.pages import a_link, codes

SVG = "{http://www.w3.org/2000/svg}"


def read(image: Image.Image) -> list[str]:
    return [code.text for code in codes(image.convert("L"))]


def test_a_usual_seal_is_of_version_12() -> None:
    """So the whole code is 31 mm wide; in one segment it would be of version 15."""
    link = a_link(size=216)
    whole = QRCode(error_correction=ERROR_CORRECT_M)
    whole.add_data(link, optimize=0)
    whole.best_fit()
    assert (encode(link).version, whole.version) == (12, 15)


def test_the_longest_seal_with_a_long_host_is_of_version_13() -> None:
    """220 bytes, and a host as long as they come."""
    assert encode(a_link(size=220, host="XACTHUC.SOTHONGTINVATRUYENTHONG.THANHHOA.GOV.VN")).version <= 13


def test_a_code_beyond_version_15_is_refused() -> None:
    """Paper in people's hands can not hold it."""
    encode(a_link(size=300))
    with pytest.raises(ValueError, match="version 16"):
        encode(a_link(size=345))


def test_every_code_can_be_read_under_the_one_mask() -> None:
    """Of tokens of all kinds, also of one byte repeated, drawn three pixels a module."""
    seeded = random.Random(7)
    tokens = [seeded.randbytes(seeded.randrange(100, 221)) for _ in range(60)]
    for token in (*tokens, bytes(220), b"\xff" * 220, b"\x55" * 220, b"\x10\x84" * 110):
        link = f"HTTPS://TINDAN.VN:8443/V/0123456789AB#{base64.b32encode(token).decode().rstrip('=')}"
        assert read(Image.open(io.BytesIO(png(encode(link), scale=3)))) == [link]


def test_lower_case_is_kept() -> None:
    """What is not of the alphanumeric set goes in bytes, in its place."""
    text = "HTTP://LOCALHOST/V/ABC#đúng rồi ABC123 abc"
    assert read(Image.open(io.BytesIO(png(encode(text))))) == [text]


def test_a_png_says_how_large_it_is_printed() -> None:
    """At the resolution that it states, a module measures 0.4 mm and more."""
    qr = encode(a_link())
    image = Image.open(io.BytesIO(png(qr, scale=8)))
    assert image.size == (qr.size * 8, qr.size * 8)
    assert 0.4 <= image.width / image.info["dpi"][0] * 25.4 / qr.size <= 0.43


def test_an_svg_draws_the_same_modules() -> None:
    """Those of the code, within the quiet zone that the standard asks for."""
    qr = encode(a_link())
    drawn = ET.fromstring(svg(qr, title="t", description="d"))
    strokes = drawn.findall(f"{SVG}path")[1].attrib["d"]
    assert _modules(strokes) == {
        (row, column + at) for row, column, length in qr.bars() for at in range(length)
    }
    dark = {
        (row, column) for row, line in enumerate(qr.modules) for column, is_dark in enumerate(line) if is_dark
    }
    assert _modules(strokes) == {(row + QUIET, column + QUIET) for row, column in dark}


def _modules(strokes: str) -> set[tuple[int, int]]:
    found, row, column = set(), 0, 0
    for move, right, down, length in re.findall(r"([Mm])(-?\d+) (\d+)(?:\.5)?h(\d+)", strokes):
        row, column = (int(down), int(right)) if move == "M" else (row, column + int(right))
        found |= {(row, column + at) for at in range(int(length))}
        column += int(length)
    return found


def test_an_svg_is_small_sized_in_millimetres_and_speaks() -> None:
    """A screen reader says its title and its description, whatever characters they hold."""
    qr: Qr = encode(a_link())
    text = svg(qr, title="Mã của <A & B>", description='Quét "mã" để kiểm tra')
    drawn = ET.fromstring(text)
    assert drawn.attrib["role"] == "img"
    named = [drawn.find(f".//*[@id='{name}']") for name in drawn.attrib["aria-labelledby"].split()]
    assert [part.text for part in named if part is not None] == ["Mã của <A & B>", 'Quét "mã" để kiểm tra']
    assert drawn.attrib["width"] == drawn.attrib["height"]
    assert float(drawn.attrib["width"].removesuffix("mm")) >= 0.4 * qr.size
    assert len(text) < 8000

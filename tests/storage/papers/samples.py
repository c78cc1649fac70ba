"""Good files, small and drawn on the spot, and what tests change in them."""

import io
import zlib
from collections.abc import Callable
from functools import cache
from typing import BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image
from reportlab.pdfgen.canvas import Canvas


@cache
def paper(pages: int = 2) -> bytes:
    """Return a PDF with a line of text on each page."""
    file = io.BytesIO()
    canvas = Canvas(file, invariant=True)
    for number in range(pages):
        canvas.drawString(72, 720, f"Quyet dinh {number + 1}/2026")
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def changed(change: Callable[[pikepdf.Pdf], object], content: bytes | None = None, **saving: object) -> bytes:
    """Return a PDF after a change to it."""
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(content or paper())) as document:
        change(document)
        document.save(file, static_id=True, **saving)
    return file.getvalue()


@cache
def photograph(width: int = 64, height: int = 48, **saving: object) -> bytes:
    """Return a JPEG."""
    return _saved(Image.linear_gradient("L").resize((width, height)).convert("RGB"), "JPEG", **saving)


@cache
def drawing(width: int = 64, height: int = 48, mode: str = "RGB", **saving: object) -> bytes:
    """Return a PNG."""
    return _saved(Image.linear_gradient("L").resize((width, height)).convert(mode), "PNG", **saving)


def _saved(picture: Image.Image, form: str, **saving: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, form, **saving)
    return file.getvalue()


@cache
def scan() -> bytes:
    """Return a PDF of one page that is a photograph, as scanners make it."""
    return changed(_put_photograph, paper(1))


def _put_photograph(document: pikepdf.Pdf) -> None:
    picture = document.make_stream(
        photograph(),
        Dictionary(
            Type=Name.XObject, Subtype=Name.Image, Width=64, Height=48, BitsPerComponent=8,
            ColorSpace=Name.DeviceRGB, Filter=Name.DCTDecode,
        ),
    )  # fmt: skip
    page = document.pages[0]
    page.Resources = Dictionary(XObject=Dictionary(P=picture))
    page.Contents = document.make_stream(b"q 400 0 0 300 50 400 cm /P Do Q")


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def png_of(width: int, height: int, rows: bytes, *more: bytes) -> bytes:
    """Return a PNG of grey pixels that says to be so large, with such rows, and chunks before them."""
    header = chunk(b"IHDR", width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\0\0\0\0")
    body = header + b"".join(more) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def flate(document: pikepdf.Pdf, packed: bytes, layers: int = 1, **entries: object) -> pikepdf.Object:
    """Return a stream of a PDF that says to be packed so many times."""
    stream = document.make_stream(b"")
    stream.write(packed, filter=Array([Name.FlateDecode] * layers))
    for key, value in entries.items():
        stream[f"/{key}"] = value
    return stream


@cache
def by_hand(body: bytes = b"BT /F 12 Tf 72 720 Td (Quyet dinh) Tj ET") -> bytes:
    """Return a PDF as small programs write it: the length of its stream is an object of its own."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 6 0 R>>>>>>",
        b"<</Length 5 0 R>>\nstream\n" + body + b"\nendstream",
        b"%d" % len(body),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"null",
    ]
    content, places = b"%PDF-1.4\n", [b"0000000000 65535 f \n"]
    for number, written in enumerate(objects, 1):
        places.append(b"%010d 00000 n \n" % len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, written)
    table = b"xref\n0 %d\n" % len(places) + b"".join(places)
    trailer = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places), len(content))
    return content + table + trailer


def as_file(content: bytes) -> BinaryIO:
    """Return a file with such content."""
    return io.BytesIO(content)


@cache
def bomb(size: int) -> bytes:
    """Return zeros, packed once."""
    packer = zlib.compressobj(1)
    step = bytes(1 << 20)
    return b"".join([packer.compress(step) for _ in range(size >> 20)] + [packer.flush()])

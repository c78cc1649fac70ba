"""Files that somebody made with intent, one by one, and what is to be said of each."""

import io
import zipfile
import zlib
from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from storage.papers.refusals import Refusal
from tests.storage.papers.samples import (
    bomb,
    by_hand,
    changed,
    chunk,
    drawing,
    flate,
    paper,
    photograph,
    png_of,
)

Designed = tuple[str, bytes, str | None, frozenset[Refusal]]

_DAMAGE = frozenset({Refusal.DAMAGED})
_TOO_MUCH = frozenset({Refusal.TOO_MUCH_DATA, Refusal.TOO_MUCH_MEMORY, Refusal.TOO_SLOW})
_AS_IT_IS = {"stream_decode_level": pikepdf.StreamDecodeLevel.none, "compress_streams": False}


def designed() -> Iterator[Designed]:
    """Yield name, content, the type that its sender gives, and the reasons that are right."""
    for name, content in (("nothing", b""), ("a byte", b"%"), ("a header", b"%PDF-1.7\n")):
        yield name, content, None, frozenset({Refusal.EMPTY, Refusal.UNKNOWN_TYPE, Refusal.DAMAGED})
    for name, content in (
        ("zeros", bytes(1 << 20)),
        ("noise of text", b"lorem ipsum " * 1000),
        ("a page of the web", b"<html><script>alert(1)</script>"),
        ("a program", b"MZ" + bytes(500)),
    ):
        yield name, content, "application/pdf", frozenset({Refusal.UNKNOWN_TYPE})
    yield "a PNG that says PDF", drawing(), "application/pdf", frozenset({Refusal.LYING_TYPE})
    yield "a PDF that says JPEG", paper(), "image/jpeg", frozenset({Refusal.LYING_TYPE})
    yield "a PDF that says HTML", paper(), "text/html; charset=utf-8", frozenset({Refusal.LYING_TYPE})
    yield from _several()
    yield from _acting()
    yield from _locked()
    yield from _bombs()
    yield from _crowds()
    yield from _pictures()


def _several() -> Iterator[Designed]:
    both = frozenset({Refusal.SEVERAL_TYPES})
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("META-INF/MANIFEST.MF", "Main-Class: X")
    for name, content in (("PDF", paper()), ("PNG", drawing()), ("JPEG", photograph())):
        yield f"a {name} and a JAR", content + archive.getvalue(), None, both
    yield "a page of the web and a PDF", b"<!doctype html><!--" + paper() + b"-->", None, both
    yield "a GIF and a PDF", b"GIF89a" + paper(), None, both
    yield "a script and a PDF", b"#!/bin/sh\n" + paper(), None, both


def _acting() -> Iterator[Designed]:
    acts = frozenset({Refusal.ACTIVE_CONTENT})
    for name, action in {
        "a script": Dictionary(S=Name.JavaScript, JS=String("while(1);")),
        "a program to start": Dictionary(S=Name.Launch, F=String("cmd.exe")),
        "a form to send": Dictionary(S=Name.SubmitForm, F=String("https://example.org")),
        "a share to open": Dictionary(S=Name.GoToR, F=String("\\\\example\\a"), D=Array([0, Name.Fit])),
        "a film": Dictionary(S=Name.Rendition, OP=0),
    }.items():
        yield name, changed(lambda pdf, act=action: setattr(pdf.Root, "OpenAction", act)), None, acts
    yield "a file inside", changed(_attach), None, acts
    yield "a dynamic form", changed(_dynamic), None, acts
    yield (
        "a script in a packed object",
        changed(_attach, object_stream_mode=pikepdf.ObjectStreamMode.generate),
        None,
        acts,
    )


def _attach(document: pikepdf.Pdf) -> None:
    document.attachments["virus.exe"] = b"MZ"


def _dynamic(document: pikepdf.Pdf) -> None:
    document.Root.AcroForm = Dictionary(Fields=Array([]), XFA=document.make_stream(b"<xdp:xdp/>"))


def _locked() -> Iterator[Designed]:
    for version in (2, 3, 4, 6):
        lock = pikepdf.Encryption(owner="o", user="u", R=version, aes=version >= 4, metadata=version >= 4)
        yield (
            f"locked by {version}",
            changed(lambda _: None, encryption=lock),
            None,
            frozenset({Refusal.ENCRYPTED}),
        )


def _with_stream(packed: bytes, layers: int = 1, **entries: object) -> bytes:
    return changed(lambda pdf: setattr(pdf.Root, "Odd", flate(pdf, packed, layers, **entries)), **_AS_IT_IS)


def _bombs() -> Iterator[Designed]:
    yield "a bomb", _with_stream(bomb(300 << 20)), None, _TOO_MUCH
    yield "a bomb in a bomb", _with_stream(zlib.compress(bomb(300 << 20)), 2), None, _TOO_MUCH
    yield (
        "a bomb that says to be a picture",
        _with_stream(bomb(300 << 20), Subtype=Name.Image, Width=10, Height=10),
        None,
        _TOO_MUCH,
    )
    yield (
        "a picture in a PDF without end",
        _with_stream(zlib.compress(b""), Subtype=Name.Image, Width=10**6, Height=10**6),
        None,
        frozenset({Refusal.TOO_LARGE_IMAGE}),
    )
    for mebibytes in (60, 300):
        yield (
            f"a table of objects of {mebibytes} MiB",
            _table(mebibytes),
            None,
            _TOO_MUCH | _DAMAGE | {Refusal.TOO_MANY_OBJECTS},
        )
    yield (
        "twenty filters",
        _with_stream(zlib.compress(b"q Q"), 20),
        None,
        frozenset({Refusal.TOO_DEEP}) | _DAMAGE,
    )


def _table(mebibytes: int) -> bytes:
    """Return a PDF whose packed table of objects grows so large."""
    packed = bomb(mebibytes << 20)
    content = paper()[: paper().rindex(b"startxref")]
    entries = (b"99 0 obj\n<</Type/XRef/Size %d/W[1 2 1]/Root 1 0 R/Filter/FlateDecode/Length %d>>\nstream\n") % (
        mebibytes << 18, len(packed),
    )  # fmt: skip
    return content + entries + packed + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(content)


def _crowds() -> Iterator[Designed]:
    yield "10,000 pages", many_pages(10_000), None, frozenset({Refusal.TOO_MANY_PAGES})
    yield "300,000 objects", many_pages(300_000), None, frozenset({Refusal.TOO_MANY_OBJECTS})
    yield "pages in a circle", changed(lambda pdf: pdf.Root.Pages.Kids.append(pdf.Root.Pages)), None, _DAMAGE
    yield "10^10 pages", changed(_laugh), None, _DAMAGE
    yield "a tree a thousand deep", changed(_stretch), None, frozenset({Refusal.TOO_DEEP})
    filling = b"x" * 99_998
    deep = b"[" * 50_000 + b"]" * 50_000
    yield (
        "arrays in arrays",
        changed(lambda pdf: setattr(pdf.Root, "Odd", pdf.make_indirect(Array([String(filling)])))).replace(
            b"(" + filling + b")", deep
        ),
        None,
        frozenset({Refusal.TOO_DEEP}),
    )
    yield (
        "a page as large as a town",
        paper().replace(b"595.2756", b"99999999"),
        None,
        frozenset({Refusal.TOO_LARGE_PAGE, Refusal.DAMAGED}),
    )
    yield (
        "a table that is its own past",
        by_hand().replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev 600"),
        None,
        _DAMAGE,
    )


def many_pages(pages: int) -> bytes:
    """Return a PDF of so many empty pages, written in a moment."""
    parts = [b"%PDF-1.4\n", b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"]
    kids = b" ".join(b"%d 0 R" % number for number in range(3, pages + 3))
    parts.append(b"2 0 obj<</Type/Pages/MediaBox[0 0 9 9]/Count %d/Kids[%b]>>endobj\n" % (pages, kids))
    parts += [
        b"%d 0 obj<</Type/Page/Parent 2 0 R/Resources<<>>>>endobj\n" % number
        for number in range(3, pages + 3)
    ]
    at, places = len(parts[0]), []
    for part in parts[1:]:
        places.append(b"%010d 00000 n \n" % at)
        at += len(part)
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n" % (pages + 3))
    parts += [*places, b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (pages + 3, at)]
    return b"".join(parts)


def _laugh(document: pikepdf.Pdf) -> None:
    node = document.Root.Pages
    for _ in range(10):
        node = document.make_indirect(Dictionary(Type=Name.Pages, Count=10, Kids=Array([node] * 10)))
    document.Root.Pages = node


def _stretch(document: pikepdf.Pdf) -> None:
    node = document.Root.Pages
    for _ in range(1000):
        node = document.make_indirect(Dictionary(Type=Name.Pages, Count=2, Kids=Array([node])))
    document.Root.Pages = node


def _pictures() -> Iterator[Designed]:
    rows = zlib.compress(bytes(9 * 8))
    too_large = frozenset({Refusal.TOO_LARGE_IMAGE})
    yield "a PNG of 10^10 pixels", png_of(100_000, 100_000, bomb(64 << 20)), None, too_large
    yield "a PNG of 2^62 pixels", png_of(2**31 - 1, 2**31 - 1, rows), None, too_large
    yield "a PNG with a bomb for rows", png_of(8, 8, bomb(300 << 20)), None, _TOO_MUCH
    yield (
        "a PNG with a bomb for words",
        png_of(8, 8, rows, chunk(b"zTXt", b"k\0\0" + bomb(300 << 20))),
        None,
        _TOO_MUCH,
    )
    yield (
        "a PNG that moves",
        png_of(8, 8, rows, chunk(b"acTL", bytes(8))),
        None,
        frozenset({Refusal.SEVERAL_PICTURES}),
    )
    yield "a PNG and something", drawing() + b"something", None, frozenset({Refusal.TRAILING_DATA})
    frame = photograph().index(b"\xff\xc0") + 5
    vast = photograph()[:frame] + b"\xff\xff\xff\xff" + photograph()[frame + 4 :]
    yield "a JPEG of 2^32 pixels", vast, None, too_large
    yield "a JPEG and something", photograph() + b"something", None, frozenset({Refusal.TRAILING_DATA})
    whole = photograph(progressive=True)
    scan = whole.rindex(b"\xff\xda")
    busy = whole[:scan] + whole[scan:-2] * 5000 + whole[-2:]
    yield "a JPEG of 5,000 scans", busy, None, frozenset({Refusal.TOO_MANY_OBJECTS})

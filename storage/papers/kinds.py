"""What a file is, by its content. What its sender calls it never decides.

A file that reads as two kinds is refused rather than taken for one of them: a seal says that everybody sees
the same, and a file that is a PDF to one program and an archive or a page to another breaks that promise
(and is how files are smuggled past a check).
"""

import re
from enum import StrEnum

from storage.papers.refusals import PaperRefused, Refusal

HEAD_BYTES = 1024
"""How far into a file readers look for the header of a PDF (ISO 32000-1, annex H, note 13)."""
TAIL_BYTES = 22 + 65_535
"""How far from its end a ZIP archive may begin to end: the record and the longest comment."""

_CLAIMS_NOTHING = frozenset({"", "application/octet-stream", "binary/octet-stream"})
_OTHER_NAMES = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "application/x-pdf": "application/pdf",
}


class MediaType(StrEnum):
    """The kinds of files that are kept, by their names in RFC 6838."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"

    @property
    def extension(self) -> str:
        """What a file of this kind is called at its end, without the dot."""
        return _EXTENSIONS[self]


_EXTENSIONS = {MediaType.PDF: "pdf", MediaType.JPEG: "jpg", MediaType.PNG: "png"}

_PDF = re.compile(rb"%PDF-\d\.\d")
_AT_THE_START = {
    MediaType.JPEG: re.compile(rb"\xff\xd8\xff"),
    MediaType.PNG: re.compile(rb"\x89PNG\r\n\x1a\n"),
    "zip": re.compile(rb"PK(?:\x03\x04|\x05\x06|\x07\x08)"),
    "gif": re.compile(rb"GIF8[79]a"),
    "tiff": re.compile(rb"II\*\0|MM\0\*"),
    "riff": re.compile(rb"RIFF"),
    "bmp": re.compile(rb"BM.{4}\0{4}", re.DOTALL),
    "postscript": re.compile(rb"%!PS"),
    "rar": re.compile(rb"Rar!\x1a\x07"),
    "7z": re.compile(rb"7z\xbc\xaf\x27\x1c"),
    "gzip": re.compile(rb"\x1f\x8b\x08"),
    "program": re.compile(rb"MZ|\x7fELF|#!|\xca\xfe\xba\xbe|[\xce\xcf]\xfa\xed\xfe"),
}
_MARKUP = re.compile(rb"<(?:!doctype|\?xml|html|head|body|script|svg|iframe|\?php)", re.IGNORECASE)
_END_OF_ZIP = b"PK\x05\x06"


def recognise(head: bytes, tail: bytes = b"") -> MediaType:
    """Return what a file is.

    Args:
        head: its first `HEAD_BYTES`.
        tail: its last `TAIL_BYTES`, to see an archive that was hung on to it.

    Raises:
        PaperRefused: it is nothing that is kept, or several things at once.
    """
    if not head:
        raise PaperRefused(Refusal.EMPTY)
    header = _PDF.search(head, 0, HEAD_BYTES)
    lead = head[: header.start()] if header else head
    seen: list[str] = [kind for kind, start in _AT_THE_START.items() if start.match(lead)]
    seen += [MediaType.PDF] if header else []
    kinds = [MediaType(kind) for kind in seen if kind in _EXTENSIONS]
    if not kinds:
        raise PaperRefused(Refusal.UNKNOWN_TYPE)
    seen += ["html"] if _MARKUP.search(lead) and header else []
    seen += ["zip"] if _ends_as_zip(tail) else []
    if len(seen) > 1:
        raise PaperRefused(
            Refusal.SEVERAL_TYPES,
            found=kinds[0].value,
            also=", ".join(str(kind) for kind in seen if kind != kinds[0]),
        )
    return kinds[0]


def hold_to(declared: str | None, found: MediaType) -> None:
    """Refuse a file that its sender calls something else than it is; a sender may also say nothing.

    Args:
        declared: a media type as in Content-Type, with or without parameters.
        found: what the file is.
    """
    claim = (declared or "").partition(";")[0].strip().lower()
    if claim not in _CLAIMS_NOTHING and _OTHER_NAMES.get(claim, claim) != found:
        raise PaperRefused(Refusal.LYING_TYPE, declared=claim[:100], found=found.value)


def _ends_as_zip(tail: bytes) -> bool:
    """Whether an archive ends where the file ends: its comment has just the length that it states."""
    at = tail.rfind(_END_OF_ZIP)
    while at >= 0:
        if len(tail) >= at + 22 and at + 22 + int.from_bytes(tail[at + 20 : at + 22], "little") == len(tail):
            return True
        at = tail.rfind(_END_OF_ZIP, 0, at)
    return False

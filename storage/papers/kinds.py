"""What a file is, by its content. What its sender calls it never decides."""

from enum import StrEnum


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

"""Why a file is not taken."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from storage.errors import StorageError


class Refusal(StrEnum):
    """A reason, and the parameters that come with it. The words are part of the API: they never change."""

    EMPTY = "empty"
    """Nothing in it."""
    UNKNOWN_TYPE = "unknown_type"
    """Neither PDF nor JPEG nor PNG."""
    LYING_TYPE = "lying_type"
    """`declared` says one thing and the content, `found`, another."""
    SEVERAL_TYPES = "several_types"
    """Is `found` and reads as `also` (zip, html, …) too: what it shows depends on who opens it."""
    TRAILING_DATA = "trailing_data"
    """`bytes` after the end of the picture, which no reader shows."""
    SEVERAL_PICTURES = "several_pictures"
    """An animation: what it shows depends on when one looks."""
    DAMAGED = "damaged"
    """Truncated, broken, or read differently by different readers."""
    ENCRYPTED = "encrypted"
    """Protected by a password."""
    ACTIVE_CONTENT = "active_content"
    """Holds what acts rather than shows; `found` names it, separated by commas (see `Activity`)."""
    TOO_LARGE = "too_large"
    """More than `limit` bytes."""
    TOO_MANY_PAGES = "too_many_pages"
    """More than `limit` pages."""
    TOO_MANY_OBJECTS = "too_many_objects"
    """More than `limit` objects inside."""
    TOO_DEEP = "too_deep"
    """Nested deeper than `limit`."""
    TOO_LARGE_PAGE = "too_large_page"
    """A page with a side of more than `limit` points (1/72 inch)."""
    TOO_LARGE_IMAGE = "too_large_image"
    """A picture of more than `limit` pixels."""
    TOO_MUCH_DATA = "too_much_data"
    """Grows beyond `limit` bytes when its compressed parts are opened."""
    TOO_SLOW = "too_slow"
    """Not done within `limit` seconds."""
    TOO_MUCH_MEMORY = "too_much_memory"
    """Needs more than `limit` bytes of memory."""


class PaperRefused(StorageError):  # noqa: N818 - an answer about a file, not a fault of ours
    """A file is not taken, for a reason that its sender can be told.

    Attributes:
        reason: stable, for programs.
        params: what a text for people fills in; see `Refusal`. Numbers are in bytes, pixels or seconds.
    """

    def __init__(self, reason: Refusal, **params: str | int) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.params: Mapping[str, str | int] = MappingProxyType(params)

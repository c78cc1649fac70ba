"""Where the card went: what the drawing child tells, without the libraries that it draws with."""

from dataclasses import dataclass
from enum import StrEnum


class Room(StrEnum):
    """Where the room for the card came from."""

    FREE = "free"
    SHRUNK = "shrunk"
    GROWN = "grown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where the card went.

    Attributes:
        page: counted from 0.
        rectangle: left, bottom, right and top in points (1/72 inch) of the page as it is seen, from its
            lower left corner.
        module_mm: the side of one module of the QR code, in millimetres.
        room: whether there was a free place, or what the page holds was drawn smaller, or the page grew.
    """

    page: int
    rectangle: tuple[float, float, float, float]
    module_mm: float
    room: Room

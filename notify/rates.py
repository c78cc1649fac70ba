"""How fast a channel may send."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many messages a second, of all workers together; up to `burst` of them at once."""

    per_second: float
    burst: float

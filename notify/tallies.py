"""Numbers of a feature's, by one label, beside those of the engine: the same at every worker."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from storage.unit_of_work import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A gauge.

    Attributes:
        words: what it counts, in a sentence.
        label: by what it is told apart.
        count: reads it, by the values of the label.
    """

    name: str
    words: str
    label: str
    count: Callable[[Reading], Awaitable[Mapping[str, int]]]

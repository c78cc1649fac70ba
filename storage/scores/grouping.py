"""Sums of agencies with all below them, and which of them may be shown. Pure.

A group of fewer than five dossiers is hidden, and so is what would give it away: a sum above it, less all
that is shown of it, never leaves one to four dossiers.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from uuid import UUID

from storage.scores.points import Counts

LEAST = 5
"""The fewest dossiers that are shown as a group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """Agencies by what is above them; on top of all stands the whole country, which is `None`.

    Args:
        parents: the agency above each, none for those on top.

    Raises:
        ValueError: an agency is above itself.
    """

    parents: Mapping[UUID, UUID | None]
    _below: Mapping[UUID | None, tuple[UUID, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        below: defaultdict[UUID | None, list[UUID]] = defaultdict(list)
        for agency, parent in sorted(self.parents.items()):
            below[parent if parent in self.parents else None].append(agency)
        object.__setattr__(self, "_below", {one: tuple(some) for one, some in below.items()})
        if sum(1 for _ in self.downwards()) != len(self.parents) + 1:
            raise ValueError("an agency is above itself")

    def below(self, agency: UUID | None) -> tuple[UUID, ...]:
        """Return those right below one, by their ids."""
        return self._below.get(agency, ())

    def downwards(self, top: UUID | None = None) -> Iterator[UUID | None]:
        """Go through one and all below it, each after what is above it."""
        waiting = [top]
        while waiting:
            one = waiting.pop()
            yield one
            waiting.extend(self.below(one))


def roll_up(tree: Tree, own: Mapping[UUID, Counts]) -> dict[UUID | None, Counts]:
    """Sum up each agency with all below it, and the country. Whom nothing is counted for has zeros."""
    whole: dict[UUID | None, Counts] = {}
    for one in reversed(list(tree.downwards())):
        mine = own.get(one, Counts()) if one is not None else Counts()
        whole[one] = reduce(add, (whole[child] for child in tree.below(one)), mine)
    return whole


def hidden(
    tree: Tree, sizes: Mapping[UUID | None, int], already: Iterable[UUID | None] = ()
) -> frozenset[UUID | None]:
    """Return whose sums may not be shown.

    What an agency has of its own is never shown by itself, and so is hidden with those below it that are.
    Where all that is hidden right below a shown sum would come to fewer than five, the smallest that was to
    be shown is hidden as well. With a hidden sum goes everything below it, from which it could be had.

    Args:
        tree: the agencies.
        sizes: how many dossiers each has with all below it, and the country; absent is none.
        already: who is hidden for another reason.
    """
    found = set(already)
    for one in tree.downwards():
        if one in found or 0 < sizes.get(one, 0) < LEAST:
            found.update(tree.downwards(one))
            continue
        parts = sorted(tree.below(one), key=lambda child: (sizes.get(child, 0), child))
        shown = [child for child in parts if child not in found and sizes.get(child, 0) >= LEAST]
        left = sizes.get(one, 0) - sum(sizes[child] for child in shown)
        for child in shown:
            if not 0 < left < LEAST:
                break
            found.add(child)
            left += sizes[child]
    return frozenset(found)

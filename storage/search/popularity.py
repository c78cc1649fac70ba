"""How much is asked for a procedure, as far as the table of sayings tells: what people have words for."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping

from storage.search.folding import fold
from storage.search.index import Index
from storage.search.lexicon import Lexicon
from storage.search.ranking import OF_NAME, PRIOR

_OF_SAYING = 0.31
"""What the logarithm of their number adds to a prior."""


def popularity(index: Index, lexicon: Lexicon) -> Mapping[int, float]:
    """Return by how much the priors of families are raised: those that sayings lead to.

    A saying leads to the name that has all words of what is meant and, among such names, fits it best.
    """
    holding: dict[str, set[int]] = defaultdict(set)
    for place, named in enumerate(index.named):
        for word in named.words:
            holding[word].add(place)

    def fits(place: int) -> tuple[float, int]:
        named = index.named[place]
        return OF_NAME * meant / named.tells + PRIOR * named.prior, -place

    sayings: Counter[int] = Counter()
    for phrase, count in lexicon.meant.items():
        folded = set(map(fold, phrase))
        meant = sum(map(index.tells, folded))
        if places := set.intersection(*sorted((holding.get(word, set()) for word in folded), key=len)):
            sayings[index.named[max(places, key=fits)].family] += count
    return {family: _OF_SAYING * math.log1p(count) for family, count in sayings.items()}

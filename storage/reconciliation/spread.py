"""How measures are spread, kept so that they can be added up piece by piece. Pure."""

from collections import Counter


class Spread:
    """Measures of one kind, of which there may be millions: each is kept to three digits, with how often."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()

    def __len__(self) -> int:
        """Return how many measures there are."""
        return self._counts.total()

    def add(self, measure: int, times: int = 1) -> None:
        """Add a measure, not below 0, that came so often."""
        digits = max(len(str(measure)) - 3, 0)
        self._counts[round(measure, -digits)] += times

    def within(self, share: float) -> float:
        """Return what so large a share of them, from 0 to 1, is not above; between two, in proportion.

        Raises ValueError where there is none.
        """
        if not self._counts:
            raise ValueError("of nothing there is no spread")
        place = share * (len(self) - 1)
        below, above = self._at(int(place)), self._at(min(int(place) + 1, len(self) - 1))
        return below + (above - below) * (place - int(place))

    def _at(self, place: int) -> int:
        passed = 0
        for measure in sorted(self._counts):
            passed += self._counts[measure]
            if passed > place:
                return measure
        raise IndexError(place)

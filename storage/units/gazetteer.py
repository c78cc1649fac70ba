"""Units are found by code or name, and former ones lead to those of today. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from typing import Literal, NamedTuple

from storage.search.folding import fold, words
from storage.units.record import Commune, FormerCommune, Province, Share, Units

Tier = Literal["province", "district", "commune"]
_TIERS: Sequence[Tier] = ("province", "district", "commune")
_SHARES = tuple(Share)
Key = tuple[str, ...]
REMEMBERED = 1_000
"""Names above others whose spellings are remembered: there were 63 provinces with 700 districts."""

MOST_WORDS = 12
"""Of a text in which a comma may be missing; what is longer names no place."""

KINDS = (
    ("thành phố", "tp"),
    ("thị trấn", "tt"),
    ("đặc khu", "dk"),
    ("thị xã", "tx"),
    ("phường", "p"),
    ("huyện", "h"),
    ("quận", "q"),
    ("tỉnh", "t"),
    ("xã", "x"),
)
"""What stands before a name, in full and in short; the longer ones first."""
OTHER_NAMES = {
    "01": ("hn", "tphn", "tp hn", "hà tây", "tỉnh hà tây"),
    "19": ("bắc cạn", "tỉnh bắc cạn"),
    "46": ("thừa thiên huế", "tỉnh thừa thiên huế"),
    "66": ("đắc lắc", "tỉnh đắc lắc"),
    "79": ("sài gòn", "hcm", "tphcm", "tp hcm", "brvt", "br vt"),
}
"""How people call or spell provinces beside their names, by code; and one that was merged before 2025."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """A unit of before July 2025; `path` names what it was in, from the smallest up."""

    tier: Tier
    code: str
    name: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A unit of today that was meant, or may have been.

    Attributes:
        former: the former unit by which it was found; none where it bears the name or the code itself.
        share: how much of the former unit went to it.
    """

    unit: Province | Commune
    former: Former | None = None
    share: Share | None = None


class _Above(NamedTuple):
    """What a unit may be in: how it is called, and the provinces of today that this may be."""

    name: Key
    provinces: frozenset[str]


class Gazetteer:
    """One version of the units. Never changed."""

    def __init__(self, units: Units) -> None:
        self.provinces = {province.code: province for province in units.provinces}
        self.communes = {commune.code: commune for commune in units.communes}
        self._by_code: dict[str, list[Match]] = defaultdict(list)
        self._by_name: dict[Key, list[tuple[Key, Match]]] = defaultdict(list)
        self._run_together: dict[str, Key] = {}
        of_today: Iterator[Province | Commune] = chain(units.provinces, units.communes)
        for unit in of_today:
            self._enter(unit.code, unit.name, Match(unit=unit))
        for code, names in OTHER_NAMES.items():
            for name in names if code in self.provinces else ():
                self._enter_name(name, Match(unit=self.provinces[code]))
        for match in _former(units.former, self.provinces, self.communes):
            former = match.former
            if former is not None:
                self._enter(former.code, former.name, match)

    def find(self, text: str) -> tuple[Match, ...]:
        """Return the units of today that a code or a name means, those that bear it themselves first.

        Names go with or without marks, with or without the word for their kind, and with what they are in
        behind a comma: "p. Ba Đình, Hà Nội". Several bear one name, and a former unit may have gone to
        several: all are returned. Where marks are written, names with other marks are not meant. Where
        nothing is found, a comma may be missing, or spaces ("hanoi"), or the kind be another by now.
        """
        first, *within = [part for part in text.split(",") if part.strip()] or [""]
        code = first.strip()
        found = self._by_code[code] if code.isascii() and code.isdigit() and code in self._by_code else None
        found = self._named(first) if found is None else found
        above = [self._above(part) for part in within]
        meant = [match for match in found if all(self._is_in(match, one) for one in above)]
        return tuple(_each_once(meant or ([] if within else self._without_comma(first))))

    def communes_of(self, province_code: str) -> list[Commune]:
        """Return the communes of a province, in order of code; none for a code that is not there."""
        return self._communes_of.get(province_code, [])

    @cached_property
    def _communes_of(self) -> dict[str, list[Commune]]:
        found: dict[str, list[Commune]] = defaultdict(list)
        for commune in self.communes.values():
            found[commune.province_code].append(commune)
        return dict(found)

    def _enter(self, code: str, name: str, match: Match) -> None:
        self._by_code[code].append(match)
        self._enter_name(name, match)

    def _enter_name(self, name: str, match: Match) -> None:
        for key in _keys(name):
            folded = _folded(key)
            self._by_name[folded].append((key, match))
            self._run_together.setdefault("".join(folded), folded)

    def _without_comma(self, text: str) -> list[Match]:
        """Return what is named by the first words of a text, and is in what the others name."""
        parts = text.split()
        for end in range(1, len(parts) if len(parts) <= MOST_WORDS else 0):
            above = self._above(" ".join(parts[end:]))
            if found := [match for match in self._named(" ".join(parts[:end])) if self._is_in(match, above)]:
                return found
        return []

    def _readings(self, text: str) -> Iterator[Key]:
        """Yield the names that a text may be, the likeliest first."""
        asked = tuple(words(text))
        spelled_out = _spelled_out(asked)
        yield from (asked, spelled_out, *_keys(" ".join(spelled_out)))
        yield self._run_together.get("".join(_folded(asked)), ())

    def _named(self, text: str) -> list[Match]:
        for asked in self._readings(text):
            found = self._by_name.get(_folded(asked), [])
            same = [match for key, match in found if key == asked and key != _folded(key)]
            if found:
                return same or [match for _, match in found]
        return []

    def _above(self, text: str) -> "_Above":
        """Return what a text names that something may be in."""
        found = (match.unit.code for match in self._named(text) if isinstance(match.unit, Province))
        return _Above(name=_folded(_spelled_out(words(text))), provinces=frozenset(found))

    def _is_in(self, match: Match, above: "_Above") -> bool:
        """Tell whether a unit is, or the former one was, in that."""
        if match.former and any(above.name in _folded_keys(name) for name in match.former.path):
            return True
        return isinstance(match.unit, Commune) and match.unit.province_code in above.provinces


def _former(
    former: Sequence[FormerCommune], provinces: dict[str, Province], communes: dict[str, Commune]
) -> Iterator[Match]:
    """Yield what former provinces, districts and communes went to."""
    to_provinces: dict[Former, dict[str, Province]] = defaultdict(dict)
    to_communes: dict[Former, dict[str, Commune]] = defaultdict(dict)
    for row in former:
        commune = communes[row.new_code]
        province = Former(tier="province", code=row.province_code, name=row.province)
        to_provinces[province][commune.province_code] = provinces[commune.province_code]
        district = Former(tier="district", code=row.district_code, name=row.district, path=(row.province,))
        to_communes[district][commune.code] = commune
        path = (row.district, row.province)
        ward = Former(tier="commune", code=row.code, name=row.name, path=path)
        yield Match(unit=commune, former=ward, share=row.share)
    above: Iterator[tuple[Former, Mapping[str, Province | Commune]]]
    above = chain(to_provinces.items(), to_communes.items())
    for unit, parts in above:
        share = Share.WHOLE if len(parts) == 1 else Share.PART
        yield from (Match(unit=part, former=unit, share=share) for part in parts.values())


def _each_once(matches: Iterable[Match]) -> list[Match]:
    """Return each unit once: as itself rather than by a former one, the larger before the smaller."""
    found: dict[str, Match] = {}
    for match in sorted(matches, key=_rank):
        found.setdefault(match.unit.code, match)
    return list(found.values())


def _rank(match: Match) -> tuple[int, int, int]:
    if match.former is None or match.share is None:
        return 0, isinstance(match.unit, Commune), 0
    return 1, _TIERS.index(match.former.tier), _SHARES.index(match.share)


def _keys(name: str) -> Iterator[Key]:
    """Yield the words of a name, and those without the word for its kind."""
    whole = tuple(words(name))
    yield whole
    for kind, _ in KINDS:
        before = tuple(words(kind))
        # A number alone is no name: "Quận 1" is not "1".
        if whole[: len(before)] == before and whole[len(before) :] and not whole[-1].isdigit():
            yield whole[len(before) :]


@lru_cache(maxsize=REMEMBERED)
def _folded_keys(name: str) -> frozenset[Key]:
    return frozenset(map(_folded, _keys(name)))


def _spelled_out(asked: Sequence[str]) -> Key:
    """Return words with an abbreviated kind before them in full: `p ba đình`, `q1`."""
    if not asked:
        return ()
    first, *others = asked
    for kind, short in KINDS:
        rest = first.removeprefix(short)
        if first == short and others:
            return (*words(kind), *others)
        if first != short and rest.isdigit() and first.startswith(short):
            return (*words(kind), rest, *others)
    return tuple(asked)


def _folded(key: Key) -> Key:
    return tuple(map(fold, key))

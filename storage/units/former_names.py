"""What places were called before July 2025, for agencies that bear the names of today. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from storage.units.record import Units


class FormerNames:
    """One version of the units, by how names of agencies end (`UBND xã Vị Xuyên`). Never changed."""

    def __init__(self, units: Units) -> None:
        self._provinces = {province.name.casefold(): province.code for province in units.provinces}
        self._communes = {
            (commune.province_code, commune.name.casefold()): commune.code for commune in units.communes
        }
        province_of = {commune.code: commune.province_code for commune in units.communes}
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for former in units.former:
            found[former.new_code] |= dict.fromkeys((former.name, former.district, former.province))
            if province := province_of.get(former.new_code):
                found[province][former.province] = None
        self._names: Mapping[str, Collection[str]] = found

    def of(self, agencies: Sequence[str]) -> tuple[str, ...]:
        """Return the former names of what an agency's place is made of: of its commune, or else its province.

        Args:
            agencies: its name, after the names of those above it.
        """
        provinces = [code for name in agencies for end in _ends(name) if (code := self._provinces.get(end))]
        if not provinces:
            return ()
        own = provinces[-1]
        communes = (self._communes.get((own, end)) for end in _ends(agencies[-1]))
        return tuple(self._names.get(next(filter(None, communes), own), ()))


def _ends(name: str) -> Iterator[str]:
    words = name.casefold().split()
    return (" ".join(words[start:]) for start in range(len(words)))

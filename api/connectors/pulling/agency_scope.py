"""Which agencies are a portal's to bring."""

from collections import defaultdict, deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from api.connectors.engine import Link
from api.connectors.pulling.agency_entries import Row
from storage.agencies import reading as seen
from storage.agencies import repository as agencies
from storage.agencies.reading import AgencyView
from storage.unit_of_work import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The agencies of a deployment, with all below them.

    Attributes:
        tops: own codes of the deployment's agencies, be they known to us or not.
        known: those that we know, and all below them, by their own codes.
        bearable: all codes of the deployment's agencies.
        own: their own codes, by the others that they bear and that are nobody else's own.
        foreign: codes by which somebody is known, other than as its own among `known`.
    """

    tops: Collection[str]
    known: Mapping[str, AgencyView]
    bearable: Collection[str]
    own: Mapping[str, str]
    foreign: Collection[str]

    def of(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Return entries that are the portal's to bring, parents before their children.

        A new agency is below one of ours, and bears a code that may be ours.
        """
        ours: list[Row] = []
        below: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            if row.code in self.known:
                ours.append(row)
            elif row.code in self.foreign:
                continue
            elif row.code in self.tops:
                ours.append(row)
            elif row.parent and self.may_bear(row.code):
                below[self.own.get(row.parent, row.parent)].append(row)
        waiting = deque([*self.known, *(row.code for row in ours)])
        while waiting:
            for row in below.pop(waiting.popleft(), ()):
                ours.append(row)
                waiting.append(row.code)
        return ours

    def may_bear(self, code: str) -> bool:
        """Whether a code is within one that an agency of the deployment bears.

        Whoever bears a code tells of the dossiers that name it: no portal may claim another's.
        """
        return any(f"{code}.".startswith(f"{top}.") for top in self.bearable)


async def scope_of(reading: Reading, link: Link, rows: Sequence[Row]) -> Scope:
    """Return which of a list's agencies are for a portal to bring."""
    codes = link.deployment.agencies
    found = await agencies.resolve(reading, codes)
    tops = {found[code].code if code in found else code for code in codes}
    known: dict[str, AgencyView] = {}
    for top in {one.id for one in found.values()}:
        known |= {view.code: view for view in await seen.agencies(reading, below=top)}
    aliases = {alias for view in known.values() for alias in view.aliases}
    met = await agencies.bearers(reading, ({row.code for row in rows} | aliases) - known.keys())
    given = {code: met[code] for code in aliases & met.keys()}
    return Scope(
        tops=tops,
        known=known,
        bearable=tops | {code for code, some in given.items() if some.now.code in tops},
        own={code: some.owner.code for code, some in given.items() if some.owner.code in known},
        foreign=met.keys(),
    )

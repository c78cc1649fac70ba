"""What is counted of portals, for those alone that we are in step with now.

One that was taken out of the settings leaves rows behind, of which nothing comes any more: what is counted of
them would be an alarm that grows for ever, and that nobody can end.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from api.connectors.chores import tells_changes
from api.connectors.portals.deployment import AnyDeployment
from api.connectors.pulling.agencies import AGENCIES
from api.connectors.pulling.catalogue import is_source
from api.connectors.pulling.tallies import TALLIES as PULLED
from api.connectors.pulling.units import UNITS
from api.connectors.pushing.tallies import TALLIES as PUSHED
from api.connectors.reconciling.chore import STANDING
from notify.tallies import Tally
from storage.portal_pulls.kinds import Stream
from storage.unit_of_work import Reading

_READ: Mapping[Stream, Callable[[AnyDeployment], bool]] = {
    Stream.DOSSIERS: tells_changes,
    Stream.PROCEDURES: is_source,
    UNITS.stream: UNITS.wanted,
    AGENCIES.stream: AGENCIES.wanted,
}


def tallies_of(deployments: Collection[AnyDeployment]) -> list[Tally]:
    """Return all that is counted of these portals, and of what is read of each."""
    known = {one.name for one in deployments} | {
        f"{one.name}/{stream}" for one in deployments for stream, wanted in _READ.items() if wanted(one)
    }
    return [_of(tally, known) for tally in (STANDING, *PULLED, *PUSHED)]


def _of(tally: Tally, known: Collection[str]) -> Tally:
    async def count(reading: Reading) -> Mapping[str, int]:
        found = await tally.count(reading)
        # A label is a portal's name, which may be followed by what is read of it, or by a state.
        return {label: value for label, value in found.items() if label.partition(":")[0] in known}

    return replace(tally, count=count)

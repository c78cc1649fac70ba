"""For which of our agencies a portal tells what it tells."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from api.connectors.engine import Link
from api.recording.judging import named_in
from api.recording.schemas import DossierEvent
from auth.principals import AgencyCaller
from storage.agencies import repository as agencies
from storage.errors import StorageError
from storage.portal_pulls.owners import owners
from storage.unit_of_work import UnitOfWork

Group = tuple[AgencyCaller, Mapping[int, DossierEvent]]


class NobodySpeaksError(StorageError):
    """We know none of the agencies that the deployment is described with."""


async def by_caller(uow: UnitOfWork, link: Link, good: Mapping[int, DossierEvent]) -> Sequence[Group]:
    """Split events by the agency in whose name they are kept.

    It is the first of the deployment's agencies that may speak for whose dossier it is and for whom the event
    names; else the first of all, for which the authority's rule then refuses what it has to.

    Raises NobodySpeaksError.
    """
    known = await agencies.resolve(uow, link.deployment.agencies)
    ours = [known[code].id for code in link.deployment.agencies if code in known]
    if not ours:
        raise NobodySpeaksError(", ".join(link.deployment.agencies))
    if len(ours) == 1:
        return [(_caller(link, ours[0]), good)] if good else []
    named = await _named(uow, good)
    kept = await owners(uow, {event.dossier_code for event in good.values()})
    about = {index: _about(event, named, kept) for index, event in good.items()}
    speakers = await link.authority.speakers(uow, frozenset[UUID]().union(*about.values()))
    groups: dict[UUID, dict[int, DossierEvent]] = defaultdict(dict)
    for code, events in _of_one_dossier(good).items():
        whom = {agency for index in events for agency in about[index]}
        owner = {kept[code]} if code in kept else whom
        groups[_speaker(ours, whom, owner, speakers)].update(events)
    return [(_caller(link, agency_id), events) for agency_id, events in groups.items()]


def _caller(link: Link, agency_id: UUID) -> AgencyCaller:
    return AgencyCaller(client_id=link.client_id, agency_id=agency_id, scopes=frozenset())


def _of_one_dossier(good: Mapping[int, DossierEvent]) -> Mapping[str, Mapping[int, DossierEvent]]:
    # Of a new dossier the one event says whose it is, and the others only that it is there.
    found: dict[str, dict[int, DossierEvent]] = defaultdict(dict)
    for index, event in good.items():
        found[event.dossier_code][index] = event
    return found


async def _named(uow: UnitOfWork, good: Mapping[int, DossierEvent]) -> Mapping[str, UUID]:
    codes = {event.agency_code for event in good.values() if event.agency_code}
    codes |= {code for event in good.values() if (code := named_in(event.dossier_code))}
    return {code: one.id for code, one in (await agencies.resolve(uow, codes)).items()}


def _about(event: DossierEvent, named: Mapping[str, UUID], kept: Mapping[str, UUID]) -> set[UUID]:
    """Return whose affair an event is."""
    found = {kept.get(event.dossier_code), named.get(event.agency_code or "")}
    if event.dossier_code not in kept:
        found.add(named.get(named_in(event.dossier_code) or ""))
    return {one for one in found if one}


def _speaker(
    ours: Sequence[UUID],
    whom: Collection[UUID],
    owner: Collection[UUID],
    speakers: Mapping[UUID, Collection[UUID]],
) -> UUID:
    def speaks_for(agency_id: UUID, of: Collection[UUID]) -> bool:
        return all(agency_id in speakers.get(one, ()) for one in of)

    for wanted in (whom, owner):
        for agency_id in ours:
            if speaks_for(agency_id, wanted):
                return agency_id
    return ours[0]

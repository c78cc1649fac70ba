"""What an agency reads of the dossiers that it told, and under which tag."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from api.agency_dossiers.answers import (
    AgencyDossierItem,
    AgencyDossierMark,
    AgencyDossierPage,
    AgencyDossierShown,
    AppointmentShown,
    EventShown,
    PaymentShown,
    PostalItemShown,
    StateShown,
)
from api.agency_dossiers.schemas import LISTS
from api.recording.arrangements import CONTENTS
from auth.principals import AgencyCaller
from storage.access_log import repository as access_log
from storage.access_log.kinds import ObjectKind, Purpose, ReaderKind
from storage.access_log.repository import NewAccess
from storage.agencies.codes import InvalidCode
from storage.arrangements import repository as arrangements
from storage.arrangements.course import standing
from storage.arrangements.kinds import ArrangementKind
from storage.arrangements.repository import Arrangement
from storage.dossiers import as_told
from storage.dossiers.as_told import ToldDossier
from storage.dossiers.changes import Place
from storage.dossiers.codes import normalise_dossier_code
from storage.dossiers.timeline import arrange, fold
from storage.errors import NotFoundError
from storage.moments import BEFORE_ALL_IDS
from storage.unit_of_work import Reading, UnitOfWork

_SHOWN: Mapping[ArrangementKind, type[AppointmentShown | PaymentShown | PostalItemShown]] = {
    ArrangementKind.APPOINTMENT: AppointmentShown,
    ArrangementKind.PAYMENT: PaymentShown,
    ArrangementKind.POSTAL_ITEM: PostalItemShown,
}
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
TAG_BYTES = 12


async def shown(reading: Reading, caller: AgencyCaller, code: str) -> AgencyDossierShown | None:
    """Return a dossier by its normalised code, if the caller may speak for it."""
    found = await as_told.find(reading, caller.agency_id, code)
    return await _whole(reading, found) if found else None


async def shown_to(uow: UnitOfWork, caller: AgencyCaller, code: str) -> AgencyDossierShown:
    """Return a dossier, and note in the same transaction that an agency's system read of it.

    Raises:
        NotFoundError: there is none of this code, it is another agency's, or this is no code.
    """
    try:
        known = normalise_dossier_code(code)
    except InvalidCode as error:
        raise NotFoundError("dossier") from error
    found = await as_told.find(uow, caller.agency_id, known)
    if found is None:
        raise NotFoundError("dossier")
    access = NewAccess(
        at=datetime.now(UTC),
        party_id=found.party_id,
        reader_kind=ReaderKind.CLIENT,
        reader=caller.client_id,
        purpose=Purpose.DOSSIER,
        object_kind=ObjectKind.DOSSIER,
        object_id=found.id,
    )
    await access_log.add(uow, [access])
    return await _whole(uow, found)


def tag_of(dossier: AgencyDossierShown) -> str:
    """Return the strong ETag of a dossier (RFC 9110, 8.8.3): `If-Match` takes no weak one.

    Nothing in it depends on a language, on when it is read, or on what was told of other dossiers.
    """
    digest = sha256(dossier.model_dump_json(exclude={"children"}).encode()).digest()[:TAG_BYTES]
    return f'"{urlsafe_b64encode(digest).decode()}"'


async def page(reading: Reading, caller: AgencyCaller, *, since: str | None, limit: int) -> AgencyDossierPage:
    """Return the dossiers that changed since a mark. Raises Problem for a mark that is none."""
    mark = AgencyDossierMark.decode(since, parameter="since") if since else None
    after = Place(at=mark.at, id=mark.id) if mark else Place(at=_BEGINNING, id=BEFORE_ALL_IDS)
    found = await as_told.changed(reading, caller.agency_id, after=after, limit=limit)
    passed = mark or found.items or found.more
    return AgencyDossierPage(
        items=[AgencyDossierItem.model_validate(one, from_attributes=True) for one in found.items],
        next_since=AgencyDossierMark(at=found.place.at, id=found.place.id).encode() if passed else None,
        more=found.more,
    )


async def _whole(reading: Reading, found: ToldDossier) -> AgencyDossierShown:
    arranged = await arrangements.of_dossiers(reading, {found.id: found.party})
    lists: dict[str, list[Any]] = {
        name: [_shown(one) for one in arranged if one.kind is kind] for kind, name in LISTS.items()
    }
    return AgencyDossierShown(
        code=found.code,
        procedure_code=found.procedure_code,
        agency_code=found.agency_code,
        channel=found.channel,
        summary=found.summary,
        parent_code=found.parent_code,
        children=list(found.children),
        status=found.status,
        status_since=found.status_since,
        due_at=found.due_at,
        events=_events(found),
        **lists,
    )


def _events(found: ToldDossier) -> Sequence[EventShown]:
    by_id: dict[UUID, Any] = {one.fact.id: one for one in found.told}
    facts = arrange([one.fact for one in found.told])
    contradictions = fold(facts).contradictions
    return [
        EventShown(
            status=int(fact.status),
            occurred_at=fact.occurred_at,
            recorded_at=by_id[fact.id].recorded_at,
            sequence=fact.sequence,
            step=fact.step,
            note=by_id[fact.id].note,
            due_at=fact.due_at,
            contradiction=fact.id in contradictions,
        )
        for fact in facts
    ]


def _shown(one: Arrangement) -> AppointmentShown | PaymentShown | PostalItemShown:
    contradictions = standing(one.kind, one.told).contradictions
    history = [
        StateShown(state=told.state, at=told.at, contradiction=told in contradictions)
        for told in sorted(one.told, key=lambda told: (told.at, told.state))
    ]
    content = CONTENTS[one.kind].model_validate_json(one.content)
    return _SHOWN[one.kind].model_validate(
        content.model_dump(mode="json")
        | {
            "source_id": one.source_id,
            "state": one.state,
            "state_at": one.state_at.isoformat(),
            "history": history,
        }
    )

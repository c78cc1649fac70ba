"""Flow 4: a citizen asks for what is their own."""

from collections.abc import Collection, Sequence
from datetime import datetime

from api.accesses import AccessNotes
from api.dossiers.arranged import OwnAppointment, OwnPostalItem, RelatedDossier, payments, shown
from api.dossiers.schemas import (
    DossierDetail,
    DossierItem,
    DossierMark,
    DossierPage,
    TimelineEntry,
)
from api.due import Due
from api.named import Named, Status
from api.paging import cut
from auth.principals import Citizen
from storage.access_log.kinds import ObjectKind
from storage.agencies.codes import InvalidCode
from storage.arrangements import reading as arrangements
from storage.arrangements.kinds import ArrangementKind
from storage.dossiers import kin
from storage.dossiers import reading as dossiers
from storage.dossiers.codes import normalise_dossier_code
from storage.dossiers.reading import OwnDossier, ToldFact
from storage.dossiers.statuses import DossierStatus
from storage.dossiers.timeline import arrange, fold
from storage.dossiers.working_days import WorkingCalendar
from storage.errors import NotFoundError
from storage.unit_of_work import Reading


class Reader:
    """Words dossiers for one request.

    Args:
        accesses: notes what is shown to a representative.
        locale: `vi` or `en`.
        now: by which deadlines are judged.
        payment_hosts: to which links to pay may lead.
    """

    def __init__(
        self,
        reading: Reading,
        accesses: AccessNotes,
        *,
        locale: str,
        now: datetime,
        calendar: WorkingCalendar,
        payment_hosts: Collection[str],
    ) -> None:
        self._reading = reading
        self._accesses = accesses
        self._locale = locale
        self._now = now
        self._calendar = calendar
        self._payment_hosts = payment_hosts

    async def page(
        self, citizen: Citizen, *, after: DossierMark | None, statuses: Collection[DossierStatus], limit: int
    ) -> DossierPage:
        """Return a page of the citizen's dossiers."""
        found = await dossiers.page(
            self._reading,
            citizen.party_id,
            after=(after.updated_at, after.id) if after else None,
            statuses=statuses,
            limit=limit + 1,
        )
        self._accesses.saw(ObjectKind.DOSSIERS)
        some, more = cut(found, limit)
        mark = DossierMark(updated_at=some[-1].updated_at, id=some[-1].id) if more else None
        return DossierPage(
            items=[self._item(dossier) for dossier in some], next_cursor=mark.encode() if mark else None
        )

    async def dossier(self, citizen: Citizen, code: str) -> DossierDetail:
        """Return a dossier with its timeline.

        Raises:
            NotFoundError: there is none of this code, it is somebody else's, or this is no code.
        """
        try:
            known = normalise_dossier_code(code)
        except InvalidCode as error:
            raise NotFoundError("dossier") from error
        found = await dossiers.find(self._reading, citizen.party_id, known)
        if found is None:
            raise NotFoundError("dossier")
        self._accesses.saw(ObjectKind.DOSSIER, found.dossier.id)
        arranged = await arrangements.own(self._reading, citizen.party_id, found.dossier.id)
        related = await kin.own(self._reading, citizen.party_id, found.dossier.id)
        locale = self._locale
        return DossierDetail(
            **dict(self._item(found.dossier)),
            summary=found.summary,
            timeline=self._timeline(found.told),
            parent=RelatedDossier.of(related.parent, locale) if related.parent else None,
            children=[RelatedDossier.of(one, locale) for one in related.children],
            appointments=shown(ArrangementKind.APPOINTMENT, OwnAppointment, arranged, locale),
            payments=payments(arranged, self._payment_hosts, locale),
            postal_items=shown(ArrangementKind.POSTAL_ITEM, OwnPostalItem, arranged, locale),
        )

    def _item(self, dossier: OwnDossier) -> DossierItem:
        return DossierItem(
            code=dossier.code,
            procedure=Named(code=dossier.procedure_code, name=dossier.procedure_name),
            agency=Named(code=dossier.agency_code or "", name=dossier.agency_name),
            first_agency=(
                Named(code=dossier.first_agency_code, name=dossier.first_agency_name)
                if dossier.first_agency_code
                else None
            ),
            status=Status.of(dossier.status, self._locale),
            status_since=dossier.status_since,
            submitted_at=dossier.submitted_at,
            accepted_at=dossier.accepted_at,
            ended_at=dossier.ended_at,
            updated_at=dossier.updated_at,
            heard_at=dossier.heard_at,
            due=Due.of(dossier, now=self._now, calendar=self._calendar),
        )

    def _timeline(self, told: Sequence[ToldFact]) -> list[TimelineEntry]:
        by_id = {one.fact.id: one for one in told}
        facts = [one.fact for one in told]
        contradictions = fold(facts).contradictions
        return [
            TimelineEntry(
                status=Status.of(fact.status, self._locale),
                occurred_at=fact.occurred_at,
                recorded_at=by_id[fact.id].recorded_at,
                step=fact.step or None,
                note=by_id[fact.id].note,
                contradiction=fact.id in contradictions,
            )
            for fact in arrange(facts)
        ]

"""What the page of one complaint shows, with what somebody has typed into its forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from uuid import UUID

from fastapi import Request, Response

from api.complaints import officer_service
from api.console.beginnings import Beginning, begin
from api.console.complaint_texts import TEXTS
from api.console.complaints import LIST
from api.console.forms import FormError
from api.console.frame import Visitor, page
from api.console.moments import Clock, clock
from api.services import Services
from storage.complaints.kinds import OPEN, ComplaintState, ComplaintStep, DeclineGround, Stage
from storage.complaints.opening import OpenedComplaint
from storage.complaints.queue import Queued
from storage.questions.kinds import Publication
from storage.unit_of_work import Reading

_PUBLIC = frozenset({Publication.WANTED, Publication.PENDING, Publication.PUBLISHED})
_DEEDS: Mapping[ComplaintState, frozenset[str]] = {
    ComplaintState.RECEIVED: frozenset({"accept", "ask", "forward", "decline"}),
    ComplaintState.ACCEPTED: frozenset({"answer", "ask", "forward"}),
}
"""What `storage.complaints.handling` takes while an agency has something to do."""
_WHILE_AWAITED = frozenset({"answer", "decline"})
"""What of it is taken while the sender is awaited, too."""
_STANDS: Mapping[ComplaintStep, ComplaintState] = {
    ComplaintStep.RECEIVED: ComplaintState.RECEIVED,
    ComplaintStep.FORWARDED: ComplaintState.RECEIVED,
    ComplaintStep.ACCEPTED: ComplaintState.ACCEPTED,
}
"""How a complaint stands after what happened to it, apart from asking for more."""
_ELEMENTS: Mapping[str, str] = {
    "text": "answer",
    "more": "ask",
    "agency_code": "forward",
    "note": "forward",
    "reason": "decline",
    "explanation": "decline",
    "accept": "accept",
}
"""In the form of which deed an element stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stands in the forms.

    Attributes:
        text: the answer; none where nobody has begun one.
        more: what the sender is to add.
        note: why it is sent on.
        explanation: more words on why it is declined.
        template: the words to begin an answer with.
    """

    text: str | None = None
    more: str = ""
    agency_code: str = ""
    note: str = ""
    reason: str = ""
    explanation: str = ""
    template: str = ""

    @property
    def written(self) -> list[str]:
        """What somebody wrote, to be given back to them."""
        return [one for one in (self.text, self.more, self.note, self.explanation) if one]


async def show(
    request: Request,
    visitor: Visitor,
    services: Services,
    complaint_id: UUID,
    typed: Typed,
    *,
    errors: Sequence[FormError] = (),
    status: int = HTTPStatus.OK,
) -> Response:
    """Read a complaint, note that, and show it. Raises NotFoundError."""
    async with services.unit_of_work() as uow:
        found = await officer_service.opened(uow, visitor.officer, complaint_id)
        works = await officer_service.may_work(uow, visitor.officer, complaint_id)
        deeds: frozenset[str] = _deeds(found) if works else frozenset()
        beginning = await _beginning(uow, visitor, found.row, typed)
        await uow.commit()
    text = TEXTS[visitor.locale]
    # An error leads to the form that it is about, or to how the complaint stands where that form is gone.
    homeless = any(_ELEMENTS.get(one.id) not in deeds for one in errors)
    return page(
        request,
        visitor,
        "complaint.html",
        texts=TEXTS,
        status=status,
        errors=[FormError(id="state", text=one.text) for one in errors] if homeless else errors,
        opened=found,
        complaint=found.row,
        clocks=_clocks(services, visitor, found.row),
        note=_note(found.row, works=works),
        deeds=deeds,
        public=found.row.publication in _PUBLIC,
        beginning=beginning,
        templates=beginning.choices(text["template_none"]),
        reasons=[
            ("", text["reason_choose"]),
            *((one.value, text[f"reason_{one.value}"]) for one in DeclineGround),
        ],
        typed=typed,
        kept=typed.written if homeless else (),
        path=f"{LIST}/{complaint_id}",
        list=LIST,
    )


def _deeds(found: OpenedComplaint) -> frozenset[str]:
    """Return what may be done with a complaint by whoever works on it."""
    if found.row.state is not ComplaintState.MORE_ASKED:
        return _DEEDS.get(found.row.state, frozenset())
    stood = next(_STANDS[one.kind] for one in reversed(found.entries) if one.kind in _STANDS)
    return _DEEDS[stood] & _WHILE_AWAITED


def _note(row: Queued, *, works: bool) -> str | None:
    """Return the word for why some forms are not there."""
    if row.state not in OPEN:
        return "ended"
    if not works:
        return "only_read"
    return "awaited" if row.state is ComplaintState.MORE_ASKED else None


def _clocks(services: Services, visitor: Visitor, row: Queued) -> list[tuple[Stage, Clock]]:
    """Return what is to be done, and how its time stands."""
    awaited = row.state is ComplaintState.MORE_ASKED
    due = {Stage.PROCESS: row.terms.process_by} if awaited else row.clocks
    now = datetime.now(UTC)
    return [
        (stage, clock(at, now=now, calendar=services.calendar, locale=visitor.locale, stopped=awaited))
        for stage, at in due.items()
    ]


async def _beginning(reading: Reading, visitor: Visitor, row: Queued, typed: Typed) -> Beginning:
    return await begin(
        reading,
        visitor.officer,
        row.agency_id,
        typed=typed.text,
        template=typed.template,
        known={"dossier_code": row.dossier_code, "agency_name": row.agency_name},
    )

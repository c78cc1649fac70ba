"""What is to be told at the doors beside those of events and papers."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from api.conformance.dossier_facts import ChangeFact, DossierFact, ThingFact
from api.conformance.facts import AGENCY, ONLINE, PROCEDURE, USUAL, Draw, Fact, StatusFact, local
from api.conformance.table_facts import RowFact
from storage.arrangements.kinds import ArrangementKind

TYPO = "Đã tiếp nhân rồi"
"""No status, and no guess is safe."""
KNOWN_SUMMARY = "Đăng ký khai sinh, nộp tại quầy"
SUMMARY = "Đăng ký khai sinh cho con"
KEPT, WITHDRAWN = "DN-LH-1", "DN-LH-2"


def whole(draw: Draw) -> Sequence[Fact]:
    """Return a dossier that nobody knows yet."""
    return [_dossier(draw.dossier(USUAL[:2]))]


def whole_known(draw: Draw) -> Sequence[Fact]:
    """Return a dossier that is new to one system of the agency, and not to another."""
    events = draw.dossier(USUAL[:2])
    asked = {"source_id": "DN-TT-1", "state": "requested", "amount": 80_000, "reason": "Lệ phí"}
    return [_dossier(events, prior=_prior(events[0]) | {"payments": [asked]})]


def change(draw: Draw) -> Sequence[Fact]:
    """Return a dossier that is known, and of which one appointment is to go."""
    [event] = draw.dossier(USUAL[:1])
    held = [_appointment(event, days) | {"source_id": name} for name, days in ((KEPT, 9), (WITHDRAWN, 10))]
    return [
        ChangeFact(
            id=event.id,
            dossier_code=event.dossier_code,
            prior=_prior(event) | {"appointments": held},
            summary=SUMMARY,
            withdrawn=WITHDRAWN,
        )
    ]


def things(draw: Draw) -> Sequence[Fact]:
    """Return one thing of each kind, with what becomes of it; of the payment the last comes first."""
    meeting, paying, post = (draw.dossier(USUAL[:1])[0] for _ in range(3))
    return [
        _thing(
            meeting,
            ArrangementKind.APPOINTMENT,
            _appointment(meeting, 9),
            _later(meeting, "moved", 2) | _held(meeting, 12),
            _later(meeting, "done", 3),
        ),
        _thing(
            paying,
            ArrangementKind.PAYMENT,
            _later(paying, "paid", 4) | _asked(150_000) | {"receipt_no": "BL-000871"},
            _later(paying, "requested", 1),
        ),
        _thing(
            post,
            ArrangementKind.POSTAL_ITEM,
            _later(post, "ordered", 1) | {"direction": "return", "carrier": "VNPost"},
            _later(post, "in_transit", 5) | {"tracking_no": "EI123456789VN"},
            _later(post, "delivered", 30),
        ),
    ]


def things_corrected(draw: Draw) -> Sequence[Fact]:
    """Return a payment whose amount was wrong, in the words of a first telling."""
    [event] = draw.dossier(USUAL[:1])
    asked = _later(event, "requested", 1)
    return [_thing(event, ArrangementKind.PAYMENT, asked | _asked(150_000), asked | _asked(120_000))]


def rows(draw: Draw) -> Sequence[Fact]:
    """Return the rows of two dossiers."""
    return [RowFact.of(fact) for _ in range(2) for fact in draw.dossier()]


def rows_mended(draw: Draw) -> Sequence[Fact]:
    """Return rows of which one can not be read, and what a clerk makes of that one."""
    good, spoilt = draw.dossier(), draw.dossier()
    bad = RowFact.of(spoilt[1], typo=TYPO, refused=True)
    mended = RowFact.of(spoilt[1], revision=2)
    told = [RowFact.of(fact) for fact in (*good, spoilt[0])]
    return [*told, bad, *(RowFact.of(fact) for fact in spoilt[2:]), mended]


def _dossier(events: Sequence[StatusFact], *, prior: dict[str, Any] | None = None) -> DossierFact:
    first = events[0]
    return DossierFact(
        id=first.id,
        dossier_code=first.dossier_code,
        prior=prior,
        happened=tuple(events),
        summary=SUMMARY,
        appointment={"thing": f"LH-{first.id}"} | _appointment(first, 9),
    )


def _prior(event: StatusFact) -> dict[str, Any]:
    """Tell a dossier's first event as another system of the agency does."""
    return {
        "procedure_code": PROCEDURE,
        "agency_code": AGENCY,
        "channel": ONLINE,
        "summary": KNOWN_SUMMARY,
        "applicant": event.applicant.as_json(),
        "events": [event.happening() | {"event_id": f"DN-{event.id}"}],
    }


def _thing(event: StatusFact, kind: ArrangementKind, *told: dict[str, Any]) -> ThingFact:
    return ThingFact(
        id=event.id,
        dossier_code=event.dossier_code,
        prior=_prior(event),
        kind=kind,
        thing=f"{kind[:2].upper()}-{event.id}",
        told=told,
    )


def _later(event: StatusFact, state: str, hours: int) -> dict[str, Any]:
    return {"state": state, "state_at": local(event.occurred_at + timedelta(hours=hours))}


def _appointment(event: StatusFact, days: int) -> dict[str, Any]:
    return (_later(event, "confirmed", 1) | _held(event, days)) | {
        "place": "Quầy 3, Trung tâm Phục vụ hành chính công",
        "purpose": "Nộp bản chính để đối chiếu",
    }


def _held(event: StatusFact, days: int) -> dict[str, Any]:
    begins = event.occurred_at + timedelta(days=days)
    return {"starts_at": local(begins), "ends_at": local(begins + timedelta(minutes=30))}


def _asked(amount: int) -> dict[str, Any]:
    return {"amount": amount, "reason": "Lệ phí cấp bản sao"}

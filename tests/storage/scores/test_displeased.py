"""Complaints and dislikes as a month counts them."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from fractions import Fraction
from random import Random
from uuid import UUID

from storage.agencies.repository import AgencyRecord, put, resolve
from storage.complaints.models import Complaint
from storage.dossiers.working_days import WorkingCalendar
from storage.scores.points import Criterion, share
from storage.scores.reading import counted_in
from storage.scores.recomputing import recompute
from storage.unit_of_work import Reading, UnitOfWork
from tests.storage.scores.telling import draw, tell
from tests.storage.vault.keeping import make_party

AT = datetime(2026, 10, 1, tzinfo=UTC)
MONTHS = (date(2026, 8, 1), date(2026, 9, 1))
SAID: dict[str, object] = {
    "author_ref": "",
    "topic": "delay",
    "text_sealed": b"",
    "publication": "private",
    "received_at": AT,
    "accept_by": AT,
    "ask_by": AT,
    "process_by": AT,
}


async def test_complaints_lower_satisfaction(
    unit_of_work: Callable[[], UnitOfWork], reading: Callable[[], Reading]
) -> None:
    """A dossier counts once, for whose it was, in the month of its end; what was declined or is no complaint does not."""
    random = Random(2)
    async with unit_of_work() as uow:
        key = await make_party(uow)
        await put(uow, [AgencyRecord(code=code, name=code) for code in ("H26", "H27")])
        ward, other = [one.id for one in (await resolve(uow, ["H26", "H27"])).values()]
        dossiers = [draw(random, ward, (2, 9)) for _ in range(30)]
        await tell(uow, key.party_id, dossiers, lambda: 9)
        await uow.commit()
    _ = [one async for one in recompute(unit_of_work, WorkingCalendar())]
    async with reading() as read:
        months = {month: (await counted_in(read, month)).own.get(ward) for month in MONTHS}
    ended = {one.id: one.facts[-1].occurred_at for one in dossiers}
    inside = sorted(id_ for id_, at in ended.items() if date(2026, 9, 1) < at.date() < date(2026, 9, 30))
    outside = min(ended, key=lambda one: ended[one])

    def complaint(code: int, dossier_id: UUID | None, state: str, kind: str = "complaint") -> Complaint:
        closed = AT if state in {"declined", "withdrawn", "answered"} else None
        return Complaint(
            **SAID,
            code=f"PA-{code}",
            party_id=key.party_id,
            # Who has it now may be another one: it is about the dossier of the first.
            agency_id=other,
            dossier_id=dossier_id,
            kind=kind,
            state=state,
            closed_at=closed,
            decline_reason="abusive" if state == "declined" else None,
        )

    async with unit_of_work() as uow:
        told = [
            *((inside[0], "received"), (inside[0], "answered"), (inside[1], "answered")),
            *((inside[2], "declined"), (inside[3], "withdrawn"), (outside, "received"), (None, "received")),
        ]
        for code, (dossier_id, state) in enumerate(told):
            uow.session.add(complaint(code, dossier_id, state))
        uow.session.add(complaint(99, inside[4], "received", "suggestion"))
        await uow.commit()
    async with reading() as read:
        now = {month: (await counted_in(read, month)).own.get(ward) for month in MONTHS}
    before, after = months[MONTHS[1]], now[MONTHS[1]]
    assert before is not None
    assert after is not None
    assert (before.complained, after.complained) == (0, 2)
    first, second = (share(one, Criterion.SATISFACTION) for one in (before, after))
    assert first is not None
    assert second is not None
    assert first - second == Fraction(2, after.ended)
    earlier = now[MONTHS[0]]
    assert earlier is not None
    assert earlier.complained == 1

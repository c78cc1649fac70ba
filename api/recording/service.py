"""Flow 1: what an agency tells us becomes receipts, events, a dossier and notices, in one transaction."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from api.problems import FieldError, Problem, from_pydantic
from api.recording.drafting import Draft, Drafting
from api.recording.judging import Judge, Judged, Named, named_in, noted_again
from api.recording.schemas import DossierEvent, EventAnswer, EventOutcome, Refused
from auth.principals import AgencyCaller
from notify.announce import announce
from storage.agencies import repository as agencies
from storage.agencies.authority import AuthorityBook
from storage.agencies.repository import Bearers
from storage.cipher import PartyKey
from storage.contacts import repository as contacts
from storage.dossiers import repository as dossiers
from storage.dossiers.repository import LockedDossier
from storage.events import repository as events
from storage.parties import repository as parties
from storage.procedures import repository as procedures
from storage.unit_of_work import ContentionError, UnitOfWork

EVENT = TypeAdapter(DossierEvent)
RECEIPT = "event_receipt.1"
"""Purpose of the hash of what was told; the number changes with the normal form."""
AHEAD = timedelta(minutes=10)
"""How far a source's clock may be ahead of ours."""
AT_A_TIME = 200
"""Dossiers drawn up, and handed to the database, at a time."""
OLDEST = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """The items of a request: those that are well-formed, and answers to those that are not."""

    good: dict[int, DossierEvent]
    answers: dict[int, EventAnswer]


def parse(items: Sequence[Any], now: datetime, locale: str) -> Parsed:
    """Check each item by itself, so that a bad one sinks no other."""
    good: dict[int, DossierEvent] = {}
    answers: dict[int, EventAnswer] = {}
    for index, item in enumerate(items):
        try:
            event = EVENT.validate_python(item)
        except ValidationError as error:
            problem = Problem("validation", 422, errors=from_pydantic(error.errors(include_url=False)))
            answers[index] = refused(_event_id(item), problem, locale)
            continue
        errors = untimely(event, now)
        if errors:
            answers[index] = refused(event.event_id, Problem("validation", 422, errors=errors), locale)
        else:
            good[index] = event
    return Parsed(good=good, answers=answers)


def _event_id(item: Any) -> str | None:
    given = item.get("event_id") if isinstance(item, dict) else None
    return given[:128] if isinstance(given, str) else None


def untimely(event: DossierEvent, now: datetime) -> list[FieldError]:
    """Say what speaks against the time of an event, if anything does."""
    if event.occurred_at > now + AHEAD:
        minutes = {"minutes": int(AHEAD.total_seconds() // 60)}
        return [FieldError(pointer="/occurred_at", code="in-the-future", params=minutes)]
    if event.occurred_at < OLDEST:
        return [FieldError(pointer="/occurred_at", code="too-far-back")]
    return []


def refused(event_id: str | None, problem: Problem, locale: str) -> EventAnswer:
    """Answer that an event was not kept, and why."""
    return Refused.of(event_id, problem, locale)


async def receive(
    uow: UnitOfWork,
    *,
    caller: AgencyCaller,
    authority: AuthorityBook,
    good: Mapping[int, DossierEvent],
    now: datetime,
    stale_after: timedelta,
    locale: str,
    told_as: Mapping[int, DossierEvent] | None = None,
    unmade: Collection[str] = (),
    of: Mapping[int, int] | None = None,
) -> dict[int, EventAnswer]:
    """Keep well-formed events; return the answer to each, under its place in the request.

    A status that is older than `stale_after` is history being filled in: it tells nobody. `told_as` gives the
    events as their source told them, where something of the dossier's was put into them since: by that a
    repeat is known. `unmade` are codes of dossiers that this transaction has looked for, and found none. `of`
    says which record each event was read from, where one tells several: what names another applicant than the
    dossier's is most likely about another dossier, and then nothing of that record is kept.

    Raises ContentionError when another transaction was first with one of these dossiers or ids: nothing
    is kept then, and the caller begins again.
    """
    # Keyed, as the content holds the applicant's number: a plain hash could be tried out.
    hashes = {
        index: uow.cipher.blind_index(RECEIPT, event.content()) for index, event in (told_as or good).items()
    }
    answers, fresh, twins = await _sort_out_repeats(uow, caller, good, hashes, locale)
    if fresh:
        judged, refusals = await _judge(uow, caller, authority, fresh, unmade=unmade, of=of)
        for index, problem in refusals.items():
            answers[index] = refused(good[index].event_id, problem, locale)
        if judged:
            answers |= await _keep(
                uow, caller=caller, judged=judged, hashes=hashes, now=now, stale_after=stale_after
            )
    for index, first in twins.items():
        answers[index] = as_repeat(answers[first])
    return answers


def as_repeat(first: EventAnswer) -> EventAnswer:
    """Give the first answer again; what was refused stays refused."""
    if first.outcome is EventOutcome.REFUSED:
        return first
    return first.model_copy(update={"outcome": EventOutcome.REPEATED})


async def _sort_out_repeats(
    uow: UnitOfWork,
    caller: AgencyCaller,
    good: Mapping[int, DossierEvent],
    hashes: Mapping[int, bytes],
    locale: str,
) -> tuple[dict[int, EventAnswer], dict[int, DossierEvent], dict[int, int]]:
    """Answer what was answered before; refuse ids that stand for something else.

    Returns answers, fresh events, and for each repeat within the request the place of its first.
    """
    known = await events.receipts(uow, caller.client_id, [event.event_id for event in good.values()])
    answers: dict[int, EventAnswer] = {}
    fresh: dict[int, DossierEvent] = {}
    twins: dict[int, int] = {}
    first_of: dict[str, int] = {}
    for index, event in good.items():
        first = first_of.setdefault(event.event_id, index)
        receipt = known.get(event.event_id)
        if first != index:
            if hashes[first] == hashes[index]:
                twins[index] = first
            else:
                answers[index] = refused(
                    event.event_id, reused(event.event_id, good[first].dossier_code), locale
                )
        elif receipt is None:
            fresh[index] = event
        elif receipt.content_hash == hashes[index]:
            answers[index] = as_repeat(EventAnswer.model_validate_json(receipt.answer))
        else:
            of = EventAnswer.model_validate_json(receipt.answer).dossier_code
            answers[index] = refused(event.event_id, reused(event.event_id, of), locale)
    return answers, fresh, twins


def reused(event_id: str, dossier_code: str | None) -> Problem:
    """The problem of an id used for another content: it names what is there, and of which dossier."""
    errors = [FieldError(pointer="/event_id", code="event-id-reused")]
    members = {"existing_id": event_id, **({"existing_dossier_code": dossier_code} if dossier_code else {})}
    return Problem("event-id-reused", 409, errors=errors, members=members, event_id=event_id)


async def _judge(
    uow: UnitOfWork,
    caller: AgencyCaller,
    authority: AuthorityBook,
    fresh: Mapping[int, DossierEvent],
    *,
    unmade: Collection[str],
    of: Mapping[int, int] | None,
) -> tuple[list[Judged], dict[int, Problem]]:
    """Lock the dossiers, read what the request names, and say what may be kept."""
    by_dossier: dict[str, list[tuple[int, DossierEvent]]] = defaultdict(list)
    for index, event in fresh.items():
        by_dossier[event.dossier_code].append((index, event))
    judge = await judge_of(uow, caller, authority, fresh.values())
    if not judge.locked.keys().isdisjoint(unmade):
        raise ContentionError("another transaction has made one of these dossiers since")
    judged: list[Judged] = []
    refusals: dict[int, Problem] = {}
    for code, told in by_dossier.items():
        kept, refused_here = judge.judge(code, told, of)
        refusals |= refused_here
        if kept:
            judged.append(kept)
    return await _with_notes(uow, judged), refusals


async def _with_notes(uow: UnitOfWork, judged: Sequence[Judged]) -> list[Judged]:
    """Read the notes of those facts that are told again with one: which stays is not for arrival to say."""
    again = {fact.id: fact.occurred_at for one in judged for fact in noted_again(one)}
    notes = await events.notes(uow, again)
    return [replace(one, notes=notes) for one in judged] if notes else list(judged)


async def judge_of(
    uow: UnitOfWork, caller: AgencyCaller, authority: AuthorityBook, named: Collection[Named]
) -> Judge:
    """Lock the dossiers of which something is told, and read all that a judge of it needs to know."""
    codes = {one.dossier_code for one in named}
    procedure_codes = {one.procedure_code for one in named if one.procedure_code}
    agency_codes = {one.agency_code for one in named if one.agency_code}
    locked = await dossiers.lock(uow, sorted(codes))
    firsts = {one.dossier_code for one in named if _may_be_first(locked.get(one.dossier_code), one)}
    namesakes = {name for code in firsts if (name := named_in(code))}
    known = await agencies.bearers(uow, agency_codes | namesakes)
    owners = {dossier.agency_id for dossier in locked.values()}
    owners |= {agency.id for bearers in known.values() for _, agency in bearers.all}
    speakers = await authority.speakers(uow, owners | {caller.agency_id})
    strange = any(caller.agency_id not in speakers[agency] for agency in _bearing(known, namesakes))
    return Judge(
        caller=caller,
        cipher=uow.cipher,
        locked=locked,
        procedures=await procedures.known_codes(uow, procedure_codes),
        agencies=known,
        above_caller=await agencies.above(uow, caller.agency_id) if strange else frozenset(),
        speakers=speakers,
    )


def _may_be_first(dossier: LockedDossier | None, told: Named) -> bool:
    """Whether it may be what tells whose a dossier was at first, though it names no agency."""
    if dossier is None:
        return True
    return (
        isinstance(told, DossierEvent) and told.agency_code is None and told.occurred_at <= dossier.first_at
    )


def _bearing(known: Mapping[str, Bearers], codes: Collection[str]) -> list[UUID]:
    """Return the agencies that bear any of these codes."""
    return [agency.id for code in codes if code in known for _, agency in known[code].all]


async def _keep(
    uow: UnitOfWork,
    *,
    caller: AgencyCaller,
    judged: Sequence[Judged],
    hashes: Mapping[int, bytes],
    now: datetime,
    stale_after: timedelta,
) -> dict[int, EventAnswer]:
    """Draw up what will be written and write it, a few dossiers at a time: the database works meanwhile.

    By code, as all take dossiers in one order.
    """
    ordered = sorted(judged, key=attrgetter("code"))
    keys = await _keys(uow, ordered)
    answers: dict[int, EventAnswer] = {}
    async with uow.together():
        for start in range(0, len(ordered), AT_A_TIME):
            some = slice(start, start + AT_A_TIME)
            drafts = [
                Drafting.of(one, key, now, stale_after).draft()
                for one, key in zip(ordered[some], keys[some], strict=True)
            ]
            await _write(uow, caller.client_id, drafts, hashes, now)
            for draft in drafts:
                answers |= draft.answers
    return answers


async def _keys(uow: UnitOfWork, judged: Sequence[Judged]) -> list[PartyKey]:
    """Open, or make, the key of each dossier's party."""
    found = iter(await parties.find_or_create(uow, [one.identity for one in judged if one.identity]))
    return [one.existing.party if one.existing else next(found) for one in judged]


async def _write(
    uow: UnitOfWork, client_id: str, drafts: Sequence[Draft], hashes: Mapping[int, bytes], now: datetime
) -> None:
    await dossiers.write(uow, [draft.dossier for draft in drafts])
    await events.add(uow, client_id, [event for draft in drafts for event in draft.events])
    receipts = [receipt for draft in drafts for receipt in draft.receipts(hashes)]
    await events.add_receipts(uow, client_id, receipts)
    await events.complete(uow, [event for draft in drafts for event in draft.completed])
    await contacts.supply(uow, [contact for draft in drafts for contact in draft.contacts])
    await announce(uow, [draft.notice for draft in drafts if draft.notice], now)

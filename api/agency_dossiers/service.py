"""An agency tells dossiers whole: particulars, events, kin, and what is arranged, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from api.agency_dossiers import reading
from api.agency_dossiers.answers import AgencyDossierAnswer, DossierOutcome
from api.agency_dossiers.arranging import Arranger, Kept, kept_by_source
from api.agency_dossiers.conditions import Condition
from api.agency_dossiers.drafting import Draft, Drafter, write
from api.agency_dossiers.judging import Put, PutJudge
from api.problems import FieldError, Problem
from api.recording import service as recording
from api.recording.judging import Judge
from api.recording.schemas import DossierEvent, EventAnswer, EventOutcome
from auth.principals import AgencyCaller
from storage.agencies.authority import AuthorityBook
from storage.arrangements import repository as arrangements
from storage.cipher import PartyKey
from storage.dossiers import kin, restating
from storage.dossiers import repository as dossiers
from storage.dossiers.repository import LockedDossier
from storage.unit_of_work import ContentionError, UnitOfWork

Answers = dict[int, AgencyDossierAnswer]
EventAnswers = Mapping[int, list[EventAnswer]]
"""The answers to the events of each dossier, by its place in the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Who tells, when, and by which rules it is taken.

    Attributes:
        stale_after: what is older is history being filled in, and tells nobody.
        payment_hosts: where payments may be made.
        locale: `vi` or `en`, of what is refused.
    """

    caller: AgencyCaller
    authority: AuthorityBook
    now: datetime
    stale_after: timedelta
    payment_hosts: frozenset[str]
    locale: str

    @property
    def arranger(self) -> Arranger:
        """What works in what is arranged."""
        return Arranger(now=self.now, stale_after=self.stale_after)


async def tell(uow: UnitOfWork, telling: Telling, puts: Mapping[int, Put]) -> Answers:
    """Keep dossiers; return the answer to each, under its place in the request.

    Each is judged by itself. Raises ContentionError when another transaction was first with one of them.
    """
    judge = await recording.judge_of(uow, telling.caller, telling.authority, list(puts.values()))
    kept = await _kept(uow, judge.locked)
    refusals = await _refusals(uow, telling, judge, kept, puts)
    sound = {place: put for place, put in puts.items() if place not in refusals}
    told = await _events(uow, telling, sound, judge.locked)
    locked = {**judge.locked, **await _made(uow, sound, judge.locked, told)}
    answers = {
        place: refused(puts[place].dossier_code, one, telling.locale) for place, one in refusals.items()
    }
    drafter = Drafter(
        cipher=uow.cipher,
        arranger=telling.arranger,
        agencies=judge.agencies,
        before=await restating.known(uow, _keys(locked)),
        kept=kept,
    )
    drafts: list[Draft] = []
    for place, put in sound.items():
        if put.dossier_code in locked:
            draft = drafter.draft(put, locked[put.dossier_code])
            drafts.append(draft)
            answers[place] = _answer(put, draft, told[place], new=put.dossier_code not in judge.locked)
        else:
            answers[place] = _without_events(put, told[place])
    await write(uow, telling.caller.client_id, drafts, telling.now)
    return answers


async def tell_one(
    uow: UnitOfWork, telling: Telling, put: Put, condition: Condition
) -> tuple[AgencyDossierAnswer, str | None]:
    """Keep one dossier on a condition; return the answer, and the tag of what is there then.

    Raises:
        Problem: the condition is not met (409, 412), and nothing is kept.
        ContentionError: as `tell`.
    """
    judge = await recording.judge_of(uow, telling.caller, telling.authority, [put])
    problem = judge.objection(judge.locked.get(put.dossier_code), put)
    if problem is None:
        existing = judge.locked.get(put.dossier_code)
        condition.require_new(existing.code if existing else None)
        if condition.whole:
            before = await reading.shown(uow, telling.caller, put.dossier_code)
            condition.require_as_read(reading.tag_of(before) if before else None)
    answers = await tell(uow, telling, {0: put})
    after = await reading.shown(uow, telling.caller, put.dossier_code)
    return answers[0], reading.tag_of(after) if after else None


def refused(code: str | None, problem: Problem, locale: str) -> AgencyDossierAnswer:
    """Answer that a dossier was not kept, and why."""
    return AgencyDossierAnswer(code=code, outcome=DossierOutcome.REFUSED, problem=problem.as_json(locale))


def _keys(locked: Mapping[str, LockedDossier]) -> dict[UUID, PartyKey]:
    return {dossier.id: dossier.party for dossier in locked.values()}


async def _kept(uow: UnitOfWork, locked: Mapping[str, LockedDossier]) -> dict[UUID, Kept]:
    return kept_by_source(await arrangements.of_dossiers(uow, _keys(locked)))


async def _refusals(
    uow: UnitOfWork,
    telling: Telling,
    judge: Judge,
    kept: Mapping[UUID, Kept],
    puts: Mapping[int, Put],
) -> dict[int, Problem]:
    stated = await restating.known(uow, _keys(judge.locked))
    put_judge = PutJudge(
        judge=judge,
        stated=stated,
        kept=kept,
        payment_hosts=telling.payment_hosts,
        now=telling.now,
    )
    refusals: dict[int, Problem] = {}
    seen: set[str] = set()
    for place, put in puts.items():
        if put.dossier_code in seen:
            refusals[place] = _faulty(put.code_at, "repeated")
        elif problem := put_judge.objection(put):
            refusals[place] = problem
        seen.add(put.dossier_code)
    parents_before = {code: stated[dossier.id].parent_code for code, dossier in judge.locked.items()}
    moved = {
        place: (put.dossier_code, put.body.parent_code)
        for place, put in puts.items()
        if place not in refusals
        and put.body.parent_code
        and put.body.parent_code != parents_before.get(put.dossier_code)
    }
    return refusals | await _circles(uow, moved)


async def _circles(uow: UnitOfWork, links: Mapping[int, tuple[str, str]]) -> dict[int, Problem]:
    """Refuse to make those dossiers parts of others that would come to be parts of themselves."""
    if not links:
        return {}
    parents = await kin.links_above(uow, [code for link in links.values() for code in link])
    refusals: dict[int, Problem] = {}
    for place, (code, parent) in links.items():
        if kin.closes_circle(parents, code, parent):
            refusals[place] = _faulty("/parent_code", "circle")
        else:
            parents[code] = parent
    return refusals


async def _events(
    uow: UnitOfWork, telling: Telling, puts: Mapping[int, Put], known: Mapping[str, LockedDossier]
) -> EventAnswers:
    """Keep the events of dossiers as if they had been pushed by themselves; a repeat is known from there."""
    places: list[tuple[int, DossierEvent]] = [
        (place, event) for place, put in puts.items() for event in put.events
    ]
    answers: dict[int, list[EventAnswer]] = {place: [] for place in puts}
    if not places:
        return answers
    told_as = {number: event for number, (_, event) in enumerate(places)}
    good = {
        number: event if event.dossier_code in known else _at_first(puts[place], event)
        for number, (place, event) in enumerate(places)
    }
    received = await recording.receive(
        uow,
        caller=telling.caller,
        authority=telling.authority,
        good=good,
        now=telling.now,
        stale_after=telling.stale_after,
        locale=telling.locale,
        told_as=told_as,
        unmade=[put.dossier_code for put in puts.values() if put.dossier_code not in known],
    )
    for number, (place, _) in enumerate(places):
        answers[place].append(received[number])
    return answers


def _at_first(put: Put, event: DossierEvent) -> DossierEvent:
    """Give an event of a new dossier what the dossier says once for all of them."""
    said = {
        name: getattr(put.body, name)
        for name in ("procedure_code", "agency_code", "applicant")
        if getattr(event, name) is None
    }
    return event.model_copy(update=said)


async def _made(
    uow: UnitOfWork, puts: Mapping[int, Put], known: Mapping[str, LockedDossier], told: EventAnswers
) -> dict[str, LockedDossier]:
    """Return the dossiers that events of theirs made just now.

    Raises ContentionError for one that somebody else made since it was looked for, of whatever agency: it has
    to be judged as what it is.
    """
    places = {put.dossier_code: place for place, put in puts.items() if put.dossier_code not in known}
    made = await dossiers.lock(uow, sorted(places)) if places else {}
    for code in made:
        if not any(answer.outcome is EventOutcome.ACCEPTED for answer in told[places[code]]):
            raise ContentionError("another transaction has made one of these dossiers since")
    return made


def _answer(put: Put, draft: Draft, events: list[EventAnswer], *, new: bool) -> AgencyDossierAnswer:
    return AgencyDossierAnswer(
        code=put.dossier_code,
        outcome=DossierOutcome.CREATED if new else DossierOutcome.UPDATED,
        events=events,
        **draft.answers(),
    )


def _without_events(put: Put, events: list[EventAnswer]) -> AgencyDossierAnswer:
    """Answer that a dossier is not there, as each of its events was refused."""
    problem = next(answer.problem for answer in events if answer.outcome is EventOutcome.REFUSED)
    return AgencyDossierAnswer(
        code=put.dossier_code, outcome=DossierOutcome.REFUSED, events=events, problem=problem
    )


def _faulty(pointer: str, code: str) -> Problem:
    return Problem("validation", 422, errors=[FieldError(pointer=pointer, code=code)])

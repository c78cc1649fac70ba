"""`/v1/agency/dossiers`."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from api.agency_dossiers import examples, reading, service
from api.agency_dossiers.answers import (
    AgencyDossierAnswer,
    AgencyDossierBatchAnswer,
    AgencyDossierPage,
    AgencyDossierShown,
    DossierOutcome,
)
from api.agency_dossiers.conditions import condition_of
from api.agency_dossiers.judging import Put
from api.agency_dossiers.schemas import AgencyDossier, AgencyDossierBatch, AgencyDossierInBatch
from api.agency_dossiers.service import Telling
from api.bodies import DossierCode
from api.dependencies import AllServices, EventSender, Read, Uow
from api.edge import add_headers
from api.openapi import body_of, examples_of
from api.problems import MEDIA_TYPE, Problem, from_pydantic
from api.recording.batches import entries, read_json
from api.recording.senders import OnePaces, OneSender, Sender
from api.services import Services
from storage.unit_of_work import transact

router = APIRouter(prefix="/v1/agency/dossiers", tags=["agency"])
IN_BATCH = TypeAdapter(AgencyDossierInBatch)
MISSING: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no such dossier, or it is another agency's"}
}
TOO_FAST: dict[int | str, dict[str, Any]] = {
    429: {"description": "The client has sent as much as it may; Retry-After says when again"}
}


class ChangesQuery(BaseModel):
    """Which dossiers that changed."""

    since: str | None = Field(
        default=None, max_length=500, description="`next_since` of the page before; all where left out"
    )
    limit: int = Field(default=100, ge=1, le=1000)


def telling_of(services: Services, sender: Sender) -> Telling:
    """Return who tells, now, and by which rules it is taken."""
    return Telling(
        caller=sender.caller,
        authority=services.authority,
        now=datetime.now(UTC),
        stale_after=timedelta(days=services.settings.stale_days),
        payment_hosts=services.settings.payment_hosts,
        locale=sender.locale,
    )


async def get_telling(services: AllServices, sender: OneSender) -> Telling:
    """Return who tells; one that may send nothing now is refused before its body is read."""
    return telling_of(services, sender)


OneTelling = Annotated[Telling, Depends(get_telling)]


@router.put(
    "/{code}",
    summary="Tell a dossier: make it, add to it, or replace what was told",
    response_model=AgencyDossierAnswer,
    response_model_exclude_none=True,
    responses={
        201: {"model": AgencyDossierAnswer, "description": "It was not there before"},
        409: {"description": "`If-None-Match: *`, and it is there: `existing_id` names it"},
        412: {"description": "`If-Match`, and it is not as it was read: `etag` names what it is now"},
        **TOO_FAST,
    },
    openapi_extra=examples_of(one=examples.DOSSIER),
)
async def put_dossier(
    code: Annotated[DossierCode, Path()],
    given: AgencyDossier,
    *,
    request: Request,
    services: AllServices,
    paces: OnePaces,
    telling: OneTelling,
) -> Response:
    """Keep a dossier as its agency sees it; repeating is always safe.

    Without a condition it is merged: what is given counts, what is left out stays. With `If-Match` and the
    ETag of what was read, it replaces channel, summary, parent and the three lists: an entry that is left out
    is cancelled, where its state allows that, and never deleted. Events are only ever added, each is answered
    by itself, and they share their ids with `POST /v1/agency/dossier-events`. With `If-None-Match: *` it is
    kept only if it is new. The answer bears the ETag of what is there now.
    """
    condition = condition_of(request)
    spent = await paces.spend(telling.caller.client_id, _cost(given))
    add_headers(request.scope, spent.headers())
    put = Put(dossier_code=code, body=given, code_at="/path/code", whole=condition.whole)
    work = partial(service.tell_one, telling=telling, put=put, condition=condition)
    answer, tag = await transact(services.unit_of_work, work)
    if answer.outcome is DossierOutcome.REFUSED:
        return _refusal(answer, telling.locale)
    return Response(
        answer.model_dump_json(exclude_none=True),
        status_code=201 if answer.outcome is DossierOutcome.CREATED else 200,
        media_type="application/json",
        headers={"etag": tag} if tag else {},
    )


@router.post(
    "",
    summary="Tell up to 1,000 dossiers",
    response_model=AgencyDossierBatchAnswer,
    response_model_exclude_none=True,
    responses={413: {"description": "More dossiers than the limit"}, **TOO_FAST},
    openapi_extra=body_of(AgencyDossierBatch, examples={"batch": examples.BATCH}),
)
async def put_dossiers(
    request: Request, services: AllServices, paces: OnePaces, telling: OneTelling
) -> Response:
    """Merge each dossier into what is known, as `PUT` without a condition does.

    The answer is 200 with one result for each, in order, so that a bad one sinks no other.
    """
    items = entries(read_json(await request.body()), "dossiers", services.settings.batch_limit)
    good: dict[int, AgencyDossierInBatch] = {}
    answers: dict[int, AgencyDossierAnswer] = {}
    for place, item in enumerate(items):
        try:
            good[place] = IN_BATCH.validate_python(item)
        except ValidationError as error:
            problem = Problem("validation", 422, errors=from_pydantic(error.errors(include_url=False)))
            answers[place] = service.refused(_code_of(item), problem, telling.locale)
    cost = len(answers) + sum(_cost(one) for one in good.values())
    add_headers(request.scope, (await paces.spend(telling.caller.client_id, cost)).headers())
    puts = {place: Put(dossier_code=one.code, body=one, code_at="/code") for place, one in good.items()}
    if puts:
        answers |= await transact(services.unit_of_work, partial(service.tell, telling=telling, puts=puts))
    return _batch_response([answers[place] for place in range(len(items))])


@router.get("", summary="Our dossiers that changed")
async def list_dossiers(
    query: Annotated[ChangesQuery, Query()], caller: EventSender, read: Read
) -> AgencyDossierPage:
    """List the dossiers of all agencies for which the caller may speak, by their last change.

    Keep `next_since`, and ask with it the next time, at once where there is `more`. Nothing is ever missed; a
    change is listed some minutes after it was made.
    """
    return await reading.page(read, caller, since=query.since, limit=query.limit)


@router.get(
    "/{code}",
    summary="Read a dossier as it was told",
    response_model=AgencyDossierShown,
    responses=MISSING,
)
async def read_dossier(code: str, caller: EventSender, uow: Uow) -> Response:
    """Return a dossier with all that was told of it; its ETag is for `If-Match`.

    Who the applicant is, is not told back. Each reading is noted, and told to the party.
    """
    found = await reading.shown_to(uow, caller, code)
    headers = {"etag": reading.tag_of(found), "cache-control": "private, no-cache"}
    return Response(found.model_dump_json(), media_type="application/json", headers=headers)


def _cost(given: AgencyDossier) -> int:
    """What telling it takes of what a client may tell: one for each thing that is told."""
    return max(1, len(given.events) + len(given.items()))


def _code_of(item: Any) -> str | None:
    given = item.get("code") if isinstance(item, dict) else None
    return given[:80] if isinstance(given, str) else None


def _refusal(answer: AgencyDossierAnswer, locale: str) -> Response:
    problem = answer.problem or {}
    return Response(
        TypeAdapter(dict[str, Any]).dump_json(problem),
        status_code=problem["status"],
        media_type=MEDIA_TYPE,
        headers={"content-language": locale, "cache-control": "no-store"},
    )


def _batch_response(results: list[AgencyDossierAnswer]) -> Response:
    outcomes = [answer.outcome for answer in results]
    answer = AgencyDossierBatchAnswer(
        created=outcomes.count(DossierOutcome.CREATED),
        updated=outcomes.count(DossierOutcome.UPDATED),
        refused=outcomes.count(DossierOutcome.REFUSED),
        results=results,
    )
    return Response(answer.model_dump_json(exclude_none=True), media_type="application/json")

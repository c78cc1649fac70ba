"""`POST /v1/agency/dossier-events`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import TypeAdapter

from api.agency_events.gathering import Gatherer, Together
from api.dependencies import AllServices
from api.edge import add_headers
from api.openapi import body_of
from api.problems import MEDIA_TYPE
from api.recording import service
from api.recording.batches import entries, read_json
from api.recording.schemas import (
    EXAMPLE,
    BatchAnswer,
    DossierEvent,
    EventAnswer,
    EventBatch,
    EventOutcome,
)
from api.recording.senders import OnePaces, OneSender, Sender, receiving
from api.services import Services
from storage.unit_of_work import transact

router = APIRouter(prefix="/v1/agency", tags=["agency"])
ANSWER = TypeAdapter(EventAnswer)
BATCH_ANSWER = TypeAdapter(BatchAnswer)


async def get_gatherer(request: Request, services: AllServices) -> Gatherer[Sender]:
    """Return the gatherer of this application, made at its first use."""
    state = request.app.state
    if not hasattr(state, "gatherer_of_events"):
        state.gatherer_of_events = Gatherer(partial(_keeping, services))
    gatherer: Gatherer[Sender] = state.gatherer_of_events
    return gatherer


OneGatherer = Annotated[Gatherer[Sender], Depends(get_gatherer)]


@router.post(
    "/dossier-events",
    summary="Tell what happened to one dossier, or to up to 1,000",
    responses={
        200: {"model": EventAnswer | BatchAnswer, "description": "A repeat; or the answers to a batch"},
        201: {"model": EventAnswer, "description": "Kept"},
        409: {"description": "The id was used for another content: `existing_id` names what is there"},
        429: {"description": "The client has sent as many events as it may; Retry-After says when again"},
    },
    openapi_extra=body_of(
        DossierEvent, EventBatch, examples={"one": EXAMPLE, "batch": {"events": [EXAMPLE]}}
    ),
)
async def push(
    request: Request, services: AllServices, gatherer: OneGatherer, paces: OnePaces, sender: OneSender
) -> Response:
    """Keep one event, or a batch of them.

    A body with `events` is a batch and is answered with 200 and one result for each event, in order, so
    that a bad one sinks no other. A single event is answered with 201, with 200 when it is a repeat, or
    with a problem. Once it is answered, the event is durable and its notice is on the way. Repeating is
    always safe: the same `event_id` with the same content gets the first answer again. Who sends more events
    than its client may is answered with 429, and nothing is kept.
    """
    items, batch = _items(await request.body(), services.settings.batch_limit)
    add_headers(request.scope, (await paces.spend(sender.caller.client_id, len(items))).headers())
    parsed = service.parse(items, datetime.now(UTC), sender.locale)
    if not batch:
        answer = parsed.answers.get(0) or await gatherer.keep(sender, parsed.good[0])
        return _single_response(answer, sender.locale)
    answers = dict(parsed.answers)
    if parsed.good:
        answers |= await _keeping(services, sender)(parsed.good)
    return _batch_response([answers[index] for index in range(len(items))])


def _keeping(services: Services, sender: Sender) -> Together:
    """Return how the events of a sender are kept in one transaction."""

    async def keep(good: Mapping[int, DossierEvent]) -> Mapping[int, EventAnswer]:
        return await transact(services.unit_of_work, receiving(services, sender, good))

    return keep


def _items(body: bytes, limit: int) -> tuple[list[Any], bool]:
    """Return the raw events of a body, and whether it is a batch."""
    given = read_json(body)
    if not isinstance(given, dict) or "events" not in given:
        return [given], False
    return entries(given, "events", limit), True


def _batch_response(results: list[EventAnswer]) -> Response:
    outcomes = [answer.outcome for answer in results]
    answer = BatchAnswer(
        accepted=outcomes.count(EventOutcome.ACCEPTED),
        repeated=outcomes.count(EventOutcome.REPEATED),
        refused=outcomes.count(EventOutcome.REFUSED),
        results=results,
    )
    return Response(BATCH_ANSWER.dump_json(answer, exclude_none=True), media_type="application/json")


def _single_response(answer: EventAnswer, locale: str) -> Response:
    if answer.outcome is EventOutcome.REFUSED:
        problem: Mapping[str, Any] = answer.problem or {}
        return Response(
            TypeAdapter(dict).dump_json(dict(problem)),
            status_code=problem["status"],
            media_type=MEDIA_TYPE,
            headers={"content-language": locale, "cache-control": "no-store"},
        )
    status = 201 if answer.outcome is EventOutcome.ACCEPTED else 200
    content = ANSWER.dump_json(answer, exclude_none=True)
    return Response(content, status_code=status, media_type="application/json")

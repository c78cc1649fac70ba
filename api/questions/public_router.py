"""`/v1/questions`, what is published: open to everybody, and the same for all who ask the same."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from api import conditional, openapi
from api.dependencies import AllServices, Locale, Read
from api.questions import finding
from api.questions.pace import admit
from api.questions.public_schemas import AboutToAsk, AnswerQuery, PublishedAnswer, PublishedPage, Similar
from api.questions.wording import published
from storage.questions import published as answers

PATIENCE_SECONDS = 5.0
"""How long somebody waits who asks before the first state of things is ready."""

router = APIRouter(prefix="/v1/questions", tags=["questions"], dependencies=[Depends(admit)])


@router.get(
    "",
    summary="Find what was asked and answered before",
    response_model=PublishedPage,
    responses=conditional.NOT_MODIFIED,
)
async def find(
    query: Annotated[AnswerQuery, Query()], request: Request, services: AllServices, locale: Locale
) -> Response:
    """Find published answers by what a citizen says, with or without marks, abbreviated or misspelt.

    An answer that rests on a procedure which has changed since is `stale`, and stands below fresh ones that
    fit about as well. What is published is found within seconds. A cursor goes on at its place in whichever
    version is in force by then: see `version`.
    """
    shelf = await services.answers.current(PATIENCE_SECONDS)
    agency_id = None
    if query.agency:
        async with services.reading() as reading:
            agency_id = await finding.agency_of(reading, query.agency)
    # The same code may come to mean another agency.
    state = f"{shelf.stamp!r} {agency_id}"
    shared = conditional.Shared(request, locale, state=state)
    return shared.answer(query, lambda: finding.find(shelf, query, agency_id))


@router.post(
    "/similar",
    summary="What was asked before that is like what I am about to ask",
    openapi_extra=openapi.examples_of(one={"text": "Con sinh ở Huế thì khai sinh ở đâu ạ?"}),
)
async def similar(given: AboutToAsk, services: AllServices) -> Similar:
    """Show answers, and procedures, before a question is sent: what is asked may be answered already.

    It is a POST as what is typed may be personal: it stands in no address, and is kept nowhere.
    """
    shelf = await services.answers.current(PATIENCE_SECONDS)
    edition = await services.catalogue.current(PATIENCE_SECONDS)
    return finding.similar(shelf, edition.catalogue, given)


@router.get(
    "/{published_id}",
    summary="One published answer",
    response_model=PublishedAnswer,
    responses={
        **conditional.NOT_MODIFIED,
        404: {"description": "There is none, or it was taken down"},
    },
)
async def show(published_id: UUID, request: Request, reading: Read, locale: Locale) -> Response:
    """Show a published answer as it is now. Caches ask each time: what is taken down is gone at once."""
    found = published(await answers.one(reading, published_id))
    headers = {**conditional.public(locale), "cache-control": "public, no-cache"}
    content = found.model_dump_json().encode()
    return conditional.send(request, content, media_type="application/json", headers=headers)

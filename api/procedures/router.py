"""`/v1/procedures` and `/v1/life-events`: open to everybody, and the same for all who ask the same."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from api import conditional
from api.dependencies import AllServices, Locale
from api.procedures import service
from api.procedures.pace import admit
from api.procedures.schemas import (
    LifeEventDetail,
    LifeEventList,
    ProcedurePage,
    ProcedureQuery,
    SuggestionList,
    SuggestionQuery,
)
from storage.catalogue.edition import Edition

PATIENCE_SECONDS = 5.0
"""How long somebody waits who asks before the first catalogue is ready."""

router = APIRouter(prefix="/v1", tags=["procedures"], dependencies=[Depends(admit)])


async def get_edition(services: AllServices) -> Edition:
    """Return catalogue and units in force. Raises NotReady while a new process has not read them."""
    return await services.catalogue.current(PATIENCE_SECONDS)


InForce = Annotated[Edition, Depends(get_edition)]


class Shared:
    """Answers of one edition in one language."""

    def __init__(self, request: Request, edition: Edition, locale: str) -> None:
        self._edition, self._locale = edition, locale
        self._shared = conditional.Shared(request, locale, state=repr(edition.stamp))

    def answer(self, asked: BaseModel | str, make: Callable[[Edition, str], BaseModel]) -> Response:
        """Send what is made, or 304 where the caller holds it."""
        return self._shared.answer(asked, lambda: make(self._edition, self._locale))


# Asynchronous, though it waits for nothing: FastAPI would make the class itself in a thread.
async def get_shared(request: Request, edition: InForce, locale: Locale) -> Shared:
    """Return what answers this request."""
    return Shared(request, edition, locale)


Sharing = Annotated[Shared, Depends(get_shared)]


@router.get(
    "/procedures",
    summary="Find procedures",
    response_model=ProcedurePage,
    responses=conditional.NOT_MODIFIED,
)
async def find(query: Annotated[ProcedureQuery, Query()], shared: Sharing) -> Response:
    """Find administrative procedures by what a citizen says, with or without marks, abbreviated or misspelt.

    Procedures of one name, for several levels or provinces, are one entry with `variants`: the one that holds
    everywhere first, or the own one of the province that is given, where others' own ones are left out.
    What fits is found by the words of `q`, and filters narrow it. A cursor goes on at its place in whichever
    version of the catalogue is in force by then: see `version`.
    """
    return shared.answer(query, lambda edition, locale: service.find(edition, query, locale))


@router.get(
    "/procedures/suggestions",
    summary="Complete a question that is being typed",
    response_model=SuggestionList,
    responses=conditional.NOT_MODIFIED,
)
async def suggest(query: Annotated[SuggestionQuery, Query()], shared: Sharing) -> Response:
    """Return up to ten texts that hold what was typed, those that begin with it first."""
    return shared.answer(query, lambda edition, _: service.suggest(edition, query.q, query.limit))


@router.get(
    "/life-events",
    summary="What happens in life",
    response_model=LifeEventList,
    responses=conditional.NOT_MODIFIED,
)
async def list_life_events(shared: Sharing) -> Response:
    """List events such as a birth, by which people who know of no procedure find what there is to do."""
    return shared.answer("", service.all_life_events)


@router.get(
    "/life-events/{event}",
    summary="Procedures that go with something that happens in life",
    response_model=LifeEventDetail,
    responses=conditional.NOT_MODIFIED,
)
async def show_life_event(event: str, shared: Sharing) -> Response:
    """Show procedures in the order in which they are wanted, as far as the catalogue has them."""
    return shared.answer(event, lambda edition, locale: service.one_life_event(edition, event, locale))

"""Who tells of dossiers over the API, and how fast they may, whichever door they come through."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, NamedTuple

from fastapi import Depends, Request

from api.dependencies import AllServices, EventSender, Locale
from api.recording import service
from api.recording.pace import Paces
from api.recording.schemas import DossierEvent, EventAnswer
from api.services import Services
from auth.principals import AgencyCaller
from storage.unit_of_work import UnitOfWork


class Sender(NamedTuple):
    """Who sends, and in which language the answers are worded."""

    caller: AgencyCaller
    locale: str


async def get_paces(request: Request, services: AllServices) -> Paces:
    """Return the pace-keeper of this application, made at its first use."""
    state = request.app.state
    if not hasattr(state, "paces_of_clients"):
        state.paces_of_clients = Paces(services.unit_of_work, services.settings.event_limit())
    paces: Paces = state.paces_of_clients
    return paces


OnePaces = Annotated[Paces, Depends(get_paces)]


async def get_sender(caller: EventSender, locale: Locale, paces: OnePaces) -> Sender:
    """Return who sends; one that may send nothing now is refused before its body is read."""
    paces.require_any(caller.client_id)
    return Sender(caller, locale)


OneSender = Annotated[Sender, Depends(get_sender)]


def receiving(
    services: Services, sender: Sender, good: Mapping[int, DossierEvent]
) -> Callable[[UnitOfWork], Awaitable[dict[int, EventAnswer]]]:
    """Return how events of a sender are kept within a unit of work; it may be done again in another."""
    return partial(
        service.receive,
        caller=sender.caller,
        authority=services.authority,
        good=good,
        now=datetime.now(UTC),
        stale_after=timedelta(days=services.settings.stale_days),
        locale=sender.locale,
    )

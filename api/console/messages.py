"""Who waits for an answer: `/console/messages`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field, StringConstraints

from api.console import roles
from api.console.dossier_clock import clock_of, working_days_since
from api.console.frame import Visiting, Visitor, page
from api.console.message_view import QUEUE
from api.console.messages_texts import TEXTS
from api.console.moments import Clock
from api.conversations import officer_service as service
from api.dependencies import AllServices, Uow
from api.paging import LONGEST_MARK
from api.services import Services
from api.text import Clean
from storage.agencies.codes import MAX_LENGTH
from storage.conversations.handling import Supply
from storage.conversations.queue import Office, Sieve, Waiting
from storage.officers.desk import READERS

router = APIRouter(include_in_schema=False)


class QueueQuery(BaseModel):
    """Which of those who wait, as the form of the page sends it; an empty field asks for all."""

    agency: Annotated[str, StringConstraints(max_length=MAX_LENGTH), Clean] = ""
    unread: bool = False
    supply: Supply | Literal[""] = ""
    cursor: Annotated[str, Field(max_length=LONGEST_MARK)] | None = None

    def sieve(self) -> Sieve:
        """Return what is asked for."""
        supply = Supply(self.supply) if self.supply else None
        return Sieve(agency=self.agency or None, unread=self.unread, supply=supply)

    def after(self, cursor: str) -> str:
        """Return the address of the page that follows."""
        asked = self.model_dump(mode="json", exclude_defaults=True) | {"cursor": cursor}
        return f"{QUEUE}?{urlencode(asked)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One that waits, with its clock, if it has one, and for how many working days it has waited."""

    waiting: Waiting
    clock: Clock | None
    days: int


@router.get(QUEUE)
async def queue_page(
    request: Request,
    visitor: Visiting,
    uow: Uow,
    services: AllServices,
    query: Annotated[QueueQuery, Query()],
) -> Response:
    """Show who waits at the visitor's agencies, the most urgent first."""
    roles.require(visitor, READERS)
    found = await service.list_waiting(uow, visitor.officer, query.sieve(), query.cursor)
    return page(
        request,
        visitor,
        "messages.html",
        texts=TEXTS,
        rows=[_row(one, services, visitor) for one in found.items],
        next=query.after(found.next_cursor) if found.next_cursor else None,
        query=query,
        counts=await service.count(uow, visitor.officer),
        agencies=_choices(await service.agencies(uow, visitor.officer), visitor),
        supplies=_supplies(TEXTS[visitor.locale]),
    )


def _row(one: Waiting, services: Services, visitor: Visitor) -> Row:
    now = datetime.now(UTC)
    since = one.dossier.waiting_since or now
    return Row(
        waiting=one,
        clock=clock_of(one.dossier, now=now, calendar=services.calendar, locale=visitor.locale),
        days=working_days_since(since, now=now, calendar=services.calendar),
    )


def _choices(agencies: Sequence[Office], visitor: Visitor) -> list[tuple[str, str]]:
    named = ((one.code, f"{one.name} ({one.code})") for one in agencies)
    return [("", TEXTS[visitor.locale]["any_agency"]), *named]


def _supplies(text: Mapping[str, str]) -> list[tuple[str, str]]:
    return [("", text["any_supply"]), *((one.value, text[f"supply_{one.value}"]) for one in Supply)]

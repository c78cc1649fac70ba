"""Where portals and we say something else, at /console/sync: what is left for people, and what is not."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, StringConstraints

from api.agency_sync import officer_service
from api.agency_sync.officer_service import SETTLERS
from api.console import roles
from api.console.frame import Visiting, page
from api.console.paths import HOME
from api.console.sync_texts import TEXTS
from api.console.sync_words import worded
from api.dependencies import Read
from api.text import Clean
from storage.dossiers.codes import MAX_LENGTH
from storage.reconciliation.kinds import DifferenceKind, DifferenceState
from storage.reconciliation.listing import Wish

router = APIRouter(prefix=f"{HOME}/sync", include_in_schema=False)
LIST = f"{HOME}/sync"


class Pile(StrEnum):
    """Which differences are looked at."""

    LEFT = "left"
    OPEN = "open"
    OVER = "over"


STATES: Mapping[Pile, Sequence[DifferenceState]] = {
    Pile.LEFT: (DifferenceState.LEFT,),
    Pile.OPEN: (DifferenceState.OPEN,),
    Pile.OVER: (DifferenceState.REPAIRED, DifferenceState.SETTLED, DifferenceState.GONE),
}


class ListQuery(BaseModel):
    """What is looked for."""

    tab: Pile = Pile.LEFT
    kind: Annotated[DifferenceKind | None, BeforeValidator(lambda given: given or None)] = None
    code: Annotated[str, StringConstraints(max_length=MAX_LENGTH, to_upper=True), Clean] = ""
    cursor: str | None = None

    def address(self, **change: str) -> str:
        """Return where others of the same list are: its first page, unless a cursor is given."""
        asked = self.model_dump(mode="json", exclude={"cursor"}) | change
        return f"{LIST}?{urlencode({name: value for name, value in asked.items() if value})}"


@router.get("")
async def list_page(
    request: Request, visitor: Visiting, reading: Read, query: Annotated[ListQuery, Query()]
) -> Response:
    """Show a page of differences."""
    roles.require(visitor, SETTLERS)
    wish = Wish(states=STATES[query.tab], kind=query.kind, code=query.code or None)
    found = await officer_service.listed(reading, visitor.officer, wish, cursor=query.cursor)
    text = TEXTS[visitor.locale]
    return page(
        request,
        visitor,
        "sync.html",
        texts=TEXTS,
        list=LIST,
        query=query,
        piles=[(pile, query.address(tab=pile.value)) for pile in Pile],
        counts={Pile.LEFT: await officer_service.count_left(reading, visitor.officer)},
        kinds=[("", text["all_kinds"]), *((kind.value, text[f"kind_{kind}"]) for kind in DifferenceKind)],
        differences=[(one, worded(one, visitor.locale)) for one in found.items],
        next=found.next_cursor and query.address(cursor=found.next_cursor),
    )

"""The sandbox's own interface: read the outbox, script faults and receipts."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.sandbox.faults import Faults
from infra.sandbox.items import item
from infra.sandbox.outbox import Channel, Outbox
from infra.sandbox.receipts.receipts import Receipts
from infra.sandbox.receipts.scripts import ReceiptScript, ReportingChannel
from infra.sandbox.scripting import Scripting, unprocessable
from infra.sandbox.scripts import FaultScript, FaultyChannel


class Query(BaseModel):
    """Which arrivals are asked for, and for how many seconds it is worth waiting."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel: Channel | None = None
    to: str | None = None
    after: Annotated[int, Field(ge=0)] = 0
    limit: Annotated[int, Field(ge=1, le=10_000)] = 100
    wait: Annotated[float, Field(ge=0, le=120)] = 0


class Control:
    """Endpoints below /sandbox."""

    def __init__(self, *, outbox: Outbox, faults: Faults, receipts: Receipts) -> None:
        self._outbox = outbox
        self._receipts = receipts
        self._fault_scripts = Scripting(faults, channels=FaultyChannel, form=FaultScript)
        self._receipt_scripts = Scripting(receipts, channels=ReportingChannel, form=ReceiptScript)

    def routes(self) -> list[Route]:
        """Return the routes, with full paths."""
        return [
            Route("/sandbox/outbox", self.read_outbox, methods=["GET"]),
            Route("/sandbox/outbox", self.clear_outbox, methods=["DELETE"]),
            Route("/sandbox/outbox/counts", self.count_outbox, methods=["GET"]),
            Route("/sandbox/receipts", self.count_receipts, methods=["GET"]),
            *self._fault_scripts.routes("/sandbox/faults"),
            *self._receipt_scripts.routes("/sandbox/receipts"),
        ]

    async def read_outbox(self, request: Request) -> Response:
        """Answer with arrivals, waiting for the first one if asked to."""
        try:
            query = Query.model_validate(dict(request.query_params))
        except ValidationError as error:
            return unprocessable(error)
        page = await self._outbox.read_when_there(
            channel=query.channel,
            to=None if query.to is None else (query.to,),
            after=query.after,
            limit=query.limit,
            wait=query.wait,
        )
        items = [item(arrival) for arrival in page.arrivals]
        return JSONResponse({"items": items, "last": page.last})

    async def clear_outbox(self, _request: Request) -> Response:
        """Forget what arrived."""
        self._outbox.clear()
        return Response(status_code=204)

    async def count_outbox(self, _request: Request) -> Response:
        """Answer with the number of arrivals."""
        return JSONResponse(self._outbox.counts())

    async def count_receipts(self, _request: Request) -> Response:
        """Answer with what became of the providers' reports."""
        return JSONResponse(self._receipts.counts())

"""The sandbox's own interface: read the outbox, script the faults."""

import asyncio
import datetime as dt
import json
from typing import Annotated, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.sandbox.faults import Faults
from infra.sandbox.mail import readable
from infra.sandbox.outbox import Arrival, Channel, Outbox, Page
from infra.sandbox.scripts import FaultyChannel, Script

_CHANNELS: dict[str, FaultyChannel] = {name: name for name in get_args(FaultyChannel)}


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

    def __init__(self, *, outbox: Outbox, faults: Faults) -> None:
        self._outbox = outbox
        self._faults = faults

    def routes(self) -> list[Route]:
        """Return the routes, with full paths."""
        return [
            Route("/sandbox/outbox", self.read_outbox, methods=["GET"]),
            Route("/sandbox/outbox", self.clear_outbox, methods=["DELETE"]),
            Route("/sandbox/outbox/counts", self.count_outbox, methods=["GET"]),
            Route("/sandbox/faults/{channel}", self.show_faults, methods=["GET"]),
            Route("/sandbox/faults/{channel}", self.put_faults, methods=["PUT"]),
            Route("/sandbox/faults/{channel}", self.clear_faults, methods=["DELETE"]),
        ]

    async def read_outbox(self, request: Request) -> Response:
        """Answer with arrivals, waiting for the first one if asked to."""
        try:
            query = Query.model_validate(dict(request.query_params))
        except ValidationError as error:
            return _unprocessable(error)
        page = await self._first_page(query)
        items = [item(arrival) for arrival in page.arrivals]
        return JSONResponse({"items": items, "last": page.last})

    async def clear_outbox(self, _request: Request) -> Response:
        """Forget what arrived."""
        self._outbox.clear()
        return Response(status_code=204)

    async def count_outbox(self, _request: Request) -> Response:
        """Answer with the number of arrivals."""
        return JSONResponse(self._outbox.counts())

    async def show_faults(self, request: Request) -> Response:
        """Answer with what is left of the script."""
        channel = _CHANNELS.get(request.path_params["channel"])
        return _no_such_channel() if channel is None else JSONResponse(self._faults.left(channel))

    async def put_faults(self, request: Request) -> Response:
        """Start a script, in place of what is left of the last one."""
        channel = _CHANNELS.get(request.path_params["channel"])
        if channel is None:
            return _no_such_channel()
        try:
            self._faults.put(channel, Script.model_validate_json(await request.body()))
        except ValidationError as error:
            return _unprocessable(error)
        except ValueError as error:
            return JSONResponse({"detail": [str(error)]}, status_code=422)
        return JSONResponse(self._faults.left(channel))

    async def clear_faults(self, request: Request) -> Response:
        """End a script."""
        channel = _CHANNELS.get(request.path_params["channel"])
        if channel is None:
            return _no_such_channel()
        self._faults.clear(channel)
        return Response(status_code=204)

    async def _first_page(self, query: Query) -> Page:
        deadline = asyncio.get_running_loop().time() + query.wait
        while True:
            page = self._outbox.read(channel=query.channel, to=query.to, after=query.after, limit=query.limit)
            patience = deadline - asyncio.get_running_loop().time()
            if page.arrivals or not await self._outbox.wait(patience):
                return page


def item(arrival: Arrival) -> dict[str, object]:
    """Return an arrival in the form in which the outbox is read."""
    at = dt.datetime.fromtimestamp(arrival.at, dt.UTC)
    shown: dict[str, object] = {
        "sequence": arrival.sequence,
        "channel": arrival.channel,
        "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "to": ", ".join(arrival.to),
    }
    if arrival.duplicate_of is not None:
        shown["duplicate_of"] = arrival.duplicate_of
    return shown | (_mail(arrival) if arrival.channel == "email" else _push(arrival))


def _mail(arrival: Arrival) -> dict[str, object]:
    return {"from": arrival.source} | readable(arrival.raw)


def _push(arrival: Arrival) -> dict[str, object]:
    message = json.loads(arrival.raw)["message"]
    notification = message.get("notification", {})
    return {
        "name": arrival.source,
        "subject": notification.get("title"),
        "text": notification.get("body"),
        "html": None,
        "notification": notification,
        "data": message.get("data", {}),
        "message": message,
    }


def _unprocessable(error: ValidationError) -> Response:
    detail = [f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in error.errors()]
    return JSONResponse({"detail": detail}, status_code=422)


def _no_such_channel() -> Response:
    return JSONResponse({"detail": [f"the channels are {', '.join(_CHANNELS)}"]}, status_code=404)

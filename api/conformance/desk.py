"""Drives an integration that runs elsewhere: it fetches its tasks, and posts what became of them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Condition
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api import interrupts
from api.conformance.doors import Doors, read_doors
from api.conformance.outcomes import Ending, read_outcomes

LOOKS = 0.2
PARTING_SECONDS = 10.0
NONE_YET = {"retry-after": "1", "cache-control": "no-store"}
FRESH = {"cache-control": "no-store"}
FINISHED = {"version": 1, "finished": True}


@dataclass(kw_only=True)
class Desk:
    """Hands out the tasks of one scenario after the other.

    Fetching again gives the same until its outcomes were posted: so a lost answer costs nothing.

    Attributes:
        seconds: that an integration has for a scenario, once it has fetched it.
        patience: seconds for which the next fetching is awaited.
    """

    seconds: float
    patience: float
    _document: Mapping[str, Any] | None = None
    _fetched: bool = False
    _said: list[Any] | None = None
    _doors: Doors | None = None
    _finished: bool = False
    _parted: bool = False
    _changed: Condition = field(default_factory=Condition)

    def play(self, document: Mapping[str, Any]) -> Ending:
        """Hand out a scenario; return once its outcomes came, or its time is over."""
        with self._changed:
            self._document, self._fetched = document, False
            self._said = self._doors = None
            in_time = self._await(lambda: self._fetched, self.patience) and self._await(
                lambda: self._said is not None, self.seconds
            )
            self._document = None
            said = read_outcomes(self._said or ())
            return Ending(finished=in_time, said=said, doors=self._doors)

    def finish(self) -> None:
        """Tell the next who fetches that there is no more; return once that was done, or nobody came."""
        with self._changed:
            self._finished = True
            self._await(lambda: self._parted, PARTING_SECONDS)

    async def tasks(self, _request: Request) -> Response:
        """`GET /tasks`: the scenario that is on; 204 while there is none yet."""
        with self._changed:
            if self._finished:
                self._parted = True
                self._changed.notify_all()
                return JSONResponse(FINISHED, headers=FRESH)
            if self._document is None:
                return Response(status_code=204, headers=NONE_YET)
            self._fetched = True
            self._changed.notify_all()
            return JSONResponse(dict(self._document), headers=FRESH)

    async def outcomes(self, request: Request) -> Response:
        """`POST /outcomes`: what became of the facts of a scenario, which ends it."""
        try:
            given = await request.json()
            scenario, said = given["scenario"], list(given["outcomes"])
            doors = read_doors(given.get("doors"))
        except (ValueError, KeyError, TypeError, AttributeError):
            return JSONResponse({"detail": 'send {"scenario": …, "outcomes": […]}'}, 422)
        with self._changed:
            if self._document is not None and self._document["scenario"] == scenario:
                # At once: who fetches before the director is awake must not get the same again.
                self._said, self._doors, self._document = said, doors, None
                self._changed.notify_all()
        return Response(status_code=204)

    def _await(self, came: Callable[[], bool], seconds: float) -> bool:
        """Wait until something came, or the time is over; who calls holds the lock."""
        deadline = time.monotonic() + seconds
        while not came():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._changed.wait(min(left, LOOKS))
            interrupts.checkpoint()
        return True

"""The routing in force, as this process knows it."""

import time
from collections.abc import Mapping
from typing import Any

import structlog
from pydantic import ValidationError

from notify.routes import DEFAULTS, Routing
from storage.routing import repository
from storage.routing.repository import KeptRouting
from storage.unit_of_work import Reading

log = structlog.get_logger(__name__)

FRESH_SECONDS = 5.0
"""How long a process goes by what it read last: so long a change takes to be in force everywhere."""


def read_routing(body: Mapping[str, Any]) -> Routing:
    """Read a routing; a category that it leaves out travels as this release has it.

    So a version that was set before a release brought a new category stays good.

    Raises:
        pydantic.ValidationError: it says something that can not be.
    """
    routes = body.get("routes", {})
    if isinstance(routes, Mapping):
        shipped = DEFAULTS.model_dump(mode="json")["routes"]
        body = {**body, "routes": {**shipped, **routes}}
    return Routing.model_validate(body)


class RouteBook:
    """Looks the routing up, at most every few seconds."""

    def __init__(self, fresh_seconds: float = FRESH_SECONDS) -> None:
        self._fresh_seconds = fresh_seconds
        self._looked_at = float("-inf")
        self._newest = 0
        self._in_force = 0
        self._routing = DEFAULTS

    async def current(self, reading: Reading) -> Routing:
        """Return the newest routing that can be read here; what shipped, where none can.

        An older release may not be able to read what a newer one has set.
        """
        now = time.monotonic()
        if now - self._looked_at < self._fresh_seconds:
            return self._routing
        first = self._looked_at == float("-inf")
        latest = await repository.latest(reading, newer_than=self._newest)
        if latest:
            unreadable = await self._read(reading, latest)
            self._newest = latest.version
            self._tell(unreadable, first=first)
        self._looked_at = now
        return self._routing

    async def _read(self, reading: Reading, latest: KeptRouting) -> Mapping[int, ValidationError]:
        """Go back from the latest to the first that can be read; return those that can not."""
        unreadable: dict[int, ValidationError] = {}
        kept: KeptRouting | None = latest
        while kept:
            try:
                self._routing = read_routing(kept.body)
            except ValidationError as error:
                unreadable[kept.version] = error
                kept = await repository.latest(reading, newer_than=self._in_force, older_than=kept.version)
            else:
                self._in_force = kept.version
                break
        return unreadable

    def _tell(self, unreadable: Mapping[int, ValidationError], *, first: bool) -> None:
        for version, error in unreadable.items():
            # Not the errors themselves, which may quote what was set.
            log.error(
                "routing_unreadable", version=version, errors=error.error_count(), in_force=self._in_force
            )
        if not unreadable and not first:
            log.info("routing_changed", version=self._in_force)

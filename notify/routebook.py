"""The routing in force, as this process knows it."""

import time
from collections.abc import Mapping
from typing import Any

import structlog
from pydantic import ValidationError

from notify.routes import DEFAULTS, Routing
from storage.routing import repository
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
        self._version = 0
        self._routing = DEFAULTS

    async def current(self, reading: Reading) -> Routing:
        """Return the routing in force; what can not be read here, by an older release, changes nothing."""
        now = time.monotonic()
        if now - self._looked_at < self._fresh_seconds:
            return self._routing
        latest = await repository.latest(reading, newer_than=self._version)
        first = self._looked_at == float("-inf")
        self._looked_at = now
        if latest:
            self._version = latest.version
            try:
                self._routing = read_routing(latest.body)
            except ValidationError as error:
                log.error("routing_unreadable", version=latest.version, errors=error.error_count())  # noqa: TRY400 - the errors may quote what was set
            else:
                if not first:
                    log.info("routing_changed", version=latest.version)
        return self._routing

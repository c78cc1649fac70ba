"""The providers' stand-in, its faults and what it got."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from infra.sandbox import launch
from tests.faults.polling import until

Fault = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """One process that stands in for all providers.

    Attributes:
        credentials: the service account that it knows, as JSON.
    """

    process: launch.Running
    http: httpx.AsyncClient
    credentials: str

    async def clear(self) -> None:
        """Empty the outbox, and let everything work."""
        await self.http.delete("/sandbox/outbox")
        for channel in ("email", "push"):
            await self.mend(channel)

    async def script(self, channel: str, *faults: Fault, **rest: Any) -> None:
        """Let a channel fail, fault by fault."""
        answer = await self.http.put(
            f"/sandbox/faults/{channel}", content=json.dumps({"script": faults} | rest)
        )
        assert answer.is_success, answer.text

    async def mend(self, channel: str) -> None:
        """Let a channel work again."""
        await self.http.delete(f"/sandbox/faults/{channel}")

    async def arrivals(self) -> list[dict[str, Any]]:
        """Return what was taken in, in order, whether it was answered or not."""
        answer = await self.http.get("/sandbox/outbox", params={"limit": 10_000})
        return list(answer.json()["items"])

    async def repeats(self) -> Counter[str]:
        """Return how often each addressee was written to."""
        return Counter(item["to"] for item in await self.arrivals())

    async def wait_for(self, count: int, *, seconds: float = 20.0) -> None:
        """Wait until so many messages were taken in since the last clearing."""

        async def so_many() -> bool:
            counts = (await self.http.get("/sandbox/outbox/counts")).json()
            return int(counts["email"]) + int(counts["push"]) >= count

        await until(so_many, seconds=seconds)


def arrived_at(item: dict[str, Any]) -> datetime:
    """Return when a message was taken in."""
    return datetime.fromisoformat(item["at"])

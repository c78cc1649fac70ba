"""Telling of dossiers: any number of events, in batches, each answered by itself."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import httpx

from .refusals import Refused

Event = Mapping[str, Any]
"""An event as the API takes it; generated models become one by `to_dict()`."""
PATH = "/v1/agency/dossier-events"
MOST = 1000
TOO_LARGE = 413


@dataclass(frozen=True)
class Result:
    """What became of one event.

    Attributes:
        outcome: `accepted`, `repeated` or `refused`.
        answer: all that was answered of it.
    """

    event: Event
    outcome: str
    answer: Mapping[str, Any]

    @property
    def kept(self) -> bool:
        """Whether TinDan has it: now, or since before."""
        return self.outcome != "refused"

    @property
    def problem(self) -> Mapping[str, Any] | None:
        """Why it was refused: `errors` name its fields. Sent again unchanged it is refused again."""
        return self.answer.get("problem")


class Events:
    """Sends events.

    Args:
        client: made by `Door.client`: it signs in, and tries again.
        most: events in one batch; fewer where the server takes fewer.
    """

    def __init__(self, client: httpx.Client, most: int = MOST) -> None:
        self._client, self._most = client, most

    def send(self, events: Iterable[Event]) -> Iterator[Result]:
        """Send events, and yield what became of each, in order.

        Each batch is sent as its results are asked for: go through them all. Every event needs an `event_id`
        that it has for good, see `named`.

        Raises:
            Refused: a batch was refused as a whole, as when the client may not send events.
            httpx.TransportError: nothing was answered for as long as the patience lasts. What was sent may
                have been kept, and may be sent again.
        """
        some: list[Event] = []
        for event in events:
            some.append(event)
            if len(some) >= self._most:
                yield from self._batch(some)
                some = []
        if some:
            yield from self._batch(some)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        """Be closed at the end of a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self.close()

    def _batch(self, some: Sequence[Event]) -> Iterator[Result]:
        response = self._client.post(PATH, json={"events": list(some)})
        if response.status_code == TOO_LARGE and len(some) > 1:
            half = self._most = (len(some) + 1) // 2
            yield from self._batch(some[:half])
            yield from self._batch(some[half:])
            return
        if not response.is_success:
            raise Refused(response)
        answers = response.json()["results"]
        for event, answer in zip(some, answers, strict=True):
            yield Result(event=event, outcome=answer["outcome"], answer=answer)


def named(event: Event) -> dict[str, Any]:
    """Return an event with an `event_id`: its own, or one made from its content.

    So an event that is read again from where it comes from has the id that it had. The applicant's number is
    left out of the id, as ids are kept, and could be tried out.
    """
    if event.get("event_id"):
        return dict(event)
    said = {name: value for name, value in event.items() if name != "event_id"}
    applicant = {name: value for name, value in (said.get("applicant") or {}).items() if name != "number"}
    content = json.dumps({**said, "applicant": applicant}, sort_keys=True, ensure_ascii=False)
    return {"event_id": f"own-{hashlib.sha256(content.encode()).hexdigest()[:40]}", **said}

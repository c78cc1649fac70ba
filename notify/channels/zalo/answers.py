"""What Zalo answers, read with patience: it errs with HTTP 200, and its numbers may be texts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer.

    Attributes:
        status: of HTTP.
        error: Zalo's own number, 0 for success; None where there is none to be read.
        body: the whole of it, empty where it is not of Zalo's form.
    """

    status: int
    error: int | None
    body: Mapping[str, Any] = field(repr=False)

    @property
    def succeeded(self) -> bool:
        """Whether Zalo did what it was asked for."""
        return self.status == HTTPStatus.OK and self.error == 0

    @property
    def data(self) -> Mapping[str, Any]:
        """What a successful answer is about."""
        data = self.body.get("data")
        return data if isinstance(data, Mapping) else {}


def read(response: httpx.Response) -> Answer:
    """Read an answer, whatever it is."""
    try:
        body = response.json()
    except ValueError:
        body = None
    if not isinstance(body, Mapping):
        body = {}
    return Answer(status=response.status_code, error=whole(body.get("error")), body=body)


def whole(given: object) -> int | None:
    """Return a number that may have come as a text; None for what is none."""
    try:
        return int(str(given))
    except ValueError:
        return None

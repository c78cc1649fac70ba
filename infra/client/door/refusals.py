"""What TinDan does not take: a request as a whole, with its reason (RFC 9457)."""

from typing import Any

import httpx


class Refused(Exception):  # noqa: N818 - says what is the case
    """A request that was refused, and will be as long as it stays the same.

    Attributes:
        status: of HTTP.
        problem: as it was answered; `type` is stable, `errors` name the fields at fault.
    """

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.problem = _problem(response)
        super().__init__(f"{self.status}: {self.problem.get('title', 'no reason was given')}")


def _problem(response: httpx.Response) -> dict[str, Any]:
    try:
        told = response.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}

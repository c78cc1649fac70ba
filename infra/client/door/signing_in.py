"""Tokens for a client that is registered (RFC 6749, 4.4), renewed before they run out."""

import time
from base64 import b64encode
from collections.abc import Generator
from urllib.parse import quote

import httpx

from .refusals import Refused

EARLY = 30.0
"""Seconds before its end that a token is no longer used: clocks differ, and requests take their time."""
UNAUTHORISED = 401


class ClientCredentials(httpx.Auth):
    """Brings a token with each request, and says which system calls.

    A token that is refused, as one that was withdrawn, is replaced once for each request.
    """

    requires_response_body = True

    def __init__(self, token_url: str, client_id: str, client_secret: str, *, user_agent: str) -> None:
        # Each part is encoded first (RFC 6749, 2.3.1).
        pair = f"{quote(client_id, safe='')}:{quote(client_secret, safe='')}"
        self._url, self._basic = token_url, f"Basic {b64encode(pair.encode()).decode()}"
        self._token, self._good_until = "", 0.0
        self._user_agent = user_agent

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign a request. Raises Refused where no token is given."""
        request.headers["user-agent"] = self._user_agent
        fresh = time.monotonic() >= self._good_until
        if fresh:
            yield from self._renew()
        request.headers["authorization"] = f"Bearer {self._token}"
        response = yield request
        if response.status_code == UNAUTHORISED and not fresh:
            yield from self._renew()
            request.headers["authorization"] = f"Bearer {self._token}"
            yield request

    def _renew(self) -> Generator[httpx.Request, httpx.Response, None]:
        response = yield httpx.Request(
            "POST",
            self._url,
            data={"grant_type": "client_credentials"},
            headers={"authorization": self._basic, "user-agent": self._user_agent},
        )
        if not response.is_success:
            raise Refused(response)
        told = response.json()
        self._token = told["access_token"]
        self._good_until = time.monotonic() + max(0.0, float(told.get("expires_in", 300)) - EARLY)

"""One TinDan, and the client that is registered there."""

from typing import Any

import httpx

from .events import Events
from .retrying import AsyncRetrying, Patience, Retrying
from .signing_in import ClientCredentials

USUAL = Patience()
SECONDS = 30.0


class Door:
    """Makes clients that sign in by themselves, and try again.

    Args:
        base_url: of the API, https.
        client_id: and `client_secret`: as they were registered.
        patience: with each request.
        user_agent: names the system that calls, and its version.
    """

    def __init__(
        self,
        base_url: str,
        *,
        client_id: str,
        client_secret: str,
        patience: Patience = USUAL,
        user_agent: str = "tindan-client",
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._patience = patience
        token_url = f"{self.base_url}/oauth/token"
        self._auth = ClientCredentials(token_url, client_id, client_secret, user_agent=user_agent)

    def client(self) -> httpx.Client:
        """Return a client; close it when it is no longer needed."""
        return httpx.Client(base_url=self.base_url, timeout=SECONDS, **self.httpx_args())

    def httpx_args(self) -> dict[str, Any]:
        """Return what the generated `Client` is made with: `Client(base_url=…, httpx_args=…)`."""
        return {"auth": self._auth, "transport": Retrying(httpx.HTTPTransport(), self._patience)}

    def async_httpx_args(self) -> dict[str, Any]:
        """Return the same for a generated `Client` whose asynchronous functions are called."""
        return {"auth": self._auth, "transport": AsyncRetrying(httpx.AsyncHTTPTransport(), self._patience)}

    def events(self) -> Events:
        """Return what sends events; close it, or use it in a `with` block."""
        return Events(self.client())

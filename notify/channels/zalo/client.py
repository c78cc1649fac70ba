"""Zalo's interface for business messages."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx

from notify.accounts.zalo import ZaloAccount
from notify.channels.zalo.answers import Answer, read
from notify.channels.zalo.outcomes import STALE_TOKEN
from notify.provider_tokens import TokenKeeper

CONNECTIONS = 16
_CONNECT_SECONDS = 5.0


class Departure:
    """Notes whether a request began to leave us and was not answered: only then it may have been taken."""

    def __init__(self) -> None:
        self.left = False

    async def trace(self, event: str, _info: Mapping[str, Any]) -> None:
        """Hear what httpx does, by its extension `trace`."""
        self.left = self.left or event.endswith("send_request_headers.started")


class ZaloClient:
    """Asks Zalo, with a token that is renewed once where Zalo takes it no more."""

    def __init__(self, account: ZaloAccount, tokens: TokenKeeper, *, timeout: float) -> None:
        self._tokens = tokens
        self._http = httpx.AsyncClient(
            base_url=account.api_url,
            timeout=httpx.Timeout(timeout, connect=min(_CONNECT_SECONDS, timeout)),
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
        )

    async def send(self, message: Mapping[str, Any], departure: Departure) -> Answer:
        """Post one message.

        Raises:
            httpx.HTTPError: no answer came; `departure` knows whether the message may have arrived.
            TokenRefusedError, TokenUnavailableError: as TokenKeeper does.
        """

        async def post(token: str) -> httpx.Response:
            answer = await self._http.post(
                "/message/template",
                json=message,
                headers={"access_token": token},
                extensions={"trace": departure.trace},
            )
            departure.left = False  # nothing is in doubt any more, should time run out before a second try
            return answer

        return await self._ask(post)

    async def template(self, template_id: str) -> Answer:
        """Ask what a template looks like. Raises as `send` does."""

        async def get(token: str) -> httpx.Response:
            return await self._http.get(
                "/template/info/v2", params={"template_id": template_id}, headers={"access_token": token}
            )

        return await self._ask(get)

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.aclose()

    async def _ask(self, request: Callable[[str], Awaitable[httpx.Response]]) -> Answer:
        token = await self._tokens.access_token()
        answer = read(await request(token))
        if answer.error in STALE_TOKEN:
            answer = read(await request(await self._tokens.renew(token)))
        return answer

"""Zalo's tokens: an access token of 25 hours, and a refresh token that is good for one use."""

import asyncio
from datetime import timedelta

import httpx

from notify.accounts.zalo import ZaloAccount
from notify.channels.zalo.answers import Answer, read, whole
from notify.provider_tokens import Grant, TokenRefusedError, TokenUnavailableError

PATIENCE = 8.0
"""Seconds for one exchange. Below the ten that others wait for the lock; long, as an answer that is not
awaited may hold the only token that is good."""
_SPENT = -14014  # used already, or too old


class TokenExchange:
    """Spends refresh tokens: `exchange` is what `StoredTokens` asks for."""

    def __init__(self, account: ZaloAccount, *, patience: float = PATIENCE) -> None:
        self._account = account
        self._patience = patience

    async def exchange(self, refresh_token: str) -> Grant:
        """Return the next pair.

        Raises:
            TokenRefusedError: Zalo said no, to the token or to the app.
            TokenUnavailableError: it is not known what Zalo says.
        """
        try:
            async with asyncio.timeout(self._patience):
                answer = await self._ask(refresh_token)
        except (httpx.HTTPError, TimeoutError) as error:
            raise TokenUnavailableError(type(error).__name__) from error
        if answer.error:
            raise TokenRefusedError(str(answer.error), spent=answer.error == _SPENT)
        return _grant(answer)

    async def _ask(self, refresh_token: str) -> Answer:
        # A client of its own for once in twenty hours; in a thread, as it reads the system's certificates.
        client = await asyncio.to_thread(httpx.AsyncClient, timeout=self._patience)
        async with client:
            response = await client.post(
                f"{self._account.oauth_url}/v4/oa/access_token",
                headers={"secret_key": self._account.secret_key},
                data={
                    "grant_type": "refresh_token",
                    "app_id": self._account.app_id,
                    "refresh_token": refresh_token,
                },
            )
        return read(response)


def _grant(answer: Answer) -> Grant:
    access, refresh = answer.body.get("access_token"), answer.body.get("refresh_token")
    seconds = whole(answer.body.get("expires_in"))
    if not (access and refresh and seconds and seconds > 0):
        raise TokenUnavailableError(f"http-{answer.status}")
    return Grant(access=str(access), refresh=str(refresh), life=timedelta(seconds=seconds))

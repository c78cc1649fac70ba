"""Twilio's client, with a way of sending that keeps time. Importing this takes a tenth of a second of CPU.

Of the two ways that the SDK brings, one blocks the loop and the other ignores its timeout.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

import httpx
from twilio.base.exceptions import TwilioException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from notify.accounts.twilio import DELIVERY, TwilioAccount
from notify.channels.sms.outcomes import of_answer, of_silence
from notify.ports import Outcome, OutcomeKind, Outgoing

_SHORTEST_LIFE = timedelta(seconds=1)
_LONGEST_LIFE = timedelta(hours=10)  # both are Twilio's


class RefusedError(Exception):
    """Twilio answered, and not with success."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(str(response.status_code))
        self.response = response


class TwilioClient:
    """One account's connections. It belongs to the event loop in which it sends first."""

    def __init__(self, account: TwilioAccount, *, timeout: float, connections: int) -> None:
        self._callback = account.status_callback
        self._sender = (
            {"messaging_service_sid": account.messaging_service_sid}
            if account.messaging_service_sid
            else {"from_": account.sender}
        )
        self._http = _Http(timeout=timeout, connections=connections)
        client = Client(account.account_sid, account.auth_token, http_client=self._http)
        client.api.base_url = account.url
        # Looked up here and not with the first message, as it imports some more.
        self._messages = client.messages

    async def send(self, outgoing: Outgoing, *, now: datetime) -> Outcome:
        """Hand one message over."""
        try:
            message = await self._messages.create_async(
                to=outgoing.target,
                body=outgoing.text,
                status_callback=f"{self._callback}?{DELIVERY}={outgoing.delivery_id}",
                validity_period=_life(outgoing.expires_at - now),
                smart_encoded=False,  # the text is written in the letters that it was meant to have
                **self._sender,
            )
        except httpx.HTTPError as error:
            return of_silence(error)
        except RefusedError as refused:
            return of_answer(refused.response, now=now)
        except (TwilioException, TypeError, ValueError, AttributeError):
            # The SDK trips over an answer that is not Twilio's; and yet it was one of success.
            return _unreadable()
        if not isinstance(message.sid, str):
            return _unreadable()
        return Outcome(kind=OutcomeKind.ACCEPTED, provider_id=message.sid)

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.close()


class _Http(AsyncHttpClient):  # type: ignore[misc]  # no types are published for it
    """What the SDK sends through in place of its own."""

    def __init__(self, *, timeout: float, connections: int) -> None:
        super().__init__(logging.getLogger(__name__), is_async=True, timeout=timeout)
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._client = httpx.AsyncClient(limits=limits)

    async def request(
        self,
        method: str,
        uri: str,
        *,
        allow_redirects: bool,
        timeout: float | None,  # noqa: ASYNC109  # the SDK's way of calling it
        **options: Any,
    ) -> Response:
        """Make one request.

        Raises:
            RefusedError: the answer is none of success. The SDK's own errors leave out Retry-After.
            httpx.HTTPError: there is no answer.
        """
        answer = await self._client.request(
            method, uri, follow_redirects=allow_redirects, timeout=timeout or self.timeout, **options
        )
        if not answer.is_success:
            raise RefusedError(answer)
        return Response(answer.status_code, answer.text, answer.headers)

    async def close(self) -> None:
        await self._client.aclose()


def _life(left: timedelta) -> int:
    """Return for how many seconds Twilio may hold a message back."""
    return int(min(max(left, _SHORTEST_LIFE), _LONGEST_LIFE).total_seconds())


def _unreadable() -> Outcome:
    return Outcome(kind=OutcomeKind.UNKNOWN, code="unreadable")

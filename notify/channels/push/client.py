"""Firebase's client, kept from blocking the loop. Importing this takes a quarter of a second of CPU.

firebase-admin 7.7 makes the messages and reads the answers; its way of sending is replaced. That one fetches
access tokens on the loop's thread, with a limit of two minutes, once before and twice after each answer 401;
it repeats answers 500 and 503 four times within seven seconds, which is the dispatcher's to do, with its own
backoff; and it passes by the proxy that the environment names.
"""

import asyncio
import functools
from collections.abc import Generator
from datetime import datetime
from typing import Any
from uuid import uuid4

import firebase_admin
import httpx
import requests
from firebase_admin import credentials, exceptions, messaging
from google.auth.credentials import TokenState
from google.auth.exceptions import GoogleAuthError, TransportError
from google.auth.transport.requests import Request

from notify.channels.push.message import PayloadTooLargeError, compose
from notify.channels.push.outcomes import of_answer, of_silence
from notify.ports import AddressKind, Outcome, OutcomeKind, Outgoing
from notify.settings import FcmAccount

_TOKEN_TIMEOUT = 5.0  # seconds for one try to fetch an access token; Google's library makes up to three


class FcmClient:
    """One project's connection, to phones or to topics. It belongs to the loop in which it sends first."""

    def __init__(self, account: FcmAccount, *, timeout: float, to: AddressKind = AddressKind.DEVICE) -> None:
        self._to = to
        certificate = credentials.Certificate(dict(account.info))
        self._app = firebase_admin.initialize_app(certificate, name=f"tindan-{uuid4()}")
        self._credential = certificate.get_credential()
        self._fetching = asyncio.Lock()
        self._http = _Http(self._credential, timeout=timeout)
        service = messaging._get_messaging_service(self._app)  # noqa: SLF001  # no public way, see the module
        service._fcm_url = account.url  # noqa: SLF001  # likewise
        service._async_client = self._http  # noqa: SLF001  # likewise

    async def authorize(self) -> Outcome | None:
        """Make sure of an access token good for some minutes; say what came of it if there is none."""
        async with self._fetching:
            if self._credential.token_state is TokenState.FRESH:
                return None
            try:
                await asyncio.to_thread(self._fetch_token)
            except (TransportError, TypeError, ValueError):
                # The latter two: Google's library trips over an answer that is not Google's.
                return Outcome(kind=OutcomeKind.RETRYABLE, code="token-endpoint")
            except GoogleAuthError as error:
                kind = OutcomeKind.RETRYABLE if error.retryable else OutcomeKind.MISCONFIGURED
                return Outcome(kind=kind, code=_oauth_code(error))
        return None

    async def send(self, outgoing: Outgoing, *, now: datetime) -> Outcome:
        """Hand one message over."""
        try:
            message = compose(outgoing, to=self._to, now=now)
        except PayloadTooLargeError:
            return Outcome(kind=OutcomeKind.REJECTED, code="payload-size")
        try:
            # One by one: in a batch of the library an answer that it can not read loses all the others.
            batch = await messaging.send_each_async([message], app=self._app)
        except exceptions.UnknownError as unreadable:
            return of_silence(unreadable.cause)
        (answer,) = batch.responses
        if answer.success:
            return Outcome(kind=OutcomeKind.ACCEPTED, provider_id=answer.message_id)
        return self._of_error(answer.exception, now=now)

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.aclose()
        # In a thread, as it runs a loop of its own.
        await asyncio.to_thread(firebase_admin.delete_app, self._app)

    def _of_error(self, error: Any, *, now: datetime) -> Outcome:
        response = getattr(error, "http_response", None)
        if response is None:
            return of_silence(getattr(error, "cause", None))
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self._credential.token = None  # it may have been withdrawn before its time
        return of_answer(response, now=now)

    def _fetch_token(self) -> None:
        with requests.Session() as session:
            self._credential.refresh(functools.partial(Request(session=session), timeout=_TOKEN_TIMEOUT))


class _Http:
    """What firebase-admin sends through in place of its own: one request, by the environment's proxy."""

    def __init__(self, credential: Any, *, timeout: float) -> None:
        self._client = httpx.AsyncClient(http2=True, timeout=timeout, auth=_Bearer(credential))

    async def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        response = await self._client.request(method, url, **options)
        return response.raise_for_status()

    async def aclose(self) -> None:
        await self._client.aclose()


class _Bearer(httpx.Auth):
    """Shows the access token that is there, and never fetches one."""

    def __init__(self, credential: Any) -> None:
        self._credential = credential

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._credential.token}"
        yield request


def _oauth_code(error: GoogleAuthError) -> str:
    """Return the error's code by RFC 6749, 5.2, where Google gave one."""
    answers = [
        argument["error"] for argument in error.args if isinstance(argument, dict) and "error" in argument
    ]
    return str(answers[0]) if answers else type(error).__name__

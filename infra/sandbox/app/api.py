"""The public API as the app uses it."""

import base64
import contextlib
import hashlib
from typing import Any
from urllib.parse import urlencode

import httpx

from infra.sandbox.app.sessions import Session, Tokens

CLIENT_ID = "tindan-app"
APP_VERSION = "1.0.0"

_UNAUTHORIZED = 401


class SignedOutError(Exception):
    """The API knows this session no longer."""


class ApiFailedError(Exception):
    """The API cannot be reached, or refuses; carries the HTTP status if there was one."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status


class Api:
    """A client of the API for every session of the app."""

    def __init__(self, *, api_url: str, redirect_uri: str) -> None:
        self._api_url = api_url
        self._redirect_uri = redirect_uri
        self._http = httpx.AsyncClient(base_url=api_url, timeout=10)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def authorize_url(self, session: Session) -> str:
        """Return where the browser goes to sign in."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(session.verifier.encode()).digest())
        query = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": self._redirect_uri,
            "scope": "openid",
            "state": session.state,
            "code_challenge": challenge.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{self._api_url}/oauth/authorize?{urlencode(query)}"

    async def sign_in(self, session: Session, code: str) -> None:
        """Change the code for tokens.

        Raises:
            ApiFailedError: The API did not take the code.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "client_id": CLIENT_ID,
            "code_verifier": session.verifier,
        }
        session.tokens = Tokens.from_answer(await self._request("POST", "/oauth/token", data=form))

    async def register(self, session: Session) -> list[str]:
        """Make this installation known to the API; return the topics that it is to follow.

        Raises as `call` does.
        """
        device = {
            "platform": "android",
            "push_token": session.push_token,
            "confirms_receipt": True,
            "app_version": APP_VERSION,
        }
        answer = await self.call(session, "PUT", f"/v1/devices/{session.installation_id}", json=device)
        return [str(topic) for topic in answer.get("topics", ())]

    async def sign_out(self, session: Session) -> None:
        """Have nothing more sent to this installation, and end the session at the API (RFC 7009).

        Whatever of it the API does not hear, the tokens are gone from here.
        """
        with contextlib.suppress(ApiFailedError, SignedOutError):
            await self.call(session, "DELETE", f"/v1/devices/{session.installation_id}")
        tokens, session.tokens = session.tokens, None
        if tokens is not None:
            form = {"token": tokens.refresh or tokens.access, "client_id": CLIENT_ID}
            with contextlib.suppress(ApiFailedError):
                await self._request("POST", "/oauth/revoke", data=form)

    async def read(self, session: Session, path: str, *, language: str, **query: str) -> dict[str, Any]:
        """Return what there is to read, worded in a language. Raises as `call` does."""
        return await self.call(session, "GET", path, language=language, params=query)

    async def call(
        self, session: Session, method: str, path: str, *, language: str = "vi", **rest: Any
    ) -> dict[str, Any]:
        """Return the answer to a request in the name of whoever is signed in.

        Raises:
            SignedOutError: There is no token that the API still takes.
            ApiFailedError: The API cannot be reached, or refuses.
        """
        if session.tokens is None:
            raise SignedOutError
        if session.tokens.stale:
            await self._renew(session)
        headers = {"Authorization": f"Bearer {session.tokens.access}", "Accept-Language": language}
        try:
            return await self._request(method, path, headers=headers, **rest)
        except ApiFailedError as error:
            if error.status == _UNAUTHORIZED:
                raise SignedOutError from error
            raise

    async def call_as_nobody(self, method: str, path: str, **rest: Any) -> dict[str, Any]:
        """Return the answer to a request that names nobody, on a connection of its own.

        Raises ApiFailedError.
        """
        async with httpx.AsyncClient(base_url=self._api_url, timeout=self._http.timeout) as http:
            return await _asked(http, method, path, **rest)

    async def _renew(self, session: Session) -> None:
        if session.tokens is None or session.tokens.refresh is None:
            raise SignedOutError
        form = {
            "grant_type": "refresh_token",
            "refresh_token": session.tokens.refresh,
            "client_id": CLIENT_ID,
        }
        try:
            answer = await self._request("POST", "/oauth/token", data=form)
        except ApiFailedError as error:
            if error.status is None:
                raise
            raise SignedOutError from error
        session.tokens = Tokens.from_answer({"refresh_token": session.tokens.refresh} | answer)

    async def _request(self, method: str, path: str, **rest: Any) -> dict[str, Any]:
        return await _asked(self._http, method, path, **rest)


async def _asked(http: httpx.AsyncClient, method: str, path: str, **rest: Any) -> dict[str, Any]:
    try:
        response = await http.request(method, path, **rest)
    except httpx.HTTPError as error:
        raise ApiFailedError(type(error).__name__) from error
    if response.is_error:
        raise ApiFailedError(f"{method} {path}: {response.status_code}", response.status_code)
    answer = response.json() if response.content else {}
    return answer if isinstance(answer, dict) else {}

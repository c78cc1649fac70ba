"""Sign-in by an OpenID provider: code flow with PKCE (OpenID Connect Core 1.0, RFC 7636, RFC 9207)."""

import asyncio
import time
import warnings
from collections.abc import Callable
from typing import Any, Self

import httpx
from authlib.deprecate import AuthlibDeprecationWarning
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from auth import id_tokens
from auth.cached import Cached
from auth.claims import signed_in_at
from auth.discovery import Metadata, read_metadata, well_known
from auth.errors import ProviderUnavailable, SignInRefused
from auth.identity import Departure, Return, Vouched
from auth.opaque import draw
from auth.pkce import METHOD
from auth.providers import ProviderSettings

with warnings.catch_warnings():
    # firebase-admin holds us to httpx, of which Authlib says at import that it likes httpx2 better.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.base_client import OAuthError as ProviderError
    from authlib.integrations.httpx_client import AsyncOAuth2Client

SCOPE = "openid profile"
TIMEOUT_SECONDS = 5.0
LIFE_SECONDS = 600.0
PAUSE_SECONDS = 30.0
UNREACHABLE = (httpx.HTTPError, httpx.InvalidURL, ValueError, TimeoutError)
# These say that the provider does not know us, which is nothing that the citizen can help.
OUR_FAULT = {"invalid_client", "unauthorized_client", "invalid_request", "unsupported_grant_type"}


class OpenIdProvider:
    """An identity provider that publishes its metadata and keys.

    Both are kept for ten minutes. An ID token under an unknown key has the keys fetched again, at most
    once in 30 seconds, so that forged tokens can not make us hammer the provider. A call takes 5 s at most.

    Args:
        settings: names the provider, our secret there, and its claims.
        now: seconds since 1970.
        ticks: seconds, ascending.
    """

    def __init__(
        self,
        settings: ProviderSettings,
        *,
        now: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer = settings.issuer
        self._client_id = settings.client_id
        self._now = now
        self._client = AsyncOAuth2Client(
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            scope=SCOPE,
            redirect_uri=settings.callback_url,
            code_challenge_method=METHOD,
            timeout=TIMEOUT_SECONDS,
        )
        self._metadata = Cached(self._fetch_metadata, life=LIFE_SECONDS, pause=PAUSE_SECONDS, now=ticks)
        self._keys = Cached(self._fetch_keys, life=LIFE_SECONDS, pause=PAUSE_SECONDS, now=ticks)

    async def __aenter__(self) -> Self:
        """Open nothing yet: connections are made when they are needed."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections to the provider."""
        await self._client.aclose()

    async def begin(self, state: str) -> Departure:
        """Say where to send somebody; `state` comes back with them. Raises ProviderUnavailable."""
        metadata = await self._metadata.get()
        nonce, verifier = draw(), draw()
        url, _ = self._client.create_authorization_url(
            metadata.authorization_endpoint, state=state, nonce=nonce, code_verifier=verifier
        )
        return Departure(url=url, nonce=nonce, verifier=verifier)

    async def complete(self, returned: Return) -> Vouched:
        """Find out who came back. Raises ProviderUnavailable and SignInRefused."""
        metadata = await self._metadata.get()
        if returned.issuer != self._issuer and (metadata.names_issuer or returned.issuer is not None):
            raise SignInRefused("issuer")
        tokens = await self._redeem(metadata, returned)
        claims = await self._claims(tokens, returned.nonce)
        return Vouched(
            issuer=self._issuer,
            subject=claims["sub"],
            claims=claims,
            signed_in_at=signed_in_at(claims, answered_at=claims["iat"]),
            sid=_text(claims.get("sid")),
            refresh_token=_text(tokens.get("refresh_token")),
        )

    async def _redeem(self, metadata: Metadata, returned: Return) -> dict[str, Any]:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                tokens: dict[str, Any] = await self._client.fetch_token(
                    metadata.token_endpoint,
                    grant_type="authorization_code",
                    code=returned.code,
                    redirect_uri=self._client.redirect_uri,
                    code_verifier=returned.verifier,
                    auth=self._client.client_auth(metadata.client_authentication),
                )
        except ProviderError as error:
            if error.error in OUR_FAULT:
                raise ProviderUnavailable(error.error) from error
            raise SignInRefused("code") from error
        except UNREACHABLE as error:
            raise ProviderUnavailable(type(error).__name__) from error
        return tokens

    async def _claims(self, tokens: dict[str, Any], nonce: str) -> dict[str, Any]:
        id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(id_token, str) or not isinstance(access_token, str):
            raise SignInRefused("id_token")
        expected = id_tokens.Expected(issuer=self._issuer, client_id=self._client_id, nonce=nonce)

        def claims_under(keys: KeySet) -> dict[str, Any]:
            return id_tokens.verify(id_token, access_token, keys=keys, expected=expected, now=self._now)

        try:
            return claims_under(await self._keys.get())
        except id_tokens.UnknownKey:
            return claims_under(await self._keys.renew())

    async def _fetch_metadata(self) -> Metadata:
        document = await self._fetch(well_known(self._issuer))
        try:
            return read_metadata(document, self._issuer)
        except ValueError as error:
            raise ProviderUnavailable("the metadata is malformed") from error

    async def _fetch_keys(self) -> KeySet:
        document = await self._fetch((await self._metadata.get()).jwks_uri)
        try:
            return KeySet.import_key_set(document)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise ProviderUnavailable("the keys are malformed") from error

    async def _fetch(self, url: str) -> Any:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                answer = await self._client.request("GET", url, withhold_token=True)
            return answer.raise_for_status().json()
        except UNREACHABLE as error:
            raise ProviderUnavailable(type(error).__name__) from error


def _text(given: object) -> str | None:
    return given if isinstance(given, str) and given else None

"""What goes over the network between us and one identity provider, bounded in time and bytes."""

import asyncio
import time
import warnings
from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from typing import Any, TypeVar

import httpx
from authlib.deprecate import AuthlibDeprecationWarning
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from auth.bounded import PLAIN, bound
from auth.cached import Cached
from auth.discovery import Metadata, metadata_of, read_metadata, well_known
from auth.errors import ProviderUnavailable, SignInRefused
from auth.id_tokens import UnknownKey
from auth.identity import Return, Wish
from auth.pkce import METHOD
from auth.providers import ProviderSettings

with warnings.catch_warnings():
    # firebase-admin holds us to httpx, of which Authlib says at import that it likes httpx2 better.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.base_client import OAuthError as ProviderError
    from authlib.integrations.httpx_client import AsyncOAuth2Client

T = TypeVar("T")
TIMEOUT_SECONDS = 5.0
LIFE_SECONDS = 600.0
PAUSE_SECONDS = 30.0
# Deeply nested JSON ends in a RecursionError.
UNREACHABLE = (httpx.HTTPError, httpx.InvalidURL, ValueError, TimeoutError, RecursionError)
# These say that the provider does not know us, which is nothing that the citizen can help.
OUR_FAULT = ("invalid_client", "unauthorized_client", "invalid_request", "unsupported_grant_type")


class ProviderClient:
    """Our side of the connection.

    Metadata and keys are kept for ten minutes. A token under an unknown key has the keys fetched again, at
    most once in 30 seconds, so that forged tokens can not make us hammer the provider. A call takes 5 s at
    most, and at most 256 kB of an answer are read.

    Args:
        settings: names the provider and our secret there.
        ticks: seconds, ascending.
    """

    def __init__(self, settings: ProviderSettings, *, ticks: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._http = AsyncOAuth2Client(
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            redirect_uri=settings.callback_url,
            code_challenge_method=METHOD,
            timeout=TIMEOUT_SECONDS,
            headers=PLAIN,
            event_hooks={"response": [bound]},
        )
        # One client asks for everybody: a cookie that is set for one person is not shown for the next.
        self._http.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self._metadata = Cached(self._fetch_metadata, life=LIFE_SECONDS, pause=PAUSE_SECONDS, now=ticks)
        self._keys = Cached(self._fetch_keys, life=LIFE_SECONDS, pause=PAUSE_SECONDS, now=ticks)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def authorization_url(self, state: str, *, nonce: str, verifier: str, wish: Wish) -> str:
        """Return where to send somebody. Raises ProviderUnavailable."""
        metadata = await self._metadata.get()
        url, _ = self._http.create_authorization_url(
            metadata.authorization_endpoint,
            state=state,
            nonce=nonce,
            code_verifier=verifier,
            scope=metadata.scope(self._settings.scope),
            **wish.as_parameters(),
        )
        return str(url)

    async def redeem(self, returned: Return) -> dict[str, Any]:
        """Change a code for tokens, if it came from this provider (RFC 9207).

        Raises:
            ProviderUnavailable: the provider can not be asked.
            SignInRefused: `issuer`, before the code is shown to anybody, or `code`.
        """
        metadata = await self._metadata.get()
        if returned.issuer != self._settings.issuer and (
            metadata.names_issuer or returned.issuer is not None
        ):
            raise SignInRefused("issuer")
        try:
            return await self._tokens(
                grant_type="authorization_code",
                code=returned.code,
                redirect_uri=self._settings.callback_url,
                code_verifier=returned.verifier,
            )
        except ProviderError as error:
            if error.error in OUR_FAULT:
                raise ProviderUnavailable(error.error) from error
            raise SignInRefused("code") from error

    async def renew(self, refresh_token: str) -> dict[str, Any]:
        """Change a refresh token for further tokens.

        Raises:
            ProviderUnavailable: the provider does not say.
            SignInRefused: `refresh_token`, the provider no longer stands by what it granted.
        """
        try:
            return await self._tokens(grant_type="refresh_token", refresh_token=refresh_token)
        except ProviderError as error:
            if error.error != "invalid_grant":
                raise ProviderUnavailable(error.error) from error
            raise SignInRefused("refresh_token") from error

    async def userinfo(self, access_token: str) -> httpx.Response:
        """Return what the provider says of whom it gave an access token for. Raises ProviderUnavailable."""
        endpoint = (await self._metadata.get()).userinfo_endpoint
        if endpoint is None:
            raise ProviderUnavailable("there is no userinfo endpoint")
        return await self._get(endpoint, headers={"authorization": f"Bearer {access_token}"})

    async def under_keys(self, read: Callable[[KeySet], T]) -> T:
        """Read what the provider signed; once more under fresh keys where its key is unknown.

        Raises what `read` raises, and ProviderUnavailable.
        """
        try:
            return read(await self._keys.get())
        except UnknownKey:
            return read(await self._keys.renew())

    async def _tokens(self, **form: str) -> dict[str, Any]:
        metadata = await self._metadata.get()
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                tokens: dict[str, Any] = await self._http.fetch_token(
                    metadata.token_endpoint,
                    auth=self._http.client_auth(metadata.client_authentication),
                    **form,
                )
        except (*UNREACHABLE, TypeError) as error:  # Authlib looks into JSON that is no object
            raise ProviderUnavailable(type(error).__name__) from error
        return tokens

    async def _fetch_metadata(self) -> Metadata:
        issuer, endpoints = self._settings.issuer, self._settings.endpoints
        if endpoints is not None:
            return metadata_of(endpoints, issuer)
        try:
            return read_metadata(_json(await self._get(well_known(issuer))), issuer)
        except ValueError as error:
            raise ProviderUnavailable("the metadata is malformed") from error

    async def _fetch_keys(self) -> KeySet:
        address = (await self._metadata.get()).jwks_uri
        if address is None:
            raise ProviderUnavailable("the provider publishes no keys")
        document = _json(await self._get(address))
        try:
            return KeySet.import_key_set(document)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise ProviderUnavailable("the keys are malformed") from error

    async def _get(self, url: str, **rest: Any) -> httpx.Response:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                answer: httpx.Response = await self._http.request("GET", url, withhold_token=True, **rest)
            return answer.raise_for_status()
        except UNREACHABLE as error:
            raise ProviderUnavailable(type(error).__name__) from error


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except UNREACHABLE as error:
        raise ProviderUnavailable(type(error).__name__) from error

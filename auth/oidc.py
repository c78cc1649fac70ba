"""Sign-in by an OpenID provider: code flow with PKCE (OpenID Connect Core 1.0, RFC 7636, RFC 9207)."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Self

from auth import id_tokens, logout_tokens, userinfo
from auth.claims import signed_in_at
from auth.errors import SignInRefused
from auth.identity import Departure, Return, SignedOut, Vouched, Wish
from auth.opaque import draw
from auth.provider_client import ProviderClient
from auth.providers import ProviderSettings

LONGEST_SUBJECT = 255


class OpenIdProvider:
    """An identity provider that does all that the standard asks for, and is held to it.

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
        self.issuer = settings.issuer
        self._settings = settings
        self._now = now
        self._client = ProviderClient(settings, ticks=ticks)
        self._expected = id_tokens.Expected(issuer=settings.issuer, client_id=settings.client_id)

    async def __aenter__(self) -> Self:
        """Open nothing yet: connections are made when they are needed."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections to the provider."""
        await self._client.aclose()

    async def begin(self, state: str, wish: Wish) -> Departure:
        """Say where to send somebody; `state` comes back with them. Raises ProviderUnavailable."""
        nonce, verifier = draw(), draw()
        url = await self._client.authorization_url(state, nonce=nonce, verifier=verifier, wish=wish)
        return Departure(url=url, nonce=nonce, verifier=verifier)

    async def complete(self, returned: Return) -> Vouched:
        """Find out who came back. Raises ProviderUnavailable and SignInRefused."""
        tokens = await self._client.redeem(returned)
        access_token = text(tokens.get("access_token"))
        if access_token is None:
            raise SignInRefused("access_token")
        claims = await self._claims(tokens, access_token, returned)
        return self._vouched(claims, refresh_token=text(tokens.get("refresh_token")))

    async def renew(self, refresh_token: str) -> str:
        """Return the refresh token to ask with next time, if the account is still good.

        Raises ProviderUnavailable where the provider does not say, and SignInRefused where it is not.
        """
        tokens = await self._client.renew(refresh_token)
        return text(tokens.get("refresh_token")) or refresh_token

    async def read_logout(self, token: str) -> SignedOut:
        """Check a logout token. Raises ProviderUnavailable and SignInRefused."""
        return await self._client.under_keys(
            lambda keys: logout_tokens.verify(token, keys=keys, expected=self._expected, now=self._now)
        )

    async def _claims(
        self, tokens: Mapping[str, Any], access_token: str, returned: Return
    ) -> Mapping[str, Any]:
        id_token = text(tokens.get("id_token"))
        if id_token is None:
            raise SignInRefused("id_token")
        claims = await self._id_claims(id_token, access_token, returned.nonce)
        if returned.time_matters and "auth_time" not in claims:
            raise SignInRefused("auth_time")
        if not self._settings.userinfo.ask:
            return claims
        # What was signed counts for more.
        return {**await self._userinfo(access_token, claims), **claims}

    async def _id_claims(
        self, id_token: str, access_token: str, nonce: str, *, nonce_required: bool = True
    ) -> dict[str, Any]:
        return await self._client.under_keys(
            lambda keys: id_tokens.verify(
                id_token,
                access_token,
                nonce=nonce,
                nonce_required=nonce_required,
                keys=keys,
                expected=self._expected,
                now=self._now,
            )
        )

    async def _userinfo(self, access_token: str, signed: Mapping[str, Any]) -> dict[str, Any]:
        """Return the claims of the userinfo endpoint, which must speak of whom the ID token does (5.3.2)."""
        claims = await self._told(access_token)
        if claims.get("sub") != signed["sub"]:
            raise SignInRefused("userinfo_subject")
        return claims

    async def _told(self, access_token: str) -> dict[str, Any]:
        answer, form = await self._client.userinfo(access_token), self._settings.userinfo
        if not form.signed:
            return userinfo.plain_claims(answer, form.envelope)
        token = userinfo.signed_text(answer, form.envelope)
        return await self._client.under_keys(
            lambda keys: userinfo.signed_claims(token, keys=keys, expected=self._expected, now=self._now)
        )

    def _vouched(self, claims: Mapping[str, Any], *, refresh_token: str | None) -> Vouched:
        subject = text(claims.get(self._settings.claims.subject))
        if subject is None or len(subject) > LONGEST_SUBJECT:
            raise SignInRefused("subject")
        return Vouched(
            issuer=self.issuer,
            subject=subject,
            claims=claims,
            signed_in_at=signed_in_at(claims, answered_at=self._now()),
            sid=text(claims.get("sid")),
            refresh_token=refresh_token,
        )


def text(given: object) -> str | None:
    """Return what is a text and not empty."""
    return given if isinstance(given, str) and given else None

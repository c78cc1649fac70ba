"""Sign-in from the app's request to the one-time code that it gets (RFC 6749, 4.1, as OAuth 2.1 has it).

The caller holds no database connection while `start` and `identify` talk to the identity provider.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from auth import opaque, pkce
from auth.errors import OAuthError, UntrustedRedirect
from auth.identity import Identity, IdentityProvider, Return
from auth.settings import AuthSettings
from storage.parties import repository as parties
from storage.sessions import repository as sessions
from storage.sessions.repository import Admission, PendingSignIn
from storage.unit_of_work import UnitOfWork

SIGN_IN_LIFE = timedelta(minutes=10)
CODE_LIFE = timedelta(seconds=60)
LONGEST_STATE = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRequest:
    """An authorization request as the app made it, unchecked; None is what it left out."""

    client_id: str | None
    redirect_uri: str | None
    response_type: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    state: str | None
    dpop_jkt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedSignIn:
    """A sign-in to be kept, and where to send the browser."""

    url: str
    state: str
    pending: PendingSignIn


class SignIns:
    """Leads people from an app to the identity provider and back.

    Args:
        settings: names the apps and their redirect addresses.
        provider: vouches for people.
        now: the time, aware.
    """

    def __init__(
        self,
        settings: AuthSettings,
        provider: IdentityProvider,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._apps = settings.registered_apps()
        self._provider = provider
        self._now = now

    def trusted_redirect(self, request: AppRequest) -> str:
        """Return the address to which even errors may be sent.

        Raises:
            UntrustedRedirect: the app is not registered, or not with this very address.
        """
        app = self._apps.get(request.client_id or "")
        if app is not None and request.redirect_uri in app.redirect_uris:
            return str(request.redirect_uri)
        raise UntrustedRedirect(request.client_id)

    async def start(self, request: AppRequest) -> StartedSignIn:
        """Check a request and ask the provider where to send the browser.

        Raises:
            UntrustedRedirect: as `trusted_redirect`.
            OAuthError: the request is no code request with an S256 challenge.
            ProviderUnavailable: the provider can not be asked.
        """
        redirect_uri = self.trusted_redirect(request)
        challenge = _checked_challenge(request)
        state = opaque.draw()
        departure = await self._provider.begin(state)
        pending = PendingSignIn(
            nonce=departure.nonce,
            provider_verifier=departure.verifier,
            client_id=str(request.client_id),
            redirect_uri=redirect_uri,
            app_state=request.state,
            app_challenge=challenge,
            key_thumbprint=request.dpop_jkt,
        )
        return StartedSignIn(url=departure.url, state=state, pending=pending)

    async def keep(self, uow: UnitOfWork, started: StartedSignIn) -> None:
        """Note a sign-in until it comes back, ten minutes at most."""
        expires_at = self._now() + SIGN_IN_LIFE
        await sessions.keep_sign_in(uow, opaque.digest(started.state), started.pending, expires_at=expires_at)

    async def take(self, uow: UnitOfWork, state: str) -> PendingSignIn | None:
        """Return the sign-in that came back with `state`, once."""
        return await sessions.take_sign_in(uow, opaque.digest(state), now=self._now())

    async def identify(self, pending: PendingSignIn, *, code: str, issuer: str | None) -> Identity:
        """Ask the provider who came back with `code`. Raises ProviderUnavailable and SignInRefused."""
        return await self._provider.complete(
            Return(code=code, issuer=issuer, nonce=pending.nonce, verifier=pending.provider_verifier)
        )

    async def admit(self, uow: UnitOfWork, pending: PendingSignIn, identity: Identity) -> str:
        """Find or make the party, and return a one-time code for the app, good for 60 seconds."""
        known = parties.PartyIdentity(kind=identity.kind, number=identity.number)
        (key,) = await parties.find_or_create(uow, [known])
        await parties.learn_name(uow, key, identity.name)
        code = opaque.draw()
        await sessions.keep_code(
            uow,
            opaque.digest(code),
            Admission(
                client_id=pending.client_id,
                party_id=key.party_id,
                assurance=identity.assurance,
                signed_in_at=identity.signed_in_at,
                key_thumbprint=pending.key_thumbprint,
            ),
            redirect_uri=pending.redirect_uri,
            challenge=pending.app_challenge,
            expires_at=self._now() + CODE_LIFE,
        )
        return code


def _checked_challenge(request: AppRequest) -> str:
    if request.response_type is None:
        raise OAuthError("invalid_request", "response_type is missing")
    if request.response_type != "code":
        raise OAuthError("unsupported_response_type", "the response type is code")
    if request.code_challenge_method != pkce.METHOD or not pkce.is_challenge(request.code_challenge or ""):
        raise OAuthError("invalid_request", "a code_challenge with code_challenge_method=S256 is required")
    state = request.state or ""
    if len(state) > LONGEST_STATE or not state.isprintable():
        raise OAuthError("invalid_request", f"state holds at most {LONGEST_STATE} printable characters")
    if request.dpop_jkt is not None and not opaque.is_digest_text(request.dpop_jkt):
        raise OAuthError("invalid_request", "dpop_jkt is no thumbprint (RFC 9449, section 10)")
    return str(request.code_challenge)

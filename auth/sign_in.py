"""Sign-in from the app's request to the one-time code that it gets (RFC 6749, 4.1, as OAuth 2.1 has it).

The caller holds no database connection while `start` and `identify` talk to the identity provider.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from auth import admission, opaque, pkce, ties
from auth.apps import Audience
from auth.errors import OAuthError, ProviderUnavailable, UntrustedRedirect
from auth.identity import IdentityProvider, Return, Vouched
from auth.settings import AuthSettings
from storage.cipher import Cipher
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
    """Leads people from an app to the provider that vouches for those who use it, and back.

    Args:
        settings: names the apps, their redirect addresses, and who signs in with them.
        providers: vouch for citizens and officers.
        now: the time, aware.
    """

    def __init__(
        self,
        settings: AuthSettings,
        providers: Mapping[Audience, IdentityProvider],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._apps = settings.registered_apps()
        self._claim_map = settings.idp_claims
        self._providers = providers
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
        departure = await self._provider(request.client_id).begin(state)
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

    async def identify(self, pending: PendingSignIn, *, code: str, issuer: str | None) -> Vouched:
        """Ask the provider who came back with `code`. Raises ProviderUnavailable and SignInRefused."""
        return await self._provider(pending.client_id).complete(
            Return(code=code, issuer=issuer, nonce=pending.nonce, verifier=pending.provider_verifier)
        )

    async def admit(self, uow: UnitOfWork, pending: PendingSignIn, vouched: Vouched) -> str:
        """Find or make whoever signed in; return a one-time code for the app, good for 60 seconds.

        Raises:
            SignInRefused: what the provider says of a citizen lacks something.
            OAuthError: `access_denied`, where it speaks of nobody who may use this app.
        """
        audience = self._audience(pending.client_id)
        holder = await admission.admit(uow, audience, vouched, self._claim_map)
        code = opaque.draw()
        await sessions.keep_code(
            uow,
            opaque.digest(code),
            _admission(uow.cipher, pending, vouched, holder, provider=audience),
            redirect_uri=pending.redirect_uri,
            challenge=pending.app_challenge,
            expires_at=self._now() + CODE_LIFE,
        )
        return code

    def _audience(self, client_id: str | None) -> Audience:
        return self._apps[client_id or ""].audience

    def _provider(self, client_id: str | None) -> IdentityProvider:
        provider = self._providers.get(self._audience(client_id))
        if provider is None:
            raise ProviderUnavailable("no provider is set for those who use this app")
        return provider


def _admission(
    cipher: Cipher, pending: PendingSignIn, vouched: Vouched, holder: admission.Holder, *, provider: str
) -> Admission:
    issuer, sid, token = vouched.issuer, vouched.sid, vouched.refresh_token
    return Admission(
        client_id=pending.client_id,
        party_id=holder.party_id,
        officer_id=holder.officer_id,
        assurance=holder.assurance,
        signed_in_at=vouched.signed_in_at,
        provider=provider,
        provider_subject_index=ties.subject_index(cipher, issuer, vouched.subject),
        provider_session_index=None if sid is None else ties.session_index(cipher, issuer, sid),
        provider_token_sealed=None if token is None else ties.seal_token(cipher, token),
        key_thumbprint=pending.key_thumbprint,
    )


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

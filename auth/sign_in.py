"""Sign-in from the app's request to the one-time code that it gets (RFC 6749, 4.1, as OAuth 2.1 has it).

The caller holds no database connection while `start` and `identify` talk to the identity provider.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from auth import admission, opaque, ties
from auth.app_requests import UNMET, AppRequest, check
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
LEEWAY = timedelta(seconds=30)


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

    async def start(self, request: AppRequest, *, browser: str) -> StartedSignIn:
        """Check a request and ask the provider where to send the browser.

        Args:
            request: what the app asks for.
            browser: a secret that this browser alone will show when it comes back.

        Raises:
            UntrustedRedirect: as `trusted_redirect`.
            OAuthError: the request is no code request with an S256 challenge, or asks for too much.
            ProviderUnavailable: the provider can not be asked.
        """
        redirect_uri = self.trusted_redirect(request)
        asked = check(request)
        state, wished_at = opaque.draw(), self._now()
        departure = await self._provider(request.client_id).begin(state, asked.wish)
        pending = PendingSignIn(
            nonce=departure.nonce,
            provider_verifier=departure.verifier,
            client_id=str(request.client_id),
            redirect_uri=redirect_uri,
            app_state=request.state,
            app_challenge=asked.challenge,
            key_thumbprint=request.dpop_jkt,
            browser_hash=opaque.digest(browser),
            least_assurance=asked.least_assurance,
            seen_after=asked.wish.seen_after(wished_at),
        )
        return StartedSignIn(url=departure.url, state=state, pending=pending)

    async def keep(self, uow: UnitOfWork, started: StartedSignIn) -> None:
        """Note a sign-in until it comes back, ten minutes at most."""
        expires_at = self._now() + SIGN_IN_LIFE
        await sessions.keep_sign_in(uow, opaque.digest(started.state), started.pending, expires_at=expires_at)

    async def take(self, uow: UnitOfWork, state: str, *, browser: str) -> PendingSignIn | None:
        """Return the sign-in that came back with `state`, once, and in the browser that was sent.

        So nobody is signed in as somebody else by following a link that this one made (RFC 6819, 4.4.1.8).
        """
        state_hash, browser_hash = opaque.digest(state), opaque.digest(browser)
        return await sessions.take_sign_in(uow, state_hash, browser_hash=browser_hash, now=self._now())

    async def identify(self, pending: PendingSignIn, *, code: str, issuer: str | None) -> Vouched:
        """Ask the provider who came back with `code`.

        Raises:
            ProviderUnavailable: it can not be asked.
            SignInRefused: it refuses, or must not be believed.
            OAuthError: it has not seen the person since when the app needs it to have.
        """
        vouched = await self._provider(pending.client_id).complete(
            Return(
                code=code,
                issuer=issuer,
                nonce=pending.nonce,
                verifier=pending.provider_verifier,
                time_matters=pending.seen_after is not None,
            )
        )
        if pending.seen_after is not None and vouched.signed_in_at < pending.seen_after - LEEWAY:
            raise OAuthError(UNMET, "the identity provider has not seen the person lately enough")
        return vouched

    async def admit(self, uow: UnitOfWork, pending: PendingSignIn, vouched: Vouched) -> str:
        """Find or make whoever signed in; return a one-time code for the app, good for 60 seconds.

        Raises:
            SignInRefused: what the provider says of a citizen lacks something.
            OAuthError: it speaks of nobody who may use this app, or of an account of too low a level.
        """
        audience = self._audience(pending.client_id)
        holder = await admission.admit(uow, audience, vouched, self._claim_map)
        least = pending.least_assurance
        if least is not None and holder.party_id is not None and holder.assurance < least:
            raise OAuthError(UNMET, f"the account is of level {holder.assurance}, and {least} is needed")
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

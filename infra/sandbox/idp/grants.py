"""What has been granted and not yet used up: authorization codes, access tokens and refresh tokens."""

import base64
import dataclasses
import hashlib
import secrets
import time
from collections.abc import Callable

from infra.sandbox.idp.authorization import AuthorizationRequest
from infra.sandbox.idp.realms import Person

CODE_LIFETIME = 60  # seconds
TOKEN_LIFETIME = 3600  # seconds
REFRESH_LIFETIME = 30 * 24 * 3600  # seconds


@dataclasses.dataclass(frozen=True, kw_only=True)
class Grant:
    """Who let the relying party know what, and until when it can collect it (seconds since the epoch).

    `sid` names the sign-in, which is all that this provider has of a session.
    """

    account: Person
    request: AuthorizationRequest
    granted_at: float
    expires_at: float
    sid: str = dataclasses.field(default_factory=lambda: secrets.token_hex(16))

    def redeemable_with(self, *, redirect_uri: str, verifier: str, now: float) -> bool:
        """Return whether a code is still good, and in the hands of whoever asked for it."""
        proof = secrets.compare_digest(s256(verifier), self.request.challenge)
        return proof and redirect_uri == self.request.redirect_uri and now < self.expires_at


class Grants:
    """Codes and tokens in memory, each under its own secret."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._codes: dict[str, Grant] = {}
        self._tokens: dict[str, Grant] = {}
        self._renewals: dict[str, Grant] = {}
        self._used: dict[str, Grant] = {}

    def issue_code(self, account: Person, request: AuthorizationRequest) -> str:
        """Return a code that can be redeemed once, within a minute."""
        now = self._clock()
        grant = Grant(account=account, request=request, granted_at=now, expires_at=now + CODE_LIFETIME)
        return self._keep(self._codes, grant)

    def redeem(self, code: str, *, redirect_uri: str, verifier: str) -> Grant | None:
        """Return what a code stands for, or None; either way the code is used up (RFC 6749, 4.1.2)."""
        grant = self._codes.pop(code, None)
        if grant is None:
            return None
        good = grant.redeemable_with(redirect_uri=redirect_uri, verifier=verifier, now=self._clock())
        return grant if good else None

    def issue_token(self, grant: Grant) -> str:
        """Return an access token for the userinfo endpoint."""
        return self._keep(self._tokens, dataclasses.replace(grant, expires_at=self._clock() + TOKEN_LIFETIME))

    def behind(self, token: str) -> Grant | None:
        """Return what an access token stands for, or None."""
        grant = self._tokens.get(token)
        return grant if grant is not None and self._clock() < grant.expires_at else None

    def issue_refresh(self, grant: Grant) -> str:
        """Return a refresh token, good once."""
        until = self._clock() + REFRESH_LIFETIME
        return self._keep(self._renewals, dataclasses.replace(grant, expires_at=until))

    def renew(self, token: str) -> Grant | None:
        """Return what a refresh token stands for, once; a second use ends the family (RFC 9700, 4.14.2)."""
        if token in self._used:
            self.forget(self._used[token].sid)
        grant = self._renewals.pop(token, None)
        if grant is None or self._clock() >= grant.expires_at:
            return None
        self._used[token] = grant
        return grant

    def forget(self, sid: str) -> None:
        """End what was granted by a sign-in."""
        for kept in (self._tokens, self._renewals):
            for secret in [secret for secret, grant in kept.items() if grant.sid == sid]:
                del kept[secret]

    def sids(self, sub: str) -> list[str]:
        """Return the sign-ins of an account that go on."""
        return sorted({grant.sid for grant in self._tokens.values() if grant.account.sub == sub})

    def _keep(self, kept: dict[str, Grant], grant: Grant) -> str:
        now = self._clock()
        for secret in [secret for secret, old in kept.items() if old.expires_at <= now]:
            del kept[secret]
        secret = secrets.token_urlsafe(32)
        kept[secret] = grant
        return secret


def s256(verifier: str) -> str:
    """Return the S256 challenge of a code verifier (RFC 7636, 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

"""Signing out at the identity provider signs out here (OpenID Connect Back-Channel Logout 1.0)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from auth import logout_tokens, opaque, ties
from auth.errors import SignInRefused
from auth.id_tokens import LEEWAY_SECONDS
from auth.identity import IdentityProvider, SignedOut
from storage.sessions import proofs, signed_out
from storage.unit_of_work import UnitOfWork

LEEWAY = timedelta(seconds=LEEWAY_SECONDS)
REMEMBERED = timedelta(seconds=logout_tokens.OLDEST_SECONDS) + 2 * LEEWAY


async def read(token: str, providers: Iterable[IdentityProvider]) -> SignedOut:
    """Check a logout token with the provider that it names; two audiences may have the same one.

    Raises ProviderUnavailable and SignInRefused.
    """
    issuer = logout_tokens.issuer_of(token)
    refused = SignInRefused("logout_token_issuer")
    for provider in providers:
        if provider.issuer != issuer:
            continue
        try:
            return await provider.read_logout(token)
        except SignInRefused as error:
            refused = error
    raise refused


async def end(uow: UnitOfWork, told: SignedOut, *, now: datetime) -> list[UUID]:
    """End the sessions that a provider tells of; return their ids. What is told again changes nothing."""
    # Beside the proofs of keys: what was seen once, for as long as it could be shown again.
    seen = opaque.digest(f"{told.issuer}\x00{told.jti}")
    if not await proofs.spend(uow, seen, expires_at=told.told_at + REMEMBERED):
        return []
    cipher, issuer = uow.cipher, told.issuer
    return await signed_out.end(
        uow,
        subject_index=None if told.subject is None else ties.subject_index(cipher, issuer, told.subject),
        session_index=None if told.sid is None else ties.session_index(cipher, issuer, told.sid),
        until=told.told_at + LEEWAY,
        now=now,
    )

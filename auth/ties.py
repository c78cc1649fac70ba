"""What ties a session to the provider that vouched for it: kept so that it says nothing by itself."""

from storage.cipher import Cipher

_SUBJECT = "session.provider_subject"
_SESSION = "session.provider_session"
_TOKEN = "session.provider_token"  # noqa: S105 - says what is sealed, and opens nothing


def subject_index(cipher: Cipher, issuer: str, subject: str) -> bytes:
    """Return by what the sessions of an account at a provider are found."""
    return cipher.blind_index(_SUBJECT, f"{issuer}\x00{subject}")


def session_index(cipher: Cipher, issuer: str, sid: str) -> bytes:
    """Return by what the sessions are found that go back to one session at a provider."""
    return cipher.blind_index(_SESSION, f"{issuer}\x00{sid}")


def seal_token(cipher: Cipher, refresh_token: str) -> bytes:
    """Seal a provider's refresh token."""
    return cipher.seal(refresh_token, _TOKEN)


def open_token(cipher: Cipher, sealed: bytes) -> str:
    """Return a sealed refresh token. Raises UndecipherableError."""
    return cipher.unseal(sealed, _TOKEN)

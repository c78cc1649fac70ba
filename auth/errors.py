"""What can go wrong while finding out who is calling."""

from typing import Literal

Code = Literal[
    "access_denied",
    "invalid_client",
    "invalid_dpop_proof",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "invalid_target",
    "temporarily_unavailable",
    "unauthorized_client",
    "unmet_authentication_requirements",
    "unsupported_grant_type",
    "unsupported_response_type",
]


class AuthError(Exception):
    """Base of all errors that this package raises on purpose."""


class InvalidToken(AuthError):  # noqa: N818 - named as RFC 6750 names it
    """The access token is not ours, is for something else, has expired, or is no token at all."""


class InvalidProof(AuthError):  # noqa: N818 - named as RFC 9449 names it
    """The proof that a key is held is missing, malformed, for something else, out of time, or was used."""


class ProviderUnavailable(AuthError):  # noqa: N818 - says what is the case, not whose error it is
    """The identity provider can not be reached, answers nonsense, or does not know us."""


class SignInRefused(AuthError):  # noqa: N818 - likewise
    """The identity provider refused the sign-in, or what it said must not be believed.

    ``reason`` is a short stable word for logs; it quotes nothing that the provider sent about a person.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UntrustedRedirect(AuthError):  # noqa: N818 - likewise
    """The app or its address is not registered: nothing may be sent there, not even an error."""


class OAuthError(AuthError):
    """An error that a client reads (RFC 6749, sections 4.1.2.1 and 5.2)."""

    def __init__(self, code: Code, description: str) -> None:
        super().__init__(f"{code}: {description}")
        self.code: Code = code
        self.description = description

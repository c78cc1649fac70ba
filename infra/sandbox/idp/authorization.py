"""The authorization request: OpenID Connect Core, 3.1.2, with PKCE (RFC 7636) required."""

import collections
import dataclasses
import re
import urllib.parse
from collections.abc import Iterable
from typing import Self

from infra.sandbox.idp.clients import CLIENT_ID, may_redirect_to

PARAMETERS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "acr_values",
    "login_hint",
)
_S256_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class UntrustedRequestError(Exception):
    """The request does not say believably where an answer should go: it is shown, never redirected."""


class RefusedRequestError(Exception):
    """The request is refused by a redirect to the relying party (RFC 6749, 4.1.2.1)."""

    def __init__(self, error: str, description: str, *, redirect_uri: str, state: str | None) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.redirect_uri = redirect_uri
        self.state = state


@dataclasses.dataclass(frozen=True, kw_only=True)
class AuthorizationRequest:
    """A request that may be granted.

    Attributes:
        redirect_uri: Where the answer goes.
        scope: What is asked for; `openid` is among it.
        state: Returned as it came.
        nonce: Put into the ID token.
        challenge: S256 code challenge.
        silent: Whether no page may be shown (`prompt=none`).
        login_hint: Citizen number, tax code or `sub` of whoever should sign in.
    """

    redirect_uri: str
    scope: frozenset[str]
    state: str | None
    nonce: str | None
    challenge: str
    silent: bool
    login_hint: str | None

    @classmethod
    def parse(cls, parameters: Iterable[tuple[str, str]]) -> Self:
        """Check a request.

        Raises:
            UntrustedRequestError: Unknown client, or a redirect URI that is not its own.
            RefusedRequestError: Anything else that is wrong.
        """
        given: collections.defaultdict[str, list[str]] = collections.defaultdict(list)
        for name, value in parameters:
            given[name].append(value)
        redirect_uri = _trusted_redirect(given)
        single = {name: values[0] for name, values in given.items()}
        repeated = [name for name, values in given.items() if len(values) > 1]
        if problem := _problem(single, repeated):
            error, description = problem
            raise RefusedRequestError(
                error, description, redirect_uri=redirect_uri, state=single.get("state")
            )
        return cls(
            redirect_uri=redirect_uri,
            scope=frozenset(single["scope"].split()),
            state=single.get("state"),
            nonce=single.get("nonce"),
            challenge=single["code_challenge"],
            silent=single.get("prompt") == "none",
            login_hint=single.get("login_hint"),
        )

    def refused(self, error: str, description: str) -> RefusedRequestError:
        """Return the refusal of this request, to be raised."""
        return RefusedRequestError(error, description, redirect_uri=self.redirect_uri, state=self.state)


def answer_url(redirect_uri: str, *, issuer: str | None, state: str | None, **answer: str) -> str:
    """Return where the browser goes with an answer; it names the issuer, if that is given (RFC 9207)."""
    named = {"state": state, "iss": issuer}
    parameters = answer | {name: value for name, value in named.items() if value is not None}
    parts = urllib.parse.urlsplit(redirect_uri)
    query = urllib.parse.urlencode([*urllib.parse.parse_qsl(parts.query), *parameters.items()])
    return parts._replace(query=query).geturl()


def _trusted_redirect(given: dict[str, list[str]]) -> str:
    if given.get("client_id") != [CLIENT_ID]:
        raise UntrustedRequestError("client_id")
    redirects = given.get("redirect_uri", [])
    if len(redirects) != 1 or not may_redirect_to(redirects[0]):
        raise UntrustedRequestError("redirect_uri")
    return redirects[0]


def _problem(single: dict[str, str], repeated: list[str]) -> tuple[str, str] | None:
    if repeated:
        return "invalid_request", f"Given more than once: {', '.join(repeated)}."
    if "request" in single or "request_uri" in single:
        return "request_not_supported", "Request objects are not supported."
    response_type = single.get("response_type", "")
    if response_type != "code":
        error = "unsupported_response_type" if response_type else "invalid_request"
        return error, "The response type is code."
    if "openid" not in single.get("scope", "").split():
        return "invalid_scope", "The scope openid is required."
    # Everybody signs in anew each time, so that no age is too great; but it has to be one.
    if not single.get("max_age", "0").isdecimal():
        return "invalid_request", "max_age is a number of seconds."
    return _pkce_problem(single)


def _pkce_problem(single: dict[str, str]) -> tuple[str, str] | None:
    if single.get("code_challenge_method") != "S256":
        return "invalid_request", "PKCE with the method S256 is required."
    if not _S256_CHALLENGE.fullmatch(single.get("code_challenge", "")):
        return "invalid_request", "The code challenge is not of the form that S256 yields."
    return None

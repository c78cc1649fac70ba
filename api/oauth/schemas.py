"""Requests and answers of the OAuth endpoints.

Every field of a request may be missing here: what that means is told in the RFC's own errors.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from auth import dpop, key_sets
from auth.agencies import Scope

LONGEST_DEVICE_NAME = 100
TokenType = Literal["Bearer", "DPoP"]


class AuthorizeQuery(BaseModel):
    """RFC 6749, section 4.1.1, with RFC 7636, section 4.3, and RFC 9449, section 10.

    The last three, of OpenID Connect Core 1.0, section 3.1.2.1, answer the challenge of RFC 9470.
    """

    model_config = ConfigDict(frozen=True)

    response_type: Annotated[str | None, Field(examples=["code"])] = None
    client_id: Annotated[str | None, Field(examples=["tindan-app"])] = None
    redirect_uri: Annotated[str | None, Field(examples=["https://example.vn/app/callback"])] = None
    state: str | None = None
    code_challenge: Annotated[str | None, Field(examples=["E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"])] = (
        None
    )
    code_challenge_method: Annotated[str | None, Field(examples=["S256"])] = None
    dpop_jkt: str | None = None
    acr_values: Annotated[str | None, Field(examples=["2"])] = None
    max_age: Annotated[str | None, Field(description="seconds", examples=["300"])] = None
    prompt: Annotated[str | None, Field(examples=["login"])] = None


class CallbackQuery(BaseModel):
    """What the identity provider sends back (RFC 6749, section 4.1.2, with RFC 9207)."""

    model_config = ConfigDict(frozen=True)

    state: str | None = None
    code: str | None = None
    iss: str | None = None
    error: str | None = None


class TokenForm(BaseModel):
    """RFC 6749, sections 4.1.3, 4.4.2 and 6; RFC 7521, section 4.2; RFC 8693, section 2.1.

    `client_secret` may come by HTTP Basic as well.
    To act for somebody, `representation_id` names by which right: an extension of ours, as no parameter of
    the RFC names a subject of which there is no token. Another one is `device_name`, by which a person knows
    a signed-in device again: it may come with a code.
    """

    model_config = ConfigDict(frozen=True)

    grant_type: Annotated[str | None, Field(examples=["authorization_code"])] = None
    client_id: str | None = None
    client_secret: str | None = None
    client_assertion: str | None = None
    client_assertion_type: str | None = None
    code: str | None = None
    redirect_uri: str | None = None
    code_verifier: str | None = None
    refresh_token: str | None = None
    scope: str | None = None
    subject_token: str | None = None
    subject_token_type: str | None = None
    requested_token_type: str | None = None
    representation_id: str | None = None
    device_name: Annotated[str | None, Field(examples=["iPhone 15"])] = None


class RevokeForm(BaseModel):
    """RFC 7009, section 2.1. The hint is not needed: a token tells by itself what it is."""

    model_config = ConfigDict(frozen=True)

    token: str | None = None
    token_type_hint: str | None = None
    client_id: str | None = None


class TokenAnswer(BaseModel):
    """RFC 6749, section 5.1. Agencies get a scope, apps a refresh token; who acts, the type (RFC 8693)."""

    access_token: str
    token_type: TokenType
    expires_in: Annotated[int, Field(description="seconds")]
    refresh_token: str | None = None
    scope: str | None = None
    issued_token_type: str | None = None


class OAuthRefusal(BaseModel):
    """RFC 6749, section 5.2."""

    error: str
    error_description: str


class ServerMetadata(BaseModel):
    """RFC 8414, section 2. Of the scopes, which are for agencies, apps need none.

    There is no document of OpenID Connect beside it, as nobody signs in elsewhere with an account of ours:
    AppAuth, which looks for one, is told the two endpoints instead.
    """

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str
    jwks_uri: str
    response_types_supported: list[str] = ["code"]
    response_modes_supported: list[str] = ["query"]
    grant_types_supported: list[str] = [
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:token-exchange",
    ]
    scopes_supported: list[str] = list(Scope)
    code_challenge_methods_supported: list[str] = ["S256"]
    dpop_signing_alg_values_supported: list[str] = list(dpop.ALGORITHMS)
    token_endpoint_auth_methods_supported: list[str] = [
        "none",
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
    ]
    token_endpoint_auth_signing_alg_values_supported: list[str] = list(key_sets.ALGORITHMS)
    revocation_endpoint_auth_methods_supported: list[str] = ["none"]
    authorization_response_iss_parameter_supported: bool = True
    ui_locales_supported: list[str] = ["vi", "en"]


class PublicKeys(BaseModel):
    """RFC 7517, section 5."""

    keys: list[dict[str, str | list[str]]]

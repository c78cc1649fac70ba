"""What an OpenID provider publishes about itself (OpenID Connect Discovery 1.0, section 3)."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from auth.errors import ProviderUnavailable
from auth.providers import Endpoints

OFFLINE = "offline_access"


class Metadata(BaseModel):
    """The part of a provider's metadata that we use; what it leaves out has the standard's defaults."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str | None = None
    userinfo_endpoint: str | None = None
    scopes_supported: tuple[str, ...] = ()
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    names_issuer: bool = Field(default=False, alias="authorization_response_iss_parameter_supported")

    @property
    def client_authentication(self) -> str:
        """How we show our secret at the token endpoint."""
        ways = self.token_endpoint_auth_methods_supported
        return "client_secret_basic" if "client_secret_basic" in ways else "client_secret_post"

    def scope(self, wanted: str) -> str:
        """Return what to ask for: what is wanted, and to be able to ask later whether it still holds."""
        return f"{wanted} {OFFLINE}" if OFFLINE in self.scopes_supported else wanted


def well_known(issuer: str) -> str:
    """Return where the metadata of `issuer` is published."""
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration"


def read_metadata(document: Any, issuer: str) -> Metadata:
    """Check a metadata document.

    Raises:
        ProviderUnavailable: it is of another issuer (which would let that one sign for this one), sends us
            from https to something else, or names no keys.
        ValueError: it is malformed.
    """
    metadata = Metadata.model_validate(document)
    if metadata.issuer != issuer:
        raise ProviderUnavailable("the metadata is of another issuer")
    if metadata.jwks_uri is None:
        raise ProviderUnavailable("the metadata names no keys")
    endpoints = (
        metadata.authorization_endpoint,
        metadata.token_endpoint,
        metadata.jwks_uri,
        metadata.userinfo_endpoint or metadata.token_endpoint,
    )
    if issuer.startswith("https:") and not all(url.startswith("https:") for url in endpoints):
        raise ProviderUnavailable("an endpoint is not https")
    return metadata


def metadata_of(endpoints: Endpoints, issuer: str) -> Metadata:
    """Return what a provider without metadata would have to say, from what the settings say of it."""
    return Metadata(issuer=issuer, **endpoints.model_dump())

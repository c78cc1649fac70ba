"""What must be known of an identity provider before it can be asked who somebody is."""

from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from storage.parties.kinds import PartyKind


class Profile(StrEnum):
    """How a provider speaks OpenID Connect.

    Attributes:
        STRICT: as the standards have it: discovery, PKCE, a signed ID token with our nonce.
        VNEID: as deployments of VNeID do: who signed in is told by the userinfo endpoint, and neither nonce
            nor ID token may be there; what ties an answer to its question is then `state`, which is bound
            to the browser, and PKCE.
    """

    STRICT = "strict"
    VNEID = "vneid"


class ClaimMap(BaseModel):
    """Names of the claims in which the provider says who signed in. Defaults are those of VNeID.

    Attributes:
        subject: the provider's own name for the account.
        kinds: what the values of `account_kind` stand for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str = "sub"
    account_kind: str = "LoaiTaiKhoan"
    kinds: dict[str, PartyKind] = Field(
        default_factory=lambda: {"1": PartyKind.PERSON, "2": PartyKind.ORGANISATION}
    )
    number: str = "SoDinhDanh"
    name: str = "HoVaTen"
    level: str = "IAL"
    organisation_number: str = "MaSoThue"
    organisation_name: str = "TenToChuc"


class Userinfo(BaseModel):
    """How the userinfo endpoint is used (OpenID Connect Core 1.0, section 5.3).

    Attributes:
        ask: whether a strict provider is asked there, beside what its ID token says; others always are.
        envelope: the names that lead from the answer to the claims, outermost first.
        signed: whether the claims are a JWT that the provider signed; then nothing else is believed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ask: bool = False
    envelope: tuple[str, ...] = ()
    signed: bool = False


class Endpoints(BaseModel):
    """Where a provider is that publishes no metadata of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """One provider, and how we are known there.

    Attributes:
        name: what our own records call it.
        issuer: exactly as it names itself.
        callback_url: the address that is registered there.
        endpoints: where it is, for one without discovery.
        scope: what to ask for, beside `offline_access` where its metadata has that.
    """

    name: str
    profile: Profile
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    callback_url: str
    claims: ClaimMap = field(default_factory=ClaimMap)
    userinfo: Userinfo = field(default_factory=Userinfo)
    endpoints: Endpoints | None = None
    scope: str = "openid profile"

"""Settings of tokens, apps and the identity provider. Read from the environment, once."""

from itertools import chain
from typing import Annotated
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from auth.keys import new_key, read_keys
from storage.errors import SettingsError
from storage.parties.kinds import PartyKind
from storage.settings import StorageSettings, write_once

RedirectUris = dict[str, tuple[str, ...]]

_DEVELOPMENT_ISSUER = "http://127.0.0.1:8090/idp"
_DEVELOPMENT_SECRET = "development-only"  # noqa: S105 - opens the sandbox, and nothing outside development
_DEVELOPMENT_REDIRECTS: RedirectUris = {"tindan-app": ("http://127.0.0.1:8090/app/callback",)}


class ClaimMap(BaseModel):
    """Names of the claims in which the provider says who signed in. Defaults are those of VNeID.

    Attributes:
        kinds: what the values of `account_kind` stand for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    account_kind: str = "LoaiTaiKhoan"
    kinds: dict[str, PartyKind] = Field(
        default_factory=lambda: {"1": PartyKind.PERSON, "2": PartyKind.ORGANISATION}
    )
    number: str = "SoDinhDanh"
    name: str = "HoVaTen"
    level: str = "IAL"
    organisation_number: str = "MaSoThue"
    organisation_name: str = "TenToChuc"


class AuthSettings(StorageSettings):
    """How our own tokens are signed, which apps may sign people in, and who vouches for people.

    Each method gives a checked value, or raises SettingsError that names the setting and how to set it.

    Attributes:
        public_url: how apps and agencies reach this service; the issuer of its tokens.
        token_key: EC P-256 private key as PEM or JWK, or a JWK set, of which the first key signs and all
            verify (so that a key can be replaced while tokens of the old one are about).
        app_redirect_uris: for each app its redirect addresses, as JSON: {"tindan-app": ["https://…"]}.
        access_token_seconds: life of an access token, in seconds.
        session_days: days after which a session that is not used ends.
    """

    public_url: str = "http://127.0.0.1:8080"
    token_key: SecretStr | None = None
    access_token_seconds: Annotated[int, Field(ge=30, le=3600)] = 600
    session_days: Annotated[int, Field(ge=1, le=365)] = 60
    app_redirect_uris: RedirectUris | None = None
    idp_issuer: str | None = None
    idp_client_id: str = "tindan"
    idp_client_secret: SecretStr | None = None
    idp_claims: ClaimMap = ClaimMap()

    def issuer(self) -> str:
        """Return our own address without a slash at its end."""
        return self._web_address("public_url", self.public_url)

    def callback_url(self) -> str:
        """Return the address to be registered with the identity provider."""
        return f"{self.issuer()}/oauth/callback"

    def signing_keys(self) -> list[ECKey]:
        """Return the keys of our tokens: the first signs, all verify."""
        text = self.token_key.get_secret_value() if self.token_key else self._development_key()
        try:
            return read_keys(text)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            # The cause could quote the key: it is named, not chained.
            raise SettingsError(
                "TINDAN_TOKEN_KEY is no EC P-256 private key in PEM or JWK "
                f"({type(error).__name__}). Make one with: openssl ecparam -name prime256v1 -genkey -noout"
            ) from None

    def redirect_uris(self) -> dict[str, frozenset[str]]:
        """Return the redirect addresses of each app; only exact matches count (RFC 9700, 2.1)."""
        given = self.app_redirect_uris or (_DEVELOPMENT_REDIRECTS if self.development else {})
        if not given:
            raise SettingsError(
                "TINDAN_APP_REDIRECT_URIS is not set. It names the apps and where they are called back, "
                'for example {"tindan-app": ["https://example.gov.vn/app/callback"]}'
            )
        for address in chain.from_iterable(given.values()):
            self._check_redirect(address)
        return {client_id: frozenset(addresses) for client_id, addresses in given.items()}

    def provider_issuer(self) -> str:
        """Return the issuer of the identity provider, exactly as it names itself."""
        if self.idp_issuer:
            self._web_address("idp_issuer", self.idp_issuer)
            return self.idp_issuer
        if self.development:
            return _DEVELOPMENT_ISSUER
        raise SettingsError("TINDAN_IDP_ISSUER is not set. It is the provider's `issuer`, an https address")

    def provider_secret(self) -> str:
        """Return the secret that the identity provider gave us."""
        if self.idp_client_secret:
            return self.idp_client_secret.get_secret_value()
        if self.development:
            return _DEVELOPMENT_SECRET
        raise SettingsError("TINDAN_IDP_CLIENT_SECRET is not set. The identity provider hands it out")

    def _development_key(self) -> str:
        if not self.development:
            raise SettingsError(
                "TINDAN_TOKEN_KEY is not set. Make one with: openssl ecparam -name prime256v1 -genkey -noout"
            )
        path = self.data_dir / "secrets" / "token_key"
        if not path.exists():
            write_once(path, new_key())
        return path.read_text()

    def _web_address(self, name: str, address: str) -> str:
        parts = urlsplit(address)
        if not parts.netloc or parts.query or parts.fragment or parts.scheme not in self._schemes:
            allowed = " or ".join(self._schemes)
            raise SettingsError(
                f"TINDAN_{name.upper()} must be an {allowed} address without query: {address}"
            )
        return address.rstrip("/")

    def _check_redirect(self, address: str) -> None:
        parts = urlsplit(address)
        # An app's own scheme is a domain name turned round (RFC 8252, 7.1), which keeps out `javascript:`.
        good = "." in parts.scheme or (parts.scheme in self._schemes and parts.netloc)
        if not good or parts.fragment:
            raise SettingsError(
                "TINDAN_APP_REDIRECT_URIS may hold https addresses, and schemes such as "
                f"vn.gov.example:/callback, without a fragment: not {address}"
            )

    @property
    def _schemes(self) -> tuple[str, ...]:
        return ("https", "http") if self.development else ("https",)

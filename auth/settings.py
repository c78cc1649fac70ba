"""Settings of tokens, apps and the identity provider. Read from the environment, once."""

from itertools import chain
from typing import Annotated
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from pydantic import Field, SecretStr

from auth.apps import CONSOLE, App, Audience, is_redirect
from auth.providers import ClaimMap, Endpoints, Profile, ProviderSettings, Userinfo
from auth.step_up import DEFAULTS, Demand, Purpose
from storage.errors import SettingsError
from storage.settings import StorageSettings, write_once
from storage.signing import new_key, read_keys

_DEVELOPMENT_ISSUER = "http://127.0.0.1:8090/idp"
_DEVELOPMENT_STAFF_ISSUER = "http://127.0.0.1:8090/staff"
_DEVELOPMENT_SECRET = "development-only"  # noqa: S105 - opens the sandbox, and nothing outside development
_DEVELOPMENT_APPS = {"tindan-app": App(redirect_uris=frozenset({"http://127.0.0.1:8090/app/callback"}))}


class AuthSettings(StorageSettings):
    """How our own tokens are signed, which apps may sign people in, and who vouches for people.

    Each method gives a checked value, or raises SettingsError that names the setting and how to set it.

    Attributes:
        public_url: how apps and agencies reach this service; the issuer of its tokens.
        token_key: EC P-256 private key as PEM or JWK, or a JWK set, of which the first key signs and all
            verify (so that a key can be replaced while tokens of the old one are about).
        apps: the apps that sign people in, as JSON: {"tindan-app": {"redirect_uris": ["https://…"]}}; see
            `auth.apps.App`.
        idp_issuer: who vouches for citizens and organisations, and `idp_…` how it is spoken to.
        staff_issuer: who vouches for officers and operators, and `staff_…` likewise; without it none can
            sign in.
        step_up: how people must have signed in for what, as JSON: {"contacts": {"level": 2, "max_age": 600}};
            see `auth.step_up`, which has the defaults.
        access_token_seconds: life of an access token, in seconds.
        standing_seconds: how often, at most, a provider is asked whether the account behind a session that
            is renewed is still good.
        standing_bound_seconds: how long a session goes on while the provider can not be asked.
        unwatched_session_days: how long a session lasts where the provider gave nothing to ask it with.
        session_days: days after which a session that is not used ends.
        officer_session_hours: the same for officers' and operators', whose screens others pass by.
    """

    public_url: str = "http://127.0.0.1:8080"
    token_key: SecretStr | None = None
    access_token_seconds: Annotated[int, Field(ge=30, le=3600)] = 600
    session_days: Annotated[int, Field(ge=1, le=365)] = 60
    officer_session_hours: Annotated[int, Field(ge=1, le=168)] = 12
    standing_seconds: Annotated[int, Field(ge=60)] = 3600
    standing_bound_seconds: Annotated[int, Field(ge=60)] = 24 * 3600
    unwatched_session_days: Annotated[int, Field(ge=1, le=365)] = 30
    apps: dict[str, App] | None = None
    idp_issuer: str | None = None
    idp_profile: Profile = Profile.STRICT
    idp_endpoints: Endpoints | None = None
    idp_userinfo: Userinfo = Userinfo()
    idp_scope: str = "openid profile"
    idp_client_id: str = "tindan"
    idp_client_secret: SecretStr | None = None
    idp_claims: ClaimMap = ClaimMap()
    step_up: dict[Purpose, Demand] = Field(default_factory=dict)
    staff_issuer: str | None = None
    staff_userinfo: Userinfo = Userinfo()
    staff_scope: str = "openid profile email"
    staff_client_id: str = "tindan"
    staff_client_secret: SecretStr | None = None

    def issuer(self) -> str:
        """Return our own address without a slash at its end."""
        if "public_url" not in self.model_fields_set and not self.development:
            raise SettingsError(
                "TINDAN_PUBLIC_URL is not set. It is the https address at which apps and agencies reach us"
            )
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

    def registered_apps(self) -> dict[str, App]:
        """Return the apps by their ids; where somebody vouches for officers, our own is among them."""
        given = self.apps or (_DEVELOPMENT_APPS if self.development else {})
        if not given:
            raise SettingsError(
                "TINDAN_APPS is not set. It names the apps and where they are called back, for example "
                '{"tindan-app": {"redirect_uris": ["https://example.gov.vn/app/callback"]}}'
            )
        for address in chain.from_iterable(app.redirect_uris for app in given.values()):
            if not is_redirect(address, self._schemes):
                raise SettingsError(
                    "TINDAN_APPS may hold https addresses, and schemes such as vn.gov.example:/callback, "
                    f"without a fragment: not {address}"
                )
        if CONSOLE in given:
            raise SettingsError(
                f"TINDAN_APPS names {CONSOLE}, which is the officers' page and our own: leave it out"
            )
        return given | self._own_apps()

    def demand(self, purpose: Purpose) -> Demand:
        """Return how people must have signed in for a purpose."""
        return self.step_up.get(purpose, DEFAULTS[purpose])

    def citizen_provider(self) -> ProviderSettings:
        """Return who vouches for citizens and organisations."""
        return ProviderSettings(
            name=Audience.CITIZENS,
            profile=self.idp_profile,
            issuer=self._provider_issuer("idp_issuer", _DEVELOPMENT_ISSUER),
            client_id=self.idp_client_id,
            client_secret=self._provider_secret("idp_client_secret"),
            callback_url=self.callback_url(),
            claims=self.idp_claims,
            userinfo=self.idp_userinfo,
            endpoints=self._checked(self.idp_endpoints),
            scope=self.idp_scope,
        )

    def staff_provider(self) -> ProviderSettings | None:
        """Return who vouches for officers and operators, where there is somebody."""
        if not self.staff_issuer and not self.development:
            return None
        return ProviderSettings(
            name=Audience.OFFICERS,
            profile=Profile.STRICT,
            issuer=self._provider_issuer("staff_issuer", _DEVELOPMENT_STAFF_ISSUER),
            client_id=self.staff_client_id,
            client_secret=self._provider_secret("staff_client_secret"),
            callback_url=self.callback_url(),
            userinfo=self.staff_userinfo,
            scope=self.staff_scope,
        )

    def _own_apps(self) -> dict[str, App]:
        if self.staff_provider() is None:
            return {}
        back = frozenset({f"{self.issuer()}/console/callback"})
        return {CONSOLE: App(redirect_uris=back, audience=Audience.OFFICERS)}

    def _checked(self, endpoints: Endpoints | None) -> Endpoints | None:
        given = {} if endpoints is None else endpoints.model_dump(exclude_none=True)
        for name, address in given.items():
            self._web_address(f"idp_endpoints, {name},", address)
        return endpoints

    def _provider_issuer(self, name: str, in_development: str) -> str:
        given: str | None = getattr(self, name)
        if given:
            self._web_address(name, given)
            return given
        if self.development:
            return in_development
        raise SettingsError(
            f"TINDAN_{name.upper()} is not set. It is the provider's `issuer`, an https address"
        )

    def _provider_secret(self, name: str) -> str:
        given: SecretStr | None = getattr(self, name)
        if given:
            return given.get_secret_value()
        if self.development:
            return _DEVELOPMENT_SECRET
        raise SettingsError(f"TINDAN_{name.upper()} is not set. The identity provider hands it out")

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

    @property
    def _schemes(self) -> tuple[str, ...]:
        return ("https", "http") if self.development else ("https",)

"""The Official Account on Zalo in whose name notices go out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from storage.errors import SettingsError

API_URL = "https://business.openapi.zalo.me"
OAUTH_URL = "https://oauth.zaloapp.com"
EXAMPLE = '{"status_change": "301234"}'


@dataclass(frozen=True, slots=True, kw_only=True)
class ZaloAccount:
    """An app of Zalo's, and the Official Account for which it sends.

    Attributes:
        secret_key: proves the app when it renews tokens.
        oa_secret: signs what Zalo posts to us; another one than the app's.
        refresh_token: begins a chain of tokens where none is kept, or the one that is kept is broken.
        templates: the number of the template that Zalo approved, by category of notice.
        sending_mode: "1" within the quota of the day, "3" beyond it, where Zalo granted that.
        api_url: where messages are posted to.
        oauth_url: where tokens are renewed.
    """

    app_id: str
    secret_key: str = field(repr=False)
    oa_secret: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    templates: Mapping[str, str]
    sending_mode: str
    api_url: str
    oauth_url: str


class ZaloSettings(BaseSettings):
    """What TINDAN_ZALO_… says. A template's parameters are named after the facts of a notice, and `link`."""

    model_config = SettingsConfigDict(
        env_prefix="TINDAN_ZALO_",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        coerce_numbers_to_str=True,
    )

    app_id: str | None = None
    secret_key: SecretStr | None = None
    oa_secret: SecretStr | None = None
    refresh_token: SecretStr | None = None
    templates: dict[str, str] | None = None
    sending_mode: Literal["1", "3"] = "1"
    api_url: str | None = None
    oauth_url: str | None = None

    def account(self, *, development: bool) -> ZaloAccount | None:
        """Return the account, or None when nothing of it is set.

        Raises SettingsError when a part is missing, or when messages or tokens would go elsewhere than to
        Zalo outside development.
        """
        if not self.model_fields_set:
            return None
        app_id, secret_key, oa_secret = self.app_id, self.secret_key, self.oa_secret
        if not (app_id and secret_key and oa_secret and self.templates):
            raise SettingsError(self._missing())
        self._require_zalo(development=development)
        return ZaloAccount(
            app_id=app_id,
            secret_key=secret_key.get_secret_value(),
            oa_secret=oa_secret.get_secret_value(),
            refresh_token=self.refresh_token.get_secret_value() if self.refresh_token else None,
            templates=self.templates,
            sending_mode=self.sending_mode,
            api_url=(self.api_url or API_URL).rstrip("/"),
            oauth_url=(self.oauth_url or OAUTH_URL).rstrip("/"),
        )

    def _missing(self) -> str:
        required = ("app_id", "secret_key", "oa_secret", "templates")
        names = [f"TINDAN_ZALO_{name.upper()}" for name in required if not getattr(self, name)]
        hint = f", for example {EXAMPLE}" if names[-1].endswith("TEMPLATES") else ""
        return f"Zalo is set up by half: {', '.join(names)} not set{hint}"

    def _require_zalo(self, *, development: bool) -> None:
        for name in ("api_url", "oauth_url"):
            if getattr(self, name) and not development:
                raise SettingsError(f"TINDAN_ZALO_{name.upper()} is for development only: unset it")

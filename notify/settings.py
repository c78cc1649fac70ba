"""Settings of the ways to reach people. Read from the environment, once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode
from uuid import UUID

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import Field, NameEmail, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from notify.accounts.twilio import TwilioAccount, TwilioSettings
from notify.accounts.zalo import ZaloAccount, ZaloSettings
from notify.rates import Rate
from storage.errors import SettingsError
from storage.settings import Environment

FCM_URL = "https://fcm.googleapis.com"
DEVELOPMENT_ADDRESSES = {"app_link_base": "http://127.0.0.1:8090/app", "public_url": "http://127.0.0.1:8080"}
SERVICE_ACCOUNT_FIELDS = ("project_id", "client_email", "private_key", "token_uri")


class SmtpSecurity(StrEnum):
    """How the connection to the mail server is protected. Never by chance: what is set must hold."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


_DEFAULT_PORTS = {SmtpSecurity.NONE: 25, SmtpSecurity.STARTTLS: 587, SmtpSecurity.TLS: 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpAccount:
    """A mail server, and in whose name it sends.

    Attributes:
        ca_file: certificates trusted beside the system's, for a server with a private authority.
        connections: how many are held open, 2 to 8.
        bounce_domain: where `bounce+<delivery id>@…` is received; without it bounces go to the sender.
    """

    host: str
    port: int
    security: SmtpSecurity
    username: str | None
    password: str | None = field(repr=False)
    ca_file: Path | None
    connections: int
    sender_name: str
    sender_address: str
    bounce_domain: str | None

    @property
    def domain(self) -> str:
        """The domain in whose name we send."""
        return self.sender_address.rpartition("@")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class FcmAccount:
    """A Firebase project and the service account that may send in it.

    Attributes:
        info: the service account's JSON file, decoded.
        url: where messages are posted to.
    """

    info: Mapping[str, Any] = field(repr=False)
    url: str


class NotifySettings(BaseSettings):
    """Mail server, Firebase project, accounts with other providers, and the links that notices carry.

    A channel of which nothing is set is left out; one of which a part is missing is an error.
    """

    model_config = SettingsConfigDict(
        env_prefix="TINDAN_", env_ignore_empty=True, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    env: Environment = Environment.PRODUCTION
    channels: tuple[str, ...] | None = None
    rates: Mapping[str, Annotated[float, Field(gt=0, le=100_000)]] = Field(
        # What Zalo takes in a minute from one app is 4,000.
        default_factory=lambda: {"zalo": 60.0}
    )
    smtp_host: str | None = None
    smtp_port: Annotated[int | None, Field(ge=1, le=65535)] = None
    smtp_security: SmtpSecurity = SmtpSecurity.STARTTLS
    smtp_username: SecretStr | None = None
    smtp_password: SecretStr | None = None
    smtp_ca_file: Path | None = None
    smtp_connections: Annotated[int, Field(ge=2, le=8)] = 4
    mail_from: NameEmail | None = None
    mail_bounce_domain: str | None = None
    fcm_credentials: SecretStr | None = None
    fcm_url: str | None = None
    app_link_base: str | None = None
    public_url: str | None = None
    metrics_host: str = "127.0.0.1"
    metrics_port: Annotated[int | None, Field(ge=0, le=65535)] = None
    zalo: ZaloSettings = Field(default_factory=ZaloSettings)
    twilio: TwilioSettings = Field(default_factory=TwilioSettings)

    def smtp_account(self) -> SmtpAccount | None:
        """Return the mail server, or None when none is set.

        Raises SettingsError when a part is missing, or when the connection would not be protected
        outside development.
        """
        if not self.smtp_host:
            self._refuse_remains("smtp_username", "smtp_password", "mail_from", of="smtp_host")
            return None
        if self.mail_from is None:
            raise SettingsError("TINDAN_MAIL_FROM is not set, for example: TinDan <no-reply@tindan.example>")
        if (self.smtp_username is None) != (self.smtp_password is None):
            raise SettingsError("TINDAN_SMTP_USERNAME and TINDAN_SMTP_PASSWORD go together; one is not set")
        if self.smtp_security is SmtpSecurity.NONE and not self._development:
            raise SettingsError(
                "TINDAN_SMTP_SECURITY=none is for development only: set starttls (port 587) or tls (465)"
            )
        return SmtpAccount(
            host=self.smtp_host,
            port=self.smtp_port or _DEFAULT_PORTS[self.smtp_security],
            security=self.smtp_security,
            username=_plain(self.smtp_username),
            password=_plain(self.smtp_password),
            ca_file=self.smtp_ca_file,
            connections=self.smtp_connections,
            sender_name=self.mail_from.name,
            sender_address=self.mail_from.email,
            bounce_domain=self.mail_bounce_domain,
        )

    def fcm_account(self) -> FcmAccount | None:
        """Return the Firebase account, or None when none is set.

        Raises SettingsError when the service account can not be read or lacks something, or when
        messages would go elsewhere than to Firebase outside development.
        """
        if self.fcm_credentials is None:
            self._refuse_remains("fcm_url", of="fcm_credentials")
            return None
        if self.fcm_url and not self._development:
            raise SettingsError("TINDAN_FCM_URL is for development only: unset it")
        info = _service_account(self.fcm_credentials.get_secret_value())
        base = (self.fcm_url or FCM_URL).rstrip("/")
        return FcmAccount(info=info, url=f"{base}/v1/projects/{info['project_id']}/messages:send")

    def twilio_account(self) -> TwilioAccount | None:
        """Return the account at Twilio, or None when none is set; raises SettingsError for half a one."""
        return self.twilio.account(development=self._development, public_url=self.require_public_url)

    def zalo_account(self) -> ZaloAccount | None:
        """Return the Official Account on Zalo, or None when none is set; raises as its `account` does."""
        return self.zalo.account(development=self._development)

    def dossier_link(self, code: str) -> str:
        """Return the App Link that opens a dossier in the app, or its page where there is no app.

        Raises SettingsError when no address is set for it, or, outside development, none by https.
        """
        return f"{self._web_address('app_link_base')}/dossiers/{quote(code, safe='')}"

    def rating_link(self, code: str, proof: str) -> str:
        """Return the address of the page on which a dossier is rated without an app.

        What proves it stands behind the `#`, which browsers send to nobody. Raises as `require_public_url`.
        """
        return f"{self.require_public_url()}/danh-gia#{urlencode({'c': code, 'p': proof})}"

    def rate_of(self, channel: str) -> Rate | None:
        """Return how fast all workers together may send on a channel; none where nobody has set it."""
        per_second = self.rates.get(channel)
        return Rate(per_second=per_second, burst=max(1.0, per_second)) if per_second else None

    def document_link(self, document_id: UUID) -> str:
        """Return the App Link that opens a document of the store. Raises SettingsError as `dossier_link`."""
        return f"{self._web_address('app_link_base')}/documents/{document_id}"

    def question_link(self, question_id: UUID) -> str:
        """Return the App Link that opens a question of one's own. Raises SettingsError as `dossier_link`."""
        return f"{self._web_address('app_link_base')}/questions/{question_id}"

    def complaint_link(self, complaint_id: UUID) -> str:
        """Return the App Link that opens a complaint of one's own. Raises SettingsError as `dossier_link`."""
        return f"{self._web_address('app_link_base')}/complaints/{complaint_id}"

    def result_request_link(self, request_id: UUID) -> str:
        """Return the App Link that opens what an agency asks for. Raises SettingsError as `dossier_link`."""
        return f"{self._web_address('app_link_base')}/result-requests/{request_id}"

    def app_link(self) -> str:
        """Return the App Link that opens the app. Raises SettingsError as `dossier_link` does."""
        return self._web_address("app_link_base")

    def opt_out_link(self, token: str) -> str:
        """Return the link by which whoever holds an address gives it up.

        Raises SettingsError as `require_public_url` does.
        """
        return f"{self.require_public_url()}/opt-out/{token}"

    def require_public_url(self) -> str:
        """Return the address under which the API is reached from outside, without a slash at the end.

        Raises SettingsError when it is not set, or, outside development, not by https.
        """
        return self._web_address("public_url")

    @property
    def _development(self) -> bool:
        return self.env is Environment.DEVELOPMENT

    def _web_address(self, name: str) -> str:
        address: str | None = getattr(self, name) or (
            DEVELOPMENT_ADDRESSES[name] if self._development else None
        )
        schemes = ("https://", "http://") if self._development else ("https://",)
        if not address or not address.startswith(schemes):
            raise SettingsError(
                f"TINDAN_{name.upper()} must be an https address, for example https://app.tindan.example"
            )
        return address.rstrip("/")

    def _refuse_remains(self, *names: str, of: str) -> None:
        for name in names:
            if getattr(self, name) is not None:
                raise SettingsError(f"TINDAN_{name.upper()} is set, but not TINDAN_{of.upper()}")


def _plain(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


def _service_account(given: str) -> Mapping[str, Any]:
    """Decode a service account, given as JSON or as the path of a JSON file. Errors never show it."""
    try:
        text = given if given.lstrip().startswith("{") else Path(given).read_text("utf-8")
        info = json.loads(text)
    except OSError as error:
        raise SettingsError(f"TINDAN_FCM_CREDENTIALS can not be read: {error.strerror}") from None
    except ValueError:
        raise SettingsError("TINDAN_FCM_CREDENTIALS is no JSON") from None
    if not isinstance(info, dict) or info.get("type") != "service_account":
        raise SettingsError("TINDAN_FCM_CREDENTIALS is no service account of Google")
    if missing := [name for name in SERVICE_ACCOUNT_FIELDS if not info.get(name)]:
        raise SettingsError(f"TINDAN_FCM_CREDENTIALS lacks {', '.join(missing)}")
    try:
        load_pem_private_key(str(info["private_key"]).encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SettingsError("TINDAN_FCM_CREDENTIALS holds no private key in PEM") from None
    return info

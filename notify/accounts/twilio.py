"""The account at Twilio: whose text messages these are."""

from collections.abc import Callable
from dataclasses import dataclass, field

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from storage.errors import SettingsError

TWILIO_URL = "https://api.twilio.com"
RECEIPTS_PATH = "/v1/receipts/twilio"
DELIVERY = "delivery"
"""Names, in the query of the address that Twilio reports to, which send it reports on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioAccount:
    """An account that may send text messages.

    Attributes:
        auth_token: logs in, and signs what Twilio reports.
        messaging_service_sid: the pool of senders that Twilio chooses from.
        sender: the one number or name to send from, where there is no pool.
        url: where messages are posted to, without a path.
        status_callback: the public address to which Twilio reports.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    messaging_service_sid: str | None
    sender: str | None
    url: str
    status_callback: str

    def __post_init__(self) -> None:
        if (self.messaging_service_sid is None) == (self.sender is None):
            raise ValueError("a text message has either a messaging service or a sender")


class TwilioSettings(BaseSettings):
    """What TINDAN_TWILIO_… say."""

    model_config = SettingsConfigDict(
        env_prefix="TINDAN_TWILIO_",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    account_sid: str | None = None
    auth_token: SecretStr | None = None
    messaging_service_sid: str | None = None
    sender: str | None = None
    url: str | None = None

    def account(self, *, development: bool, public_url: Callable[[], str]) -> TwilioAccount | None:
        """Return the account, or None when nothing of it is set.

        Args:
            development: whether messages may go to a stand-in.
            public_url: says under which address the API is reached from outside; asked only if need be.

        Raises:
            SettingsError: a part is missing, or messages would go elsewhere than to Twilio outside
                development.
        """
        if not self.model_fields_set:
            return None
        account_sid, auth_token = self.account_sid, self.auth_token
        if not (account_sid and auth_token):
            missing = "AUTH_TOKEN" if account_sid else "ACCOUNT_SID"
            raise SettingsError(f"Twilio is set up by half: TINDAN_TWILIO_{missing} is not set")
        if (self.messaging_service_sid is None) == (self.sender is None):
            raise SettingsError(
                "set either TINDAN_TWILIO_MESSAGING_SERVICE_SID or TINDAN_TWILIO_SENDER, and not both"
            )
        if self.url and not development:
            raise SettingsError("TINDAN_TWILIO_URL is for development only: unset it")
        return TwilioAccount(
            account_sid=account_sid,
            auth_token=auth_token.get_secret_value(),
            messaging_service_sid=self.messaging_service_sid,
            sender=self.sender,
            url=(self.url or TWILIO_URL).rstrip("/"),
            status_callback=f"{public_url()}{RECEIPTS_PATH}",
        )

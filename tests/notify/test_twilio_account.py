"""Settings of the account at Twilio: absent, whole, or refused."""

import pytest

from notify.accounts.twilio import TwilioAccount, TwilioSettings
from notify.channels import sms
from notify.ports import AddressKind
from notify.registry import ADDRESSES, build_channels, close_channels
from notify.settings import NotifySettings
from storage.errors import SettingsError
from storage.settings import Environment

SERVICE = {"account_sid": "AC1", "auth_token": "geheim", "messaging_service_sid": "MG1"}
NUMBER = {"account_sid": "AC1", "auth_token": "geheim", "sender": "TINDAN"}
PUBLIC = "https://api.tindan.example/"


def account(given: dict[str, str], **rest: object) -> TwilioAccount | None:
    """Return the account that these settings make."""
    return NotifySettings(**{"public_url": PUBLIC, "twilio": TwilioSettings(**given)} | rest).twilio_account()


def test_nothing_set_leaves_text_messages_out() -> None:
    """No account is no error, and asks for no public address."""
    assert account({}, public_url=None) is None
    assert sms.build(NotifySettings()) is None


async def test_an_account_makes_the_channel() -> None:
    """The registry knows text messages, and that they go to phones."""
    channels = build_channels(NotifySettings(public_url=PUBLIC, twilio=TwilioSettings(**SERVICE)))
    assert list(channels) == ["sms"]
    assert channels["sms"].address is ADDRESSES["sms"] is AddressKind.PHONE
    await close_channels(channels)


@pytest.mark.parametrize("given", [SERVICE, NUMBER])
def test_an_account_sends_by_a_service_or_from_a_number(given: dict[str, str]) -> None:
    """The one or the other, to Twilio, with reports to our public address; the token is never shown."""
    found = account(given)
    assert found
    assert (found.messaging_service_sid, found.sender) == (
        given.get("messaging_service_sid"),
        given.get("sender"),
    )
    assert found.url == "https://api.twilio.com"
    assert found.status_callback == "https://api.tindan.example/v1/receipts/twilio"
    assert "geheim" not in repr(found)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"account_sid": "AC1"}, "AUTH_TOKEN"),
        ({"auth_token": "geheim"}, "ACCOUNT_SID"),
        ({"sender": "TINDAN"}, "ACCOUNT_SID"),
        ({"url": "http://127.0.0.1"}, "ACCOUNT_SID"),
        ({"account_sid": "AC1", "auth_token": "geheim"}, "TINDAN_TWILIO_MESSAGING_SERVICE_SID"),
        (SERVICE | NUMBER, "TINDAN_TWILIO_SENDER"),
        (SERVICE | {"url": "http://127.0.0.1"}, "TINDAN_TWILIO_URL"),
    ],
)
def test_half_an_account_is_refused(given: dict[str, str], named: str) -> None:
    """What is missing or too much is named, and no secret is shown."""
    with pytest.raises(SettingsError, match=named) as caught:
        account(given)
    assert "geheim" not in str(caught.value)


def test_reports_need_a_public_address() -> None:
    """Without one nobody would ever learn what arrived."""
    with pytest.raises(SettingsError, match="TINDAN_PUBLIC_URL"):
        account(SERVICE, public_url=None)


def test_messages_go_elsewhere_in_development_only() -> None:
    """An address of a stand-in is taken there."""
    found = account(SERVICE | {"url": "http://127.0.0.1:8090/twilio/"}, env=Environment.DEVELOPMENT)
    assert found
    assert found.url == "http://127.0.0.1:8090/twilio"


def test_an_account_checks_itself() -> None:
    """Twilio takes a message from somebody, and from one only."""
    given = {"account_sid": "AC1", "auth_token": "x", "url": "https://x", "status_callback": "https://y"}
    for sender, service in (("TINDAN", "MG1"), (None, None)):
        with pytest.raises(ValueError, match="either"):
            TwilioAccount(**given, sender=sender, messaging_service_sid=service)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The names are those of the documentation, and what is empty is not set."""
    monkeypatch.setenv("TINDAN_PUBLIC_URL", PUBLIC)
    for name, value in (SERVICE | {"sender": ""}).items():
        monkeypatch.setenv(f"TINDAN_TWILIO_{name.upper()}", value)
    found = NotifySettings().twilio_account()
    assert found
    assert (found.account_sid, found.auth_token) == ("AC1", "geheim")
    assert (found.messaging_service_sid, found.sender) == ("MG1", None)

"""Settings of the channels: absent, whole, or refused."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import ValidationError

from notify.settings import NotifySettings, SmtpSecurity
from storage.errors import SettingsError
from storage.settings import Environment

SMTP = {"smtp_host": "mail.tindan.example", "mail_from": "Cổng TinDan <no-reply@tindan.example>"}
KEY = rsa.generate_private_key(65537, 2048).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
ACCOUNT = {
    "type": "service_account",
    "project_id": "tindan-1",
    "client_email": "tindan@tindan-1.example",
    "private_key": KEY.decode(),
    "token_uri": "https://oauth2.example/token",
}
DEVELOPMENT = {"env": Environment.DEVELOPMENT}


def test_without_settings_there_is_no_account() -> None:
    """Nothing set means no channel, not an error."""
    settings = NotifySettings()
    assert settings.smtp_account() is None
    assert settings.fcm_account() is None


@pytest.mark.parametrize(
    ("security", "port"), [(SmtpSecurity.STARTTLS, 587), (SmtpSecurity.TLS, 465), (SmtpSecurity.NONE, 25)]
)
def test_the_port_follows_the_protection(security: SmtpSecurity, port: int) -> None:
    """Each way of protection has its well-known port."""
    account = NotifySettings(**SMTP, **DEVELOPMENT, smtp_security=security).smtp_account()
    assert account
    assert account.port == port
    assert (account.sender_name, account.sender_address) == ("Cổng TinDan", "no-reply@tindan.example")


def test_protection_is_asked_for_by_default() -> None:
    """A mail server named without more is spoken to over TLS."""
    account = NotifySettings(**SMTP).smtp_account()
    assert account
    assert account.security is SmtpSecurity.STARTTLS


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"smtp_host": "mail.tindan.example"}, "TINDAN_MAIL_FROM"),
        ({"mail_from": SMTP["mail_from"]}, "TINDAN_SMTP_HOST"),
        ({"smtp_password": "geheim"}, "TINDAN_SMTP_HOST"),
        (SMTP | {"smtp_username": "tindan"}, "TINDAN_SMTP_PASSWORD"),
        (SMTP | {"smtp_password": "geheim"}, "TINDAN_SMTP_USERNAME"),
        (SMTP | {"smtp_security": "none"}, "TINDAN_SMTP_SECURITY"),
    ],
)
def test_half_a_mail_server_is_refused(given: dict[str, str], named: str) -> None:
    """A part that is missing is named, and no secret is shown."""
    with pytest.raises(SettingsError, match=named) as caught:
        NotifySettings(**given).smtp_account()
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("connections", [1, 9])
def test_the_pool_stays_small(connections: int) -> None:
    """Two to eight connections are allowed."""
    with pytest.raises(ValidationError):
        NotifySettings(**SMTP, smtp_connections=connections)


def test_a_service_account_is_json_or_a_path(tmp_path: Path) -> None:
    """Both ways of giving it lead to the same project's address at Google."""
    file = tmp_path / "account.json"
    file.write_text(json.dumps(ACCOUNT))
    for given in (json.dumps(ACCOUNT), str(file)):
        account = NotifySettings(fcm_credentials=given).fcm_account()
        assert account
        assert account.url == "https://fcm.googleapis.com/v1/projects/tindan-1/messages:send"
        assert "PRIVATE KEY" not in repr(account)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("{", "no JSON"),
        ("/nowhere/account.json", "can not be read"),
        (json.dumps({"type": "authorized_user"}), "no service account"),
        (json.dumps(ACCOUNT | {"private_key": ""}), "lacks private_key"),
        (json.dumps(ACCOUNT | {"private_key": "a very secret key"}), "no private key in PEM"),
    ],
)
def test_an_unusable_service_account_is_refused(given: str, says: str) -> None:
    """What is wrong is said, and nothing of the account is shown."""
    with pytest.raises(SettingsError, match=says) as caught:
        NotifySettings(fcm_credentials=given).fcm_account()
    assert "a very secret key" not in str(caught.value)


def test_messages_go_elsewhere_in_development_only() -> None:
    """An address of a stand-in is taken in development and refused outside."""
    given = {"fcm_credentials": json.dumps(ACCOUNT), "fcm_url": "http://127.0.0.1:8090/fcm/"}
    account = NotifySettings(**given, **DEVELOPMENT).fcm_account()
    assert account
    assert account.url == "http://127.0.0.1:8090/fcm/v1/projects/tindan-1/messages:send"
    with pytest.raises(SettingsError, match="TINDAN_FCM_URL"):
        NotifySettings(**given).fcm_account()
    with pytest.raises(SettingsError, match="TINDAN_FCM_CREDENTIALS"):
        NotifySettings(fcm_url="http://127.0.0.1:8090", **DEVELOPMENT).fcm_account()


def test_a_link_holds_any_code() -> None:
    """A code with slashes stays one segment of the path."""
    settings = NotifySettings(app_link_base="https://app.tindan.example/")
    assert settings.dossier_link("03706/2026/07906") == (
        "https://app.tindan.example/dossiers/03706%2F2026%2F07906"
    )


@pytest.mark.parametrize("given", [None, "http://app.tindan.example", "app.tindan.example"])
def test_links_are_https_outside_development(given: str | None) -> None:
    """A link that anybody on the way could change is refused."""
    with pytest.raises(SettingsError, match="TINDAN_APP_LINK_BASE"):
        NotifySettings(app_link_base=given).dossier_link("H26-261121-0001")
    with pytest.raises(SettingsError, match="TINDAN_PUBLIC_URL"):
        NotifySettings(public_url=given).require_public_url()
    local = NotifySettings(app_link_base="http://127.0.0.1:8090", **DEVELOPMENT)
    assert local.dossier_link("H26-261121-0001") == "http://127.0.0.1:8090/dossiers/H26-261121-0001"


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The names are those of the documentation."""
    monkeypatch.setenv("TINDAN_SMTP_HOST", "mail.tindan.example")
    monkeypatch.setenv("TINDAN_MAIL_FROM", "no-reply@tindan.example")
    monkeypatch.setenv("TINDAN_PUBLIC_URL", "https://api.tindan.example")
    settings = NotifySettings()
    assert settings.smtp_account()
    assert settings.require_public_url() == "https://api.tindan.example"


def test_an_address_is_given_up_at_the_api() -> None:
    """The link leads to our own side, not to the app's."""
    settings = NotifySettings(public_url="https://api.tindan.example/")
    assert settings.opt_out_link("abc") == "https://api.tindan.example/opt-out/abc"

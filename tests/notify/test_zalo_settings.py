"""What TINDAN_ZALO_… says."""

import pytest

from notify.accounts.zalo import API_URL, OAUTH_URL, ZaloAccount
from notify.settings import NotifySettings
from storage.errors import SettingsError

GIVEN = {
    "APP_ID": "4310",
    "SECRET_KEY": "app-secret",
    "OA_SECRET": "oa-secret",
    "TEMPLATES": '{"status_change": 301, "result_ready": "302"}',
}


def account(monkeypatch, env="production", **given) -> ZaloAccount | None:
    monkeypatch.setenv("TINDAN_ENV", env)
    for name, value in given.items():
        monkeypatch.setenv(f"TINDAN_ZALO_{name}", value)
    return NotifySettings().zalo_account()


def test_an_account_is_read_from_the_environment(monkeypatch):
    """The addresses are Zalo's, and numbers of templates are texts."""
    assert account(monkeypatch, **GIVEN, REFRESH_TOKEN="r") == ZaloAccount(
        app_id="4310",
        secret_key="app-secret",
        oa_secret="oa-secret",
        refresh_token="r",
        templates={"status_change": "301", "result_ready": "302"},
        sending_mode="1",
        api_url=API_URL,
        oauth_url=OAUTH_URL,
    )


def test_secrets_are_not_shown(monkeypatch):
    """Neither settings nor account print them."""
    shown = repr(account(monkeypatch, **GIVEN, REFRESH_TOKEN="first-token")) + repr(NotifySettings())
    for secret in ("app-secret", "oa-secret", "first-token"):
        assert secret not in shown


def test_nothing_set_is_no_account(monkeypatch):
    """An empty variable is none."""
    assert account(monkeypatch) is None
    assert account(monkeypatch, APP_ID="") is None


@pytest.mark.parametrize("missing", GIVEN)
def test_half_an_account_names_what_is_missing(monkeypatch, missing):
    """Whatever part it is."""
    rest = {name: value for name, value in GIVEN.items() if name != missing}
    with pytest.raises(SettingsError, match=f"TINDAN_ZALO_{missing} not set"):
        account(monkeypatch, **rest)


def test_a_refresh_token_alone_is_half_an_account(monkeypatch):
    """All that is missing is named."""
    with pytest.raises(SettingsError, match=r"APP_ID, .*SECRET_KEY, .*OA_SECRET, .*TEMPLATES not set"):
        account(monkeypatch, REFRESH_TOKEN="r")


@pytest.mark.parametrize("name", ["API_URL", "OAUTH_URL"])
def test_stand_ins_are_for_development(monkeypatch, name):
    """Neither messages nor tokens go elsewhere in production."""
    with pytest.raises(SettingsError, match=f"TINDAN_ZALO_{name}"):
        account(monkeypatch, **GIVEN, **{name: "http://127.0.0.1:1/"})
    given = account(monkeypatch, "development", **GIVEN, **{name: "http://127.0.0.1:1/"})
    assert getattr(given, name.lower()) == "http://127.0.0.1:1"

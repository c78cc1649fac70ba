"""What the settings refuse, and what development makes up."""

import json
import os

import pytest
from joserfc.jwk import ECKey, RSAKey
from pydantic import ValidationError

from auth.apps import CONSOLE, App, Audience
from auth.settings import AuthSettings
from auth.step_up import Demand, Purpose
from storage.errors import SettingsError
from storage.settings import Environment
from storage.signing import new_key


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch):
    """Settings that are not given are not set."""
    for name in [name for name in os.environ if name.startswith("TINDAN_")]:
        monkeypatch.delenv(name)


def pem(key: ECKey | RSAKey, *, private: bool = True) -> str:
    return key.as_pem(private=private).decode()


def test_development_keeps_one_key(auth_settings):
    """Two processes of one development installation sign under the same key."""
    again = AuthSettings(env=Environment.DEVELOPMENT, data_dir=auth_settings.data_dir)
    kept = auth_settings.data_dir / "secrets" / "token_key"
    assert auth_settings.signing_keys()[0].kid == again.signing_keys()[0].kid
    assert kept.stat().st_mode & 0o777 == 0o600


def test_development_needs_no_setting(auth_settings):
    """Development talks to the sandbox without being told."""
    provider, staff = auth_settings.citizen_provider(), auth_settings.staff_provider()
    assert provider.issuer == "http://127.0.0.1:8090/idp"
    assert provider.client_secret == "development-only"
    assert staff is not None
    assert staff.issuer == "http://127.0.0.1:8090/staff"
    apps = auth_settings.registered_apps()
    assert apps["tindan-app"].redirect_uris == {"http://127.0.0.1:8090/app/callback"}
    assert auth_settings.callback_url() == "http://127.0.0.1:8080/oauth/callback"


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("signing_keys", "TINDAN_TOKEN_KEY"),
        ("registered_apps", "TINDAN_APPS"),
        ("citizen_provider", "TINDAN_IDP_ISSUER"),
        ("issuer", "TINDAN_PUBLIC_URL"),
    ],
)
def test_production_makes_nothing_up(method, name):
    """Outside development a missing setting is an error that names it."""
    with pytest.raises(SettingsError, match=name):
        getattr(AuthSettings(env=Environment.PRODUCTION), method)()


@pytest.mark.parametrize("whose", ["idp", "staff"])
def test_provider_needs_a_secret(production, whose):
    """A provider that is named without our secret there is an error that names the setting."""
    given = production | {"staff_issuer": "https://staff.example.vn", "staff_client_secret": "another"}
    del given[f"{whose}_client_secret"]
    settings = AuthSettings(**given)
    with pytest.raises(SettingsError, match=f"TINDAN_{whose.upper()}_CLIENT_SECRET"):
        _ = settings.citizen_provider(), settings.staff_provider()


def test_production_with_all_set(production):
    """A production installation that is told everything has everything."""
    settings = AuthSettings(**production, token_key=new_key())
    assert settings.issuer() == "https://api.example.vn"
    assert settings.citizen_provider().issuer == "https://idp.example.vn"
    assert settings.staff_provider() is None
    assert settings.registered_apps()["tindan-app"].redirect_uris == {"https://example.vn/app/callback"}
    assert len(settings.signing_keys()) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '{"keys": []}',
        '{"keys": [1]}',
        '{"kty": "oct", "k": "c2VjcmV0"}',
        "not a key",
        pem(RSAKey.generate_key(2048)),
        pem(ECKey.generate_key("P-384")),
        pem(ECKey.generate_key("P-256"), private=False),
    ],
)
def test_bad_token_keys(production, text):
    """Only a private key of P-256 signs tokens, and the error does not quote what was given."""
    with pytest.raises(SettingsError, match="TINDAN_TOKEN_KEY") as caught:
        AuthSettings(**production, token_key=text).signing_keys()
    assert len(text) < 3 or text not in str(caught.value)


def test_keys_as_jwk_and_set(production):
    """A key has the same name whether it comes as PEM, as JWK or in a set, whatever it was called."""
    first, second = ECKey.generate_key("P-256"), ECKey.generate_key("P-256", {"kid": "mine", "use": "sig"})
    jwks = [key.as_dict(private=True) for key in (first, second)]
    forms = [pem(first), json.dumps(jwks[0]), json.dumps({"keys": jwks})]
    read = [AuthSettings(**production, token_key=form).signing_keys() for form in forms]
    assert {keys[0].kid for keys in read} == {first.thumbprint()}
    assert [key.kid for key in read[2]] == [first.thumbprint(), second.thumbprint()]


@pytest.mark.parametrize(
    "address",
    [
        "http://example.vn/callback",
        "https:///callback",
        "https://example.vn/callback#part",
        "javascript:alert(1)",
        "tindan:/callback",
        "/callback",
        "",
    ],
)
def test_bad_redirects(production, address):
    """Outside development an app is called back by https or by a scheme that is a domain turned round."""
    production["apps"] = {"tindan-app": {"redirect_uris": [address]}}
    with pytest.raises(SettingsError, match="TINDAN_APPS"):
        AuthSettings(**production).registered_apps()


def test_app_scheme(production):
    """An app may be called back by its own scheme."""
    production["apps"] = {"tindan-app": {"redirect_uris": ["vn.example.tindan:/callback"]}}
    app = AuthSettings(**production).registered_apps()["tindan-app"]
    assert app.redirect_uris == {"vn.example.tindan:/callback"}


def test_the_officers_page_is_an_app_of_ours(production):
    """It is there where somebody vouches for officers, called back by ourselves alone, and nobody else's name."""
    assert CONSOLE not in AuthSettings(**production).registered_apps()
    staffed = production | {"staff_issuer": "https://staff.example.vn", "staff_client_secret": "another"}
    app = AuthSettings(**staffed).registered_apps()[CONSOLE]
    assert app.redirect_uris == {"https://api.example.vn/console/callback"}
    assert app.audience is Audience.OFFICERS
    for given in (production, staffed):
        apps = {CONSOLE: {"redirect_uris": ["https://evil.example/callback"]}}
        with pytest.raises(SettingsError, match=CONSOLE):
            AuthSettings(**given | {"apps": apps}).registered_apps()


def test_provider_without_discovery(production):
    """Where a provider publishes nothing, the settings say where it is: over TLS outside development."""
    at = "https://vneid.example.vn"
    given = {"authorization_endpoint": f"{at}/a", "token_endpoint": f"{at}/t", "userinfo_endpoint": f"{at}/u"}
    settings = AuthSettings(**production, idp_profile="vneid", idp_endpoints=given)
    assert settings.citizen_provider().endpoints.userinfo_endpoint == f"{at}/u"
    for name in given:
        bad = given | {name: "http://vneid.example.vn"}
        with pytest.raises(SettingsError, match=name.upper()):
            AuthSettings(**production, idp_profile="vneid", idp_endpoints=bad).citizen_provider()


def test_step_up(production):
    """What people must have signed in with is set for each purpose by itself."""
    settings = AuthSettings(**production, step_up={"contacts": {"level": 2, "max_age": 600}})
    assert settings.demand(Purpose.CONTACTS) == Demand(level=2, max_age=600)
    assert settings.demand(Purpose.STORE) == Demand(level=2)
    for bad in ({"nothing": {}}, {"store": {"level": 3}}, {"store": {"max_age": 5}}, {"store": {"lvl": 2}}):
        with pytest.raises(ValidationError):
            AuthSettings(**production, step_up=bad)


def test_environment(monkeypatch, tmp_path):
    """Apps and claims come from the environment as JSON."""
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv(
        "TINDAN_APPS", '{"other-app": {"redirect_uris": ["http://127.0.0.1:1/cb"], "dpop": true}}'
    )
    monkeypatch.setenv("TINDAN_IDP_CLAIMS", '{"level": "loAs", "kinds": {"CN": "person"}}')
    settings = AuthSettings()
    app = App(redirect_uris=frozenset({"http://127.0.0.1:1/cb"}), dpop=True)
    assert settings.registered_apps()["other-app"] == app
    assert settings.registered_apps().keys() == {"other-app", CONSOLE}
    assert (settings.idp_claims.level, settings.idp_claims.number) == ("loAs", "SoDinhDanh")
    assert settings.idp_claims.kinds == {"CN": "person"}

"""What may stand in the metadata of a provider."""

import pytest

from auth.discovery import read_metadata, well_known
from auth.errors import ProviderUnavailable

ISSUER = "https://idp.example.vn/realm"
DOCUMENT = {
    "issuer": ISSUER,
    "authorization_endpoint": "https://idp.example.vn/authorize",
    "token_endpoint": "https://idp.example.vn/token",
    "jwks_uri": "https://keys.example.vn/jwks",
    "something_else": [1],
}


def test_standard_defaults():
    """What a provider leaves out has the defaults of the standard."""
    metadata = read_metadata(DOCUMENT, ISSUER)
    assert metadata.client_authentication == "client_secret_basic"
    assert not metadata.names_issuer
    assert well_known(ISSUER) == f"{ISSUER}/.well-known/openid-configuration"


@pytest.mark.parametrize(
    "name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"]
)
def test_https_stays_https(name):
    """A provider reached by https sends neither people, nor our secret, nor us for its keys over http."""
    with pytest.raises(ProviderUnavailable, match="https"):
        read_metadata(DOCUMENT | {name: "http://idp.example.vn/x"}, ISSUER)


def test_keys_are_named():
    """A provider that names no keys can not be believed."""
    with pytest.raises(ProviderUnavailable, match="no keys"):
        read_metadata({name: DOCUMENT[name] for name in DOCUMENT if name != "jwks_uri"}, ISSUER)


def test_issuer_is_exact():
    """A slash more is another issuer (OpenID Connect Discovery, 4.3)."""
    with pytest.raises(ProviderUnavailable, match="another issuer"):
        read_metadata(DOCUMENT | {"issuer": f"{ISSUER}/"}, ISSUER)

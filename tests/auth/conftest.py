"""What tests of sign-in share."""

import time
from pathlib import Path

import pytest

from auth.settings import AuthSettings
from storage.settings import Environment


class Clock:
    """A clock that stands until it is set forward."""

    def __init__(self) -> None:
        self.seconds = time.time()

    def __call__(self) -> float:
        return self.seconds

    def forward(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def clock() -> Clock:
    """A clock of the test's own, at the present time."""
    return Clock()


@pytest.fixture(scope="session")
def auth_settings(tmp_path_factory: pytest.TempPathFactory) -> AuthSettings:
    """Settings of a development installation."""
    return AuthSettings(env=Environment.DEVELOPMENT, data_dir=tmp_path_factory.mktemp("auth"))


@pytest.fixture
def production(tmp_path: Path) -> dict[str, object]:
    """What a production installation has to set."""
    return {
        "env": Environment.PRODUCTION,
        "data_dir": tmp_path,
        "public_url": "https://api.example.vn",
        "idp_issuer": "https://idp.example.vn",
        "idp_client_secret": "a secret",
        "apps": {"tindan-app": {"redirect_uris": ["https://example.vn/app/callback"]}},
    }

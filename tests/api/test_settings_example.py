"""The example of an environment names every setting, and tells the truth about what is usual."""

import re
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from api.connectors.measuring.settings import EmcSettings
from api.connectors.portals.loading import PortalSettings
from api.connectors.surveys.settings import VnformSettings
from api.settings import Settings
from auth.settings import AuthSettings
from auth.step_up import DEFAULTS, Purpose
from notify.accounts.twilio import TwilioSettings
from notify.accounts.zalo import ZaloSettings
from notify.settings import NotifySettings
from storage.papers.certificates import StampSettings
from storage.papers.settings import PaperSettings
from storage.questions.settings import QuestionSettings
from storage.seals.settings import SealSettings
from storage.settings import StorageSettings
from storage.vault.settings import VaultSettings

CLASSES: tuple[type[BaseSettings], ...] = (
    Settings,
    AuthSettings,
    EmcSettings,
    StorageSettings,
    NotifySettings,
    PaperSettings,
    PortalSettings,
    QuestionSettings,
    SealSettings,
    StampSettings,
    TwilioSettings,
    VaultSettings,
    VnformSettings,
    ZaloSettings,
)
ELSEWHERE = {
    *("TINDAN_ENV", "TINDAN_DATA_DIR", "TINDAN_DATABASE_URL"),  # of the image, of compose, or for development
    *("TINDAN_FCM_URL", "TINDAN_TWILIO_URL", "TINDAN_ZALO_API_URL", "TINDAN_ZALO_OAUTH_URL"),
    *("TINDAN_ZALO", "TINDAN_TWILIO"),  # classes of their own
}
EXAMPLE = Path(__file__).resolve().parents[2] / "infra" / "container" / "env.example"
OPENING = "What follows is as it stands"
OF_THE_IMAGE = "TINDAN_HOST"


def assignments(text: str) -> dict[str, str]:
    """What is set there, commented out or not."""
    return dict(re.findall(r"^#?(TINDAN_[A-Z_]+)=(.*)$", text, re.MULTILINE))


def names() -> set[str]:
    """Every setting that there is."""
    return {
        f"{kind.model_config['env_prefix']}{name}".upper() for kind in CLASSES for name in kind.model_fields
    }


def test_it_names_every_setting_and_no_other() -> None:
    """Who reads it misses none, and sets none that does nothing."""
    text = EXAMPLE.read_text()
    assert names() - ELSEWHERE <= set(re.findall(r"TINDAN_[A-Z_]+", text))
    assert set(assignments(text)) <= names()


def test_what_it_calls_usual_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Setting all of the last part changes nothing."""
    kinds = (
        *(Settings, AuthSettings, StorageSettings, NotifySettings),
        *(EmcSettings, PaperSettings, QuestionSettings, SealSettings, VaultSettings),
    )
    usual = {kind: kind() for kind in kinds}
    given = assignments(EXAMPLE.read_text().partition(OPENING)[2])
    assert given.pop(OF_THE_IMAGE) != usual[Settings].model_dump()["host"]
    assert len(given) > 10
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    auth = AuthSettings()
    assert {purpose: auth.demand(purpose) for purpose in Purpose} == dict(DEFAULTS)
    for kind, before in usual.items():
        assert kind().model_dump(exclude={"step_up"}) == before.model_dump(exclude={"step_up"})

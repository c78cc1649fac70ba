"""The container files, as far as they can be checked without a container engine."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from api.connectors.measuring.settings import EmcSettings
from api.connectors.portals.loading import PortalSettings
from api.connectors.surveys.settings import VnformSettings
from api.settings import Settings
from auth.settings import AuthSettings
from notify.accounts.twilio import TwilioSettings
from notify.accounts.zalo import ZaloSettings
from notify.settings import NotifySettings
from storage.papers.certificates import StampSettings
from storage.papers.settings import PaperSettings
from storage.seals.settings import SealSettings
from storage.settings import StorageSettings

CONTAINER = Path(__file__).parents[2] / "infra" / "container"
KNOWN = {
    f"{settings.model_config['env_prefix']}{name.upper()}"
    for settings in (
        *(Settings, StorageSettings, PaperSettings, StampSettings, SealSettings, AuthSettings),
        *(NotifySettings, TwilioSettings, ZaloSettings, EmcSettings, VnformSettings),
        PortalSettings,
    )
    for name in settings.model_fields
}


def compose_is_there() -> bool:
    """Whether the client of Docker has its compose plugin here."""
    docker = shutil.which("docker")
    return (
        bool(docker)
        and subprocess.run([docker, "compose", "version"], check=False, capture_output=True).returncode == 0
    )


@pytest.mark.skipif(not compose_is_there(), reason="the docker client with its compose plugin is not here")
def test_the_compose_file_is_valid() -> None:
    """The client reads it whole."""
    done = subprocess.run(
        ["docker", "compose", "-f", CONTAINER / "compose.yaml", "config", "--quiet"],
        env={**os.environ, "POSTGRES_PASSWORD": "only-for-this-check"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_the_example_names_settings_that_exist() -> None:
    """A misspelt one would be passed over in silence."""
    named = set(re.findall(r"^(TINDAN_\w+)=", (CONTAINER / "env.example").read_text("utf-8"), re.MULTILINE))
    assert named
    assert named <= KNOWN

"""Which channels a process gets."""

import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from notify.registry import build_channels, close_channels
from notify.settings import NotifySettings
from storage.errors import SettingsError

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
EMAIL = {"smtp_host": "mail.tindan.example", "mail_from": "TinDan <no-reply@tindan.example>"}
PUSH = {"fcm_credentials": json.dumps(ACCOUNT)}


@pytest.mark.parametrize(
    ("given", "names"), [({}, []), (EMAIL, ["email"]), (PUSH, ["push"]), (EMAIL | PUSH, ["email", "push"])]
)
async def test_what_is_set_up_is_there(given: dict[str, str], names: list[str]) -> None:
    """A channel without settings is left out, the others go by their names, and all can be closed."""
    channels = build_channels(NotifySettings(**given))
    assert sorted(channels) == names
    assert [channel.name for channel in channels.values()] == list(channels)
    await close_channels(channels)


def test_half_a_channel_keeps_the_process_from_starting() -> None:
    """A mistake is found at the start, not with the first notice."""
    with pytest.raises(SettingsError):
        build_channels(NotifySettings(smtp_host="mail.tindan.example", **PUSH))

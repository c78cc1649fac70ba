"""Which channels a process gets."""

import json
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from notify.accounts.zalo import ZaloSettings
from notify.registry import ADDRESSES, build_channels, close_channels, planned_channels
from notify.settings import NotifySettings
from storage.errors import SettingsError
from storage.settings import Environment
from storage.unit_of_work import UnitOfWork

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
ZALO = {"app_id": "1", "secret_key": "s", "oa_secret": "o", "templates": {"status_change": "301"}}
PUSH = {"fcm_credentials": json.dumps(ACCOUNT)}


@pytest.mark.parametrize(
    ("given", "names"),
    [({}, []), (EMAIL, ["email"]), (PUSH, ["push", "topic"]), (EMAIL | PUSH, ["email", "push", "topic"])],
)
async def test_what_is_set_up_is_there(given: dict[str, str], names: list[str]) -> None:
    """A channel without settings is left out, the others go by their names, and all can be closed."""
    channels = build_channels(NotifySettings(**given))
    assert sorted(channels) == names
    assert [channel.name for channel in channels.values()] == list(channels)
    await close_channels(channels)


async def test_a_channel_with_tokens_needs_a_place_to_keep_them(
    unit_of_work: Callable[[], UnitOfWork],
) -> None:
    """Zalo is there where the database is, and left out where it is not."""
    settings = NotifySettings(zalo=ZaloSettings(**ZALO))
    assert build_channels(settings) == {}
    channels = build_channels(settings, unit_of_work)
    assert sorted(channels) == ["zalo"]
    await close_channels(channels)


def test_half_a_channel_keeps_the_process_from_starting() -> None:
    """A mistake is found at the start, not with the first notice."""
    with pytest.raises(SettingsError):
        build_channels(NotifySettings(smtp_host="mail.tindan.example", **PUSH))


def test_a_worker_that_could_tell_nobody_anything_does_not_start() -> None:
    """It would end every notice that it plans, unsent; in development it may."""
    with pytest.raises(SettingsError, match="TINDAN_CHANNELS"):
        planned_channels(NotifySettings(env=Environment.PRODUCTION), {})
    assert planned_channels(NotifySettings(env=Environment.DEVELOPMENT), {}) == {}


async def test_notices_are_planned_for_channels_that_other_workers_serve() -> None:
    """A worker for push alone must not take the mail out of every notice that it plans."""
    settings = NotifySettings(**PUSH, channels=("email", "push"))
    channels = build_channels(settings)
    assert sorted(channels) == ["push", "topic"]
    assert planned_channels(settings, channels) == {name: ADDRESSES[name] for name in ("email", "push")}
    await close_channels(channels)

"""Where the notice leads that asks to rate a dossier."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from notify.compose import Composer
from notify.routes import DEFAULTS
from storage.cipher import Cipher
from storage.deliveries.claiming import Claimed
from storage.ids import new_id
from storage.ratings.links import is_proof
from tests.notify.twin import ScriptedChannel

CODE = "H26.1-261121-0001"
APP = f"https://app.tindan.example/dossiers/{CODE}"


def claimed(category: str = "rating_request", *, supplied: bool = False, **params: str) -> Claimed:
    """Return a send."""
    told = {
        "dossier_code": CODE,
        "procedure_name": "Đăng ký khai sinh",
        "agency_name": "UBND phường Hồng Hà",
        "occurred_at": "2026-11-21T03:00:00Z",
    }
    return Claimed(
        place=(2, new_id()),
        target="an@example.vn",
        unreadable=False,
        params=told | params,
        id=new_id(),
        due_at=datetime.now(UTC),
        attempt=1,
        expires_at=datetime.now(UTC),
        expired=False,
        step=0,
        target_id=new_id(),
        more=0,
        agency_supplied=supplied,
        shut=False,
        enabled=None,
        locale="vi",
        time_zone="Asia/Ho_Chi_Minh",
        notification_id=new_id(),
        received=False,
        category=category,
    )


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_a_proved_address_gets_the_page(composer: Composer, cipher: Cipher, channel: str) -> None:
    """With what proves the dossier behind the `#`, in the text as well."""
    sent = composer.compose(claimed(), ScriptedChannel(channel), DEFAULTS)
    parts = urlsplit(sent.link)
    assert parts._replace(fragment="").geturl().endswith("/danh-gia")
    held = parse_qs(parts.fragment)
    assert held["c"] == [CODE]
    assert is_proof(cipher, CODE, held["p"][0])
    assert held["p"][0] in sent.text
    assert "Xem hồ sơ" not in f"{sent.text} {sent.html}"
    assert "proof" not in str(sent.facts)


@pytest.mark.parametrize("channel", ["push", "topic", "zalo"])
def test_what_an_app_shows_opens_the_app(composer: Composer, channel: str) -> None:
    """There is no proof in it."""
    assert composer.compose(claimed(), ScriptedChannel(channel), DEFAULTS).link == APP


@pytest.mark.parametrize("channel", ["email", "sms", "push"])
def test_an_address_that_the_agency_gave_gets_no_proof(
    composer: Composer, cipher: Cipher, channel: str
) -> None:
    """It may be the agency's own, which would rate itself."""
    sent = composer.compose(claimed(supplied=True), ScriptedChannel(channel), DEFAULTS)
    assert sent.link == APP
    assert "danh-gia" not in sent.text


def test_other_notices_lead_where_they_did(composer: Composer) -> None:
    """To the dossier."""
    sent = composer.compose(claimed("result_ready", status="9"), ScriptedChannel(), DEFAULTS)
    assert sent.link == APP

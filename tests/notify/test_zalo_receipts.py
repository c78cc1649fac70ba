"""What Zalo posts when a notice is on the phone, and who else might post it."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import pytest

from infra.sandbox.credentials import ZALO
from infra.sandbox.zalo.events import Message
from notify.accounts.zalo import ZaloSettings
from notify.channels.zalo import ZaloReceiptReader, build_receipts
from notify.ports import ForgedReceiptError, Receipt, ReceiptState, UnreadableReceiptError
from notify.settings import NotifySettings

URL = "https://api.tindan.example/v1/receipts/zalo"
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
DELIVERED = NOW - timedelta(seconds=3)
SETTINGS = {"app_id": "431", "secret_key": "app", "oa_secret": "oa-secret", "templates": {"a": "1"}}


def milliseconds(moment):
    return str(int(moment.timestamp() * 1000))


def event(**changes):
    given = {
        "app_id": "431",
        "event_name": "user_received_message",
        "message": {"delivery_time": milliseconds(DELIVERED), "msg_id": "m1", "tracking_id": "t1"},
        "timestamp": milliseconds(NOW),
    }
    return given | changes


def signed(content, *, secret="oa-secret", app_id="431"):
    """Return an event as Zalo would post it."""
    body = json.dumps(content, indent=1).encode()
    raw = app_id.encode() + body + str(content.get("timestamp", "")).encode() + secret.encode()
    return body, {"x-zevent-signature": f"mac={sha256(raw).hexdigest()}"}


@pytest.fixture
def reader():
    """The reader of an app with its own secret for events."""
    reader = build_receipts(NotifySettings(zalo=ZaloSettings(**SETTINGS)))
    assert isinstance(reader, ZaloReceiptReader)
    return reader


def read(reader, body, headers, now=NOW):
    return reader.read(url=URL, headers=headers, body=body, now=now)


def test_a_message_on_the_phone_is_delivered(reader):
    """The receipt names the message as its sending did, and the event so that a repeat is known."""
    assert reader.channel == "zalo"
    assert read(reader, *signed(event())) == [
        Receipt(
            event_id="user_received_message:m1",
            provider_id="m1",
            state=ReceiptState.DELIVERED,
            occurred_at=DELIVERED,
        )
    ]


@pytest.mark.parametrize("given", ["0192f3c4-0000-7000-8000-000000000001", "t1", "", 7, None])
def test_our_own_name_for_a_send_comes_back(reader, given):
    """So a send is known whose answer was lost; what others call theirs names none of ours."""
    message = {"delivery_time": milliseconds(DELIVERED), "msg_id": "m1", "tracking_id": given}
    (receipt,) = read(reader, *signed(event(message=message)))
    assert receipt.delivery_id == (UUID(given) if given and len(str(given)) == 36 else None)


def test_what_the_stand_in_posts_is_understood():
    """Two readings of Zalo's documents agree: the stand-in's and ours."""
    settings = SETTINGS | {"app_id": ZALO.app_id, "oa_secret": ZALO.oa_secret}
    reader = build_receipts(NotifySettings(zalo=ZaloSettings(**settings)))
    message = Message(id="m9", to="84912345678", tracking_id="t", webhook=URL)
    for forged in (False, True):
        (report,) = message.reports(failure=None, forged=forged)
        headers = {name.lower(): value for name, value in report.headers.items()}
        now = datetime.now(UTC)
        if forged:
            with pytest.raises(ForgedReceiptError):
                read(reader, report.body, headers, now)
        else:
            (receipt,) = read(reader, report.body, headers, now)
            assert (receipt.provider_id, receipt.state) == ("m9", ReceiptState.DELIVERED)


@pytest.mark.parametrize(
    "content",
    [
        event(message={"msg_id": "m1", "text": "Xin chào"}),
        event(event_name="user_seen_message"),
        event(event_name="follow", message=None),
        event(event_name="change_template_status", message="m"),
        {"timestamp": milliseconds(NOW)},
    ],
)
def test_other_events_are_no_receipts(reader, content):
    """A message that a person wrote has the same name and no time of delivery."""
    assert read(reader, *signed(content)) == []


def test_a_signature_holds_for_its_bytes_alone(reader):
    """Each part that is signed is looked at."""
    body, headers = signed(event())
    forged = [
        (body.replace(b"m1", b"m2"), headers),
        (body + b" ", headers),
        (body, {}),
        (body, {"x-zevent-signature": "mac="}),
        (body, {"x-zevent-signature": "mac=" + "é" * 64}),
        signed(event(), secret="another"),
        signed(event(), secret=""),
        signed(event(), app_id="432"),
        (b"<html>", headers),
        (b"[]", headers),
        (b"", headers),
        (b"\xff", headers),
    ]
    for forged_body, forged_headers in forged:
        with pytest.raises(ForgedReceiptError):
            read(reader, forged_body, forged_headers)
    assert read(reader, body, headers)


@pytest.mark.parametrize("prefix", ["mac=", ""])
def test_the_form_of_a_signature_does_not_matter(reader, prefix):
    """Hexadecimal digits mean the same in capitals, and without the word before them."""
    body, headers = signed(event())
    digits = headers["x-zevent-signature"].removeprefix("mac=").upper()
    assert read(reader, body, {"x-zevent-signature": prefix + digits})


@pytest.mark.parametrize(
    ("age", "taken"),
    [
        (timedelta(hours=1, minutes=30), True),
        (timedelta(hours=2), True),
        (timedelta(hours=2, seconds=1), False),
        (timedelta(minutes=-4), True),
        (timedelta(minutes=-6), False),
    ],
)
def test_an_old_event_is_not_taken(reader, age, taken):
    """Zalo repeats itself for an hour; what is older was kept by somebody."""
    body, headers = signed(event())
    if taken:
        assert read(reader, body, headers, NOW + age)
    else:
        with pytest.raises(ForgedReceiptError):
            read(reader, body, headers, NOW + age)


@pytest.mark.parametrize(
    "content",
    [
        event(message={"delivery_time": "soon", "msg_id": "m1"}),
        event(message={"delivery_time": "9" * 30, "msg_id": "m1"}),
        event(message={"delivery_time": milliseconds(NOW)}),
        event(timestamp="yesterday"),
        event(timestamp=None),
    ],
)
def test_a_signed_event_that_lacks_something_is_told_apart(reader, content):
    """It is Zalo's, so operators should hear of it."""
    with pytest.raises(UnreadableReceiptError):
        read(reader, *signed(content))


def test_numbers_may_be_numbers(reader):
    """Times and names come as texts by the documents, and as numbers from some."""
    content = event(
        timestamp=int(milliseconds(NOW)),
        message={"delivery_time": int(milliseconds(DELIVERED)), "msg_id": 77},
    )
    (receipt,) = read(reader, *signed(content))
    assert (receipt.provider_id, receipt.occurred_at) == ("77", DELIVERED)


def test_without_an_account_nobody_reads() -> None:
    """What is not set up is left out."""
    assert build_receipts(NotifySettings()) is None

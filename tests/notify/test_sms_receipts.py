"""What Twilio reports: whose it is, and what it says."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from notify.accounts.twilio import TwilioSettings
from notify.channels.sms import build_receipts
from notify.channels.sms.receipts import TwilioReceiptReader
from notify.ports import ForgedReceiptError, ReceiptState, UnreadableReceiptError
from notify.settings import NotifySettings
from storage.ids import new_id
from storage.settings import Environment

NOW = datetime(2026, 11, 21, 2, 30, tzinfo=UTC)
URL = "https://api.tindan.example/v1/receipts/twilio"
TOKEN = "12345"
SID = "SM" + 32 * "a"

SENT, DELIVERED, READ, FAILED = (
    ReceiptState.SENT,
    ReceiptState.DELIVERED,
    ReceiptState.READ,
    ReceiptState.FAILED,
)


def signed(form, *, url=URL, token=TOKEN):
    """Return the signature by Twilio's description: not by its SDK, which is under test with ours."""
    text = url + "".join(name + form[name] for name in sorted(form))
    mac = hmac.digest(token.encode(), text.encode(), hashlib.sha1)
    return {"x-twilio-signature": base64.b64encode(mac).decode()}


def read(form, *, headers=None, body=None, url=URL):
    """Let a reader read what Twilio posted."""
    return TwilioReceiptReader(TOKEN).read(
        url=url,
        headers=signed(form) if headers is None else headers,
        body=urlencode(form).encode() if body is None else body,
        now=NOW,
    )


def report(status, **more):
    """Return a report's form."""
    return {"MessageSid": SID, "MessageStatus": status, "To": "+84912345678", "Empty": ""} | more


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("accepted", SENT),
        ("queued", SENT),
        ("sending", SENT),
        ("sent", SENT),
        ("delivered", DELIVERED),
        ("read", READ),
        ("undelivered", FAILED),
        ("failed", FAILED),
        ("canceled", FAILED),
    ],
)
def test_each_status_has_its_state(status, state):
    """A report names its message, and itself, so that a repeat is known."""
    (receipt,) = read(report(status))
    assert receipt.state is state
    assert (receipt.provider_id, receipt.event_id) == (SID, f"{SID}:{status}")
    assert (receipt.occurred_at, receipt.code, receipt.unreachable) == (NOW, None, False)


def test_our_own_name_for_a_send_comes_back():
    """In the address that we gave, which is signed whole: nobody puts another one in its place."""
    name = new_id()
    url, form = f"{URL}?delivery={name}", report("delivered")
    (receipt,) = read(form, url=url, headers=signed(form, url=url))
    assert receipt.delivery_id == name
    other = f"{URL}?delivery={new_id()}"
    with pytest.raises(ForgedReceiptError):
        read(form, url=other, headers=signed(form, url=url))
    for none in (URL, f"{URL}?delivery=", f"{URL}?delivery=1"):
        (receipt,) = read(form, url=none, headers=signed(form, url=none))
        assert receipt.delivery_id is None


@pytest.mark.parametrize(
    ("code", "unreachable"),
    [("30003", False), ("30005", True), ("30006", True), ("21610", True), ("30007", False), ("30008", False)],
)
def test_a_failure_says_why(code, unreachable):
    """The number of the error is kept, and the table says whether the phone is given up."""
    (receipt,) = read(report("undelivered", ErrorCode=code))
    assert (receipt.state, receipt.code, receipt.unreachable) == (FAILED, code, unreachable)


def test_what_arrived_gives_no_phone_up():
    """An error number beside another state says nothing of the phone."""
    (receipt,) = read(report("sent", ErrorCode="30005"))
    assert not receipt.unreachable


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ("2611210229", datetime(2026, 11, 21, 2, 29, tzinfo=UTC)),
        ("2611210929", NOW),  # a carrier that writes the hour of Vietnam
        ("2613210229", NOW),
        ("soon", NOW),
        ("", NOW),
    ],
)
def test_the_carrier_may_say_when(given, at):
    """Its time is taken if it can be one, and is never in the future."""
    (receipt,) = read(report("delivered", RawDlrDoneDate=given))
    assert receipt.occurred_at == at


FORGERIES = {
    "no signature": {},
    "empty": {"x-twilio-signature": ""},
    "no base64": {"x-twilio-signature": "ư" * 28},
    "other token": signed(report("delivered"), token="54321"),
    "other message": signed(report("delivered", MessageSid="SM1")),
    "other status": signed(report("failed")),
    "other address": signed(report("delivered"), url="https://api.tindan.example/v1/receipts/zalo"),
    "other query": signed(report("delivered"), url=f"{URL}?a=1"),
    "other host": signed(report("delivered"), url="https://elsewhere.example/v1/receipts/twilio"),
}


@pytest.mark.parametrize("headers", FORGERIES.values(), ids=FORGERIES)
def test_a_forgery_is_refused(headers):
    """Only who knows the token signs for this message, this status and this address."""
    with pytest.raises(ForgedReceiptError):
        read(report("delivered"), headers=headers)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"{}",
        b"MessageStatus=delivered",
        urlencode(report("delivered") | {"More": "x"}).encode(),
    ],
)
def test_a_changed_body_is_refused(body):
    """A field that is left out, added, or no text at all breaks the signature."""
    with pytest.raises(ForgedReceiptError):
        read(report("delivered"), body=body)


@pytest.mark.parametrize(
    "form", [{"MessageStatus": "delivered"}, report("delivered", MessageSid=""), report("lost"), report("")]
)
def test_what_nobody_documents_can_not_be_read(form):
    """Signed, but without a message or with a status that we do not know: that is told, not dropped."""
    with pytest.raises(UnreadableReceiptError):
        read(form)


def test_what_is_no_report_gives_none():
    """A message that a person sent to our number is signed as well; Twilio's own example of a form is one."""
    assert read({"MessageSid": SID, "SmsStatus": "received", "Body": "Cảm ơn", "From": "+84912345678"}) == []
    call = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+12349013030",
        "Digits": "1234",
        "From": "+12349013030",
        "To": "+18005551212",
    }
    documented = {"x-twilio-signature": "0/KCTR6DLpKmkAf8muzZqo1nDgQ="}
    assert read(call, headers=documented, url="https://mycompany.com/myapp.php?foo=1&bar=2") == []


@pytest.mark.parametrize("port", ["", ":443"])
def test_a_port_that_goes_without_saying_makes_no_difference(port):
    """Twilio signs with it or without it."""
    form = report("delivered")
    headers = signed(form, url=URL.replace(".example", f".example{port}"))
    assert len(read(form, headers=headers)) == 1


def test_the_reader_is_there_with_the_account():
    """It checks by the account's token; without an account nothing is read."""
    assert build_receipts(NotifySettings()) is None
    twilio = TwilioSettings(account_sid="AC1", auth_token=TOKEN, sender="+15005550006")
    reader = build_receipts(NotifySettings(env=Environment.DEVELOPMENT, twilio=twilio))
    assert reader
    assert reader.channel == "sms"
    form = report("delivered")
    (receipt,) = reader.read(url=URL, headers=signed(form), body=urlencode(form).encode(), now=NOW)
    assert receipt.state is DELIVERED

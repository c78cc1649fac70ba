"""Text messages over Twilio."""

from notify.channels.sms.channel import SmsChannel, build
from notify.channels.sms.receipts import build_receipts

__all__ = ["SmsChannel", "build", "build_receipts"]

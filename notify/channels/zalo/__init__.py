"""Notices in Zalo, worded by templates that Zalo approved."""

from notify.channels.zalo.channel import ZaloChannel, build
from notify.channels.zalo.hours import closed_until
from notify.channels.zalo.receipts import ZaloReceiptReader, build_receipts

__all__ = ["ZaloChannel", "ZaloReceiptReader", "build", "build_receipts", "closed_until"]

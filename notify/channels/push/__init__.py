"""Push to phones over Firebase Cloud Messaging."""

from notify.channels.push.channel import PushChannel, build

__all__ = ["PushChannel", "build"]

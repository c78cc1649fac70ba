"""Mail over SMTP."""

from notify.channels.email.channel import EmailChannel, build

__all__ = ["EmailChannel", "build"]

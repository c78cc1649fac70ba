"""Push to phones over Firebase Cloud Messaging."""

from notify.channels.push.channel import PushChannel, build
from notify.channels.push.topic import TopicChannel, build_topics

__all__ = ["PushChannel", "TopicChannel", "build", "build_topics"]

"""One push to all phones that follow a topic. Firebase fans it out, and tells nobody how far it came."""

from notify.channels.push.channel import PushChannel
from notify.ports import AddressKind
from notify.routes import TOPIC
from notify.settings import NotifySettings


class TopicChannel(PushChannel):
    """Sends to topics, as a channel by itself: it is paused and throttled apart from single phones."""

    name = TOPIC
    address = AddressKind.TOPIC
    batch_size = abreast = 10
    """Each of them may be millions: Firebase bounds how many are under way at a time."""


def build_topics(settings: NotifySettings) -> TopicChannel | None:
    """Return the channel, or None when no Firebase account is set; raises SettingsError for half a one."""
    account = settings.fcm_account()
    return None if account is None else TopicChannel(account)

"""A notice as a message of Firebase."""

import json
import re
from datetime import datetime, timedelta

from firebase_admin import messaging

from notify.ports import AddressKind, Outgoing

LARGEST_PAYLOAD = 4096  # bytes
_LONGEST_LIFE = timedelta(days=28)
_NO_LIFE = timedelta(0)
# An app names its phone by a registration token, or by its shorter successor, the installation ID.
_INSTALLATION_ID = re.compile(r"[c-f][\w-]{21}", re.ASCII)


class PayloadTooLargeError(ValueError):
    """The notice has more bytes than a push may carry."""


def compose(outgoing: Outgoing, *, to: AddressKind = AddressKind.DEVICE, now: datetime) -> messaging.Message:
    """Write the message for one notice, to a phone or to a topic.

    Raises:
        PayloadTooLargeError: it would not be taken. Firebase answers that in the words that it has for a
            wrong token, so it is found out here.
    """
    notice = {"title": outgoing.title, "body": outgoing.text}
    data = {
        "notification_id": str(outgoing.notification_id),
        "category": outgoing.category,
        "link": outgoing.link,
    }
    if len(json.dumps([notice, data], ensure_ascii=False).encode()) > LARGEST_PAYLOAD:
        raise PayloadTooLargeError
    message = messaging.Message(
        notification=messaging.Notification(**notice),
        data=data,
        android=_android(outgoing, now=now),
        apns=_apns(outgoing),
    )
    if to is AddressKind.TOPIC:
        message.topic = outgoing.target
    elif _INSTALLATION_ID.fullmatch(outgoing.target):
        message.fid = outgoing.target
    else:
        # Set here, as the constructor warns of its age, though apps still register tokens by default.
        message.token = outgoing.target
    return message


def _android(outgoing: Outgoing, *, now: datetime) -> messaging.AndroidConfig:
    # A tag, so that a repeat takes the place of the first. Not a collapse key: of those Firebase keeps four
    # for a phone that is off, and would drop the fifth notice.
    return messaging.AndroidConfig(
        priority="high" if outgoing.urgent else "normal",
        ttl=min(max(outgoing.expires_at - now, _NO_LIFE), _LONGEST_LIFE),
        notification=messaging.AndroidNotification(tag=str(outgoing.notification_id)),
    )


def _apns(outgoing: Outgoing) -> messaging.APNSConfig:
    return messaging.APNSConfig(
        headers={
            "apns-push-type": "alert",
            "apns-priority": "10" if outgoing.urgent else "5",
            "apns-expiration": str(int(outgoing.expires_at.timestamp())),
            "apns-collapse-id": str(outgoing.notification_id),
        },
        payload=messaging.APNSPayload(aps=messaging.Aps(sound="default")),
    )

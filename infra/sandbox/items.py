"""An arrival in the form in which it is read."""

import datetime as dt
import json
from collections.abc import Callable

from infra.sandbox.mail import readable
from infra.sandbox.outbox import Arrival, Channel
from infra.sandbox.twilio.segments import segments


def item(arrival: Arrival) -> dict[str, object]:
    """Return what every arrival has, and what its channel adds; `subject`, `text` and `html` can be None."""
    at = dt.datetime.fromtimestamp(arrival.at, dt.UTC)
    shown: dict[str, object] = {
        "sequence": arrival.sequence,
        "channel": arrival.channel,
        "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "to": ", ".join(arrival.to),
    }
    if arrival.duplicate_of is not None:
        shown["duplicate_of"] = arrival.duplicate_of
    return shown | _CHANNELS[arrival.channel](arrival)


def _mail(arrival: Arrival) -> dict[str, object]:
    return {"from": arrival.source} | readable(arrival.raw)


def _push(arrival: Arrival) -> dict[str, object]:
    message = json.loads(arrival.raw)["message"]
    notification = message.get("notification", {})
    return {
        "name": arrival.source,
        "subject": notification.get("title"),
        "text": notification.get("body"),
        "html": None,
        "notification": notification,
        "data": message.get("data", {}),
        "message": message,
    }


def _sms(arrival: Arrival) -> dict[str, object]:
    wanted = json.loads(arrival.raw)
    encoding, number = segments(wanted["body"])
    return {
        "from": arrival.source,
        "sid": wanted["sid"],
        "subject": None,
        "text": wanted["body"],
        "html": None,
        "encoding": encoding,
        "segments": number,
        "messaging_service_sid": wanted["service"],
        "validity_period": wanted["validity"],
        "status_callback": wanted["callback"],
    }


def _zalo(arrival: Arrival) -> dict[str, object]:
    kept: dict[str, object] = json.loads(arrival.raw)
    return kept | {"html": None}


_CHANNELS: dict[Channel, Callable[[Arrival], dict[str, object]]] = {
    "email": _mail,
    "push": _push,
    "sms": _sms,
    "zalo": _zalo,
}

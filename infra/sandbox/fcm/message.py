"""The form of a message, as far as FCM checks it before it looks at the token."""

import re
from typing import Any

LARGEST_PAYLOAD = 4096  # bytes of notification and data

_TOPIC = re.compile(r"[a-zA-Z0-9-_.~%]+")
_TARGETS = ("fid", "token", "topic", "condition")


class MalformedMessageError(ValueError):
    """The message has not the form that FCM takes; names the field."""

    def __init__(self, field: str, description: str) -> None:
        super().__init__(f"{field}: {description}")
        self.field = field
        self.description = description


def addressee(body: Any) -> str:
    """Return whom a decoded request body is for: an installation, a token, `/topics/…` or a condition.

    Raises:
        MalformedMessageError: The body is no message, or not to exactly one target.
    """
    message = body.get("message") if isinstance(body, dict) else None
    if not isinstance(message, dict):
        raise MalformedMessageError("message", "The message is not set.")
    target = _target(message)
    _check_payload(message)
    return target


def _target(message: dict[str, Any]) -> str:
    given = [(name, message[name]) for name in _TARGETS if message.get(name)]
    if len(given) != 1:
        raise MalformedMessageError("message", "Exactly one of fid, token, topic or condition is required.")
    name, value = given[0]
    if not isinstance(value, str):
        raise MalformedMessageError(f"message.{name}", "Not a string.")
    if name != "topic":
        return value
    if not _TOPIC.fullmatch(value):
        raise MalformedMessageError("message.topic", "Malformed topic name.")
    return f"/topics/{value}"


def _check_payload(message: dict[str, Any]) -> None:
    data, notification = message.get("data", {}), message.get("notification", {})
    if not isinstance(data, dict) or not isinstance(notification, dict):
        raise MalformedMessageError("message", "data and notification are objects.")
    if not all(isinstance(value, str) for value in data.values()):
        raise MalformedMessageError("message.data", "Values are strings.")
    texts = [*data, *data.values(), *filter(_is_text, notification.values())]
    if sum(len(text.encode()) for text in texts) > LARGEST_PAYLOAD:
        raise MalformedMessageError("message", f"Message is bigger than {LARGEST_PAYLOAD} bytes.")


def _is_text(value: object) -> bool:
    return isinstance(value, str)

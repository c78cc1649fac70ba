"""A raw mail as a person would see it."""

import email
import email.message
import email.policy
import re

_MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


def message_id(raw: bytes) -> bytes | None:
    """Return the Message-ID without parsing the mail, as this runs for each one that arrives."""
    found = _MESSAGE_ID.search(raw)
    return found[1] if found else None


def readable(raw: bytes) -> dict[str, object]:
    """Return subject, both bodies, headers and the list of attachments, all decoded."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    headers: dict[str, str] = {}
    for name, value in message.items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else str(value)
    return {
        "subject": str(message.get("subject", "")),
        "text": _body(message, "plain"),
        "html": _body(message, "html"),
        "headers": headers,
        "attachments": [_attachment(part) for part in message.iter_attachments()],
    }


def _body(message: email.message.EmailMessage, subtype: str) -> str | None:
    part = message.get_body((subtype,))
    return None if part is None else _decoded(part)


def _decoded(part: email.message.MIMEPart) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    try:
        text = content.decode(part.get_content_charset("utf-8"), errors="replace")
    except LookupError:  # a charset that nobody knows must not hide the mail
        text = content.decode("utf-8", errors="replace")
    return text.replace("\r\n", "\n")


def _attachment(part: email.message.MIMEPart) -> dict[str, object]:
    payload = part.get_payload(decode=True)
    return {
        "name": part.get_filename(),
        "content_type": part.get_content_type(),
        "size": len(payload) if isinstance(payload, bytes) else 0,
    }

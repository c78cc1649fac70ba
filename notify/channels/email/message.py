"""A notice as a mail: RFC 5322 headers, RFC 2046 alternatives.

Written by hand, because `email.message` takes 6 ms of CPU to fold a Vietnamese subject, and encodes a long
`List-Unsubscribe` as if it were prose, which no mail program follows.
"""

import binascii
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from notify.ports import Outgoing
from notify.settings import SmtpAccount

# A dot-atom or its international form (RFC 6531); no quoted local parts, which no mailbox of a person has.
_ATOM = r'[^\s"(),:;<>@\[\\\]\x00-\x1f\x7f]+'
_ADDRESS = re.compile(rf"{_ATOM}@{_ATOM}")

_LINE = 76  # characters of base64 (RFC 2045, 6.8), and of a line with encoded words (RFC 2047, 2)
_WORD_BYTES = 39  # of text in an encoded word, so that the first one fits behind "Subject: "


class UnusableAddressError(ValueError):
    """The target is no mail address; it is not repeated here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail with its envelope.

    Attributes:
        sender: where bounces go.
        message_id: the same in every attempt, without its angle brackets.
        international: whether the address is beyond ASCII, so that the server must know SMTPUTF8 (RFC 6531).
    """

    sender: str
    recipient: str
    message_id: str
    content: bytes
    international: bool


def compose(outgoing: Outgoing, *, account: SmtpAccount, now: datetime) -> Mail:
    """Write the mail for one notice.

    Raises:
        UnusableAddressError: the target is no mail address.
    """
    if not _ADDRESS.fullmatch(outgoing.target):
        raise UnusableAddressError
    message_id = f"{outgoing.delivery_id}@{account.domain}"
    headers = [
        f"From: {_encoded(account.sender_name)} <{account.sender_address}>",
        f"To: <{outgoing.target}>",
        f"Subject: {_encoded(outgoing.title)}",
        f"Date: {format_datetime(now)}",
        f"Message-ID: <{message_id}>",
        # RFC 3834: tells out-of-office replies and other robots to keep still.
        "Auto-Submitted: auto-generated",
        f"Content-Language: {outgoing.locale}",
        "MIME-Version: 1.0",
    ]
    if outgoing.opt_out_link:
        headers += [
            f"List-Unsubscribe: <{outgoing.opt_out_link}>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",  # RFC 8058
        ]
    return Mail(
        sender=_return_path(outgoing, account),
        recipient=outgoing.target,
        message_id=message_id,
        content="\r\n".join([*headers, *_body(outgoing), ""]).encode(),
        international=not outgoing.target.isascii(),
    )


def _return_path(outgoing: Outgoing, account: SmtpAccount) -> str:
    """Return where bounces go: an address of each delivery's own (VERP) where such are received."""
    if account.bounce_domain is None:
        return account.sender_address
    return f"bounce+{outgoing.delivery_id}@{account.bounce_domain}"


def _encoded(text: str) -> str:
    """Encode a header's text by RFC 2047; line breaks in it can not begin another header.

    `email.header` does the same, and tries every length of every word to get there.
    """
    rest = " ".join(text.split()).encode()
    words: list[str] = []
    while rest:
        end = min(_WORD_BYTES, len(rest))
        while end < len(rest) and rest[end] & 0xC0 == 0x80:  # noqa: PLR2004 - within a character (RFC 3629)
            end -= 1
        words.append(f"=?utf-8?b?{_base64(rest[:end])}?=")
        rest = rest[end:]
    return "\r\n ".join(words)


def _body(outgoing: Outgoing) -> list[str]:
    if outgoing.html is None:
        return _part("plain", outgoing.text)
    boundary = f"={outgoing.delivery_id.hex}="  # "=" stands in no base64 line but the last, never first
    return [
        f'Content-Type: multipart/alternative; boundary="{boundary}"',
        "",
        f"--{boundary}",
        *_part("plain", outgoing.text),
        f"--{boundary}",
        *_part("html", outgoing.html),
        f"--{boundary}--",
    ]


def _part(subtype: str, text: str) -> list[str]:
    # base64: of Vietnamese text shorter than quoted-printable, and no relay has cause to recode it.
    canonical = "\r\n".join(text.splitlines()) + "\r\n"  # RFC 2046, 4.1.1
    encoded = _base64(canonical.encode())
    lines = [encoded[start : start + _LINE] for start in range(0, len(encoded), _LINE)]
    return [
        f"Content-Type: text/{subtype}; charset=utf-8",
        "Content-Transfer-Encoding: base64",
        "",
        *lines,
    ]


def _base64(content: bytes) -> str:
    return binascii.b2a_base64(content, newline=False).decode("ascii")

"""The form of a script of faults, and what each channel can do of it."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from infra.sandbox.plans import Match, Script, Seconds, Step, never_taken

FaultyChannel = Literal[
    "email", "push", "idp", "sms", "zalo", "zalo-oauth", "zalo-queries", "vnform", "emc", "portal"
]
Point = Literal["connect", "rcpt", "data"]

_SMTP_REPLY = re.compile(r"[45]\d\d \S[^\r\n]*")
_ERROR_NAME = re.compile(r"\w+")
_TWILIO_CODE = re.compile(r"\d{5}")
_TWO_DIGITS = re.compile(r"\d{2}")
_ZALO_CODE = re.compile(r"-\d{1,5}")


class Delay(Step):
    """Answer as usual, but late."""

    kind: Literal["delay"]
    seconds: Seconds
    at: Point = "data"


class Status(Step):
    """Answer with an HTTP status or an SMTP code, and take nothing in."""

    kind: Literal["status"]
    code: Annotated[int, Field(ge=400, le=599)]
    retry_after: Annotated[int, Field(ge=0)] | None = None
    at: Point = "rcpt"


class AcceptThenHang(Step):
    """Take the message in and say nothing, so that the sender cannot know."""

    kind: Literal["accept_then_hang"]
    seconds: Seconds
    at: Literal["data"] = "data"


class Refuse(Step):
    """Refuse in the channel's own words: an SMTP reply line, the name or the number of an error."""

    kind: Literal["refuse"]
    code: str
    at: Point = "rcpt"


class Cut(Step):
    """Do what was asked, and send the first half of the answer's bytes."""

    kind: Literal["cut"]
    at: Literal["data"] = "data"


class Repeat(Step):
    """Answer with the page of answers before the one that is asked for."""

    kind: Literal["repeat"]
    at: Literal["data"] = "data"


class Misreport(Step):
    """Do what was asked, and answer with another code, or other words about it."""

    kind: Literal["misreport"]
    code: str | None = None
    text: str | None = None
    at: Literal["data"] = "data"


class Truncate(Step):
    """Leave out the second half of a list, and say nothing of that."""

    kind: Literal["truncate"]
    at: Literal["data"] = "data"


class Expire(Step):
    """Let all sessions and tokens be over before their time."""

    kind: Literal["expire"]
    at: Literal["data"] = "data"


Fault = Annotated[
    Delay | Status | AcceptThenHang | Refuse | Cut | Repeat | Misreport | Truncate | Expire,
    Field(discriminator="kind"),
]
FaultScript = Script[Fault]

_NAMES = (_ERROR_NAME, "an error name, such as UNREGISTERED or invalid_grant")
_TWILIO = (_TWILIO_CODE, "a number of Twilio's, such as 21610")
_EMC = (_TWO_DIGITS, "two digits of EMC's, such as 02")
_PORTAL = (_TWO_DIGITS, "two digits of the portal's, such as 02")
_ZALO = (_ZALO_CODE, "a number of Zalo's, such as -118")
_REFUSALS: dict[FaultyChannel, tuple[re.Pattern[str], str]] = {
    "email": (_SMTP_REPLY, "an SMTP reply, such as '550 5.1.1 No such user'"),
    "push": _NAMES,
    "idp": _NAMES,
    "sms": _TWILIO,
    "zalo": _ZALO,
    "zalo-oauth": _ZALO,
    "zalo-queries": _ZALO,
    "vnform": _NAMES,
    "emc": _EMC,
    "portal": _PORTAL,
}
_ALONE: dict[str, frozenset[FaultyChannel]] = {
    "cut": frozenset({"vnform", "emc", "portal"}),
    "repeat": frozenset({"vnform", "portal"}),
    "misreport": frozenset({"portal"}),
    "truncate": frozenset({"portal"}),
    "expire": frozenset({"portal"}),
}
"""Faults that some channels alone can have."""


def objections(channel: FaultyChannel, script: FaultScript) -> Iterator[str]:
    """Say what this channel cannot do of a script; nothing if it can do all of it."""
    yield from never_taken(script)
    form, wanted = _REFUSALS[channel]
    for index, fault in enumerate(script.script):
        if isinstance(fault, Refuse) and not form.fullmatch(fault.code):
            yield f"script[{index}].code: expected {wanted}"
        if channel not in _ALONE.get(fault.kind, {channel}):
            yield f"script[{index}].kind: {channel} knows no {fault.kind}"
        if channel == "email":
            yield from _email(index, fault, script.match)
        elif "at" in fault.model_fields_set:
            yield f"script[{index}].at: only email has points of a dialogue"


def _email(index: int, fault: Fault, match: Match | None) -> Iterator[str]:
    if isinstance(fault, Status) and fault.retry_after is not None:
        yield f"script[{index}].retry_after: SMTP has no such thing"
    if fault.at == "connect" and match is not None:
        yield f"script[{index}].at: nobody is addressed yet at connect, so nothing can match"

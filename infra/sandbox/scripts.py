"""The form of a script of faults, and what each channel can do of it."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

FaultyChannel = Literal["email", "push", "idp"]
Point = Literal["connect", "rcpt", "data"]

FOREVER = -1
_SMTP_REPLY = re.compile(r"[45]\d\d \S[^\r\n]*")
_ERROR_NAME = re.compile(r"\w+")

Times = Annotated[int, Field(ge=FOREVER)]
Seconds = Annotated[float, Field(gt=0, le=3600)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Delay(_Strict):
    """Answer as usual, but late."""

    kind: Literal["delay"]
    seconds: Seconds
    times: Times = 1
    at: Point = "data"


class Status(_Strict):
    """Answer with an HTTP status or an SMTP code, and take nothing in."""

    kind: Literal["status"]
    code: Annotated[int, Field(ge=400, le=599)]
    retry_after: Annotated[int, Field(ge=0)] | None = None
    times: Times = 1
    at: Point = "rcpt"


class AcceptThenHang(_Strict):
    """Take the message in and say nothing, so that the sender cannot know."""

    kind: Literal["accept_then_hang"]
    seconds: Seconds
    times: Times = 1
    at: Literal["data"] = "data"


class Refuse(_Strict):
    """Refuse in the channel's own words: an SMTP reply line, an FCM or an OAuth error name."""

    kind: Literal["refuse"]
    code: str
    times: Times = 1
    at: Point = "rcpt"


Fault = Annotated[Delay | Status | AcceptThenHang | Refuse, Field(discriminator="kind")]


class Match(_Strict):
    """Whom a script is for.

    Attributes:
        to: Shell pattern over the mail address, the device token or `/topics/…`, or the name of the
            identity provider's endpoint.
    """

    to: Annotated[str, Field(min_length=1)]


class Script(_Strict):
    """Faults in the order in which they strike."""

    script: Annotated[list[Fault], Field(min_length=1)]
    match: Match | None = None


def objections(channel: FaultyChannel, script: Script) -> Iterator[str]:
    """Say what this channel cannot do of a script; nothing if it can do all of it."""
    for index, fault in enumerate(script.script):
        if fault.times == 0:
            yield f"script[{index}].times: 0 would never strike; use a positive number, or -1 for ever"
        if channel == "email":
            yield from _email(index, fault, script.match)
        elif "at" in fault.model_fields_set:
            yield f"script[{index}].at: only email has points of a dialogue"
        elif isinstance(fault, Refuse) and not _ERROR_NAME.fullmatch(fault.code):
            yield f"script[{index}].code: expected an error name, such as UNREGISTERED or invalid_grant"


def _email(index: int, fault: Fault, match: Match | None) -> Iterator[str]:
    if isinstance(fault, Refuse) and not _SMTP_REPLY.fullmatch(fault.code):
        yield f"script[{index}].code: expected an SMTP reply, such as '550 5.1.1 No such user'"
    if isinstance(fault, Status) and fault.retry_after is not None:
        yield f"script[{index}].retry_after: SMTP has no such thing"
    if fault.at == "connect" and match is not None:
        yield f"script[{index}].at: nobody is addressed yet at connect, so nothing can match"

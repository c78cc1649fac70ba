"""What the workshop and its children say to each other, and how it travels: as JSON, checked on arrival.

JSON and not pickle: what a child says may be dictated by the file that it opened, and must be no more than
data. The parent greets once; then it gives one job after another, and one signature in each at most.

    parent   Greeting
    child    Ready
    parent   Job         with one descriptor, the file; or two, the file and the empty copy
    child    Taken       from here on a death is the file's doing
    child    ToSign      while a copy is prepared, once
    parent   Signed
    child    Done or Refused
"""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from storage.papers.card import Card
from storage.papers.findings import Findings
from storage.papers.frames import BrokenLineError
from storage.papers.limits import Limits
from storage.papers.placed import Placed
from storage.papers.refusals import Refusal

_AS_BASE64 = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")
_SIGNED_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """What a child has to know before its first job.

    Attributes:
        limits: of each file.
        roots: whose signatures count; certificates in DER.
        memory: bytes that a job may take beyond what the child needs at rest.
        seconds: of computing that a job may take.
        parent: id of the process that greets.
    """

    limits: Limits
    roots: tuple[bytes, ...]
    memory: int
    seconds: int
    parent: int
    kind: Literal["greeting"] = "greeting"
    __pydantic_config__: ClassVar[ConfigDict] = _AS_BASE64


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """Everything is loaded."""

    kind: Literal["ready"] = "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is asked about one file: to examine it, and with a card to prepare the copy as well.

    Attributes:
        declared: the media type that its sender gave.
        card: what is drawn on the copy.
        certificates: of who signs the copy, in DER, as in `Notary`.
    """

    declared: str | None = None
    card: Card | None = None
    certificates: tuple[bytes, ...] = ()
    kind: Literal["job"] = "job"
    __pydantic_config__: ClassVar[ConfigDict] = _AS_BASE64


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The job has begun."""

    kind: Literal["taken"] = "taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSign:
    """Bytes to be signed for the copy."""

    data: Annotated[bytes, Field(max_length=_SIGNED_BYTES)]
    kind: Literal["to_sign"] = "to_sign"
    __pydantic_config__: ClassVar[ConfigDict] = _AS_BASE64


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """The signature over them."""

    signature: bytes
    kind: Literal["signed"] = "signed"
    __pydantic_config__: ClassVar[ConfigDict] = _AS_BASE64


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was found; where the card was placed, if a copy was asked for."""

    findings: Findings
    placed: Placed | None = None
    kind: Literal["done"] = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why the file is not taken.

    Attributes:
        reason: as in `PaperRefused`, with its `params`.
        fault: where our own code or a library stumbled, as module, line and type of the error; None when
            the refusal was meant.
    """

    reason: Refusal
    params: dict[str, int | str] = field(default_factory=dict)
    fault: Annotated[str, Field(max_length=500)] | None = None
    kind: Literal["refused"] = "refused"


Message = Greeting | Ready | Job | Taken | ToSign | Signed | Done | Refused

_MESSAGES: TypeAdapter[Message] = TypeAdapter(Annotated[Message, Field(discriminator="kind")])


def encoded(message: Message) -> bytes:
    """Return a message as it travels."""
    return _MESSAGES.dump_json(message)


def decoded(frame: bytes) -> Message:
    """Return what a frame says. Raises BrokenLineError when it is none of the messages."""
    try:
        return _MESSAGES.validate_json(frame)
    except ValidationError as error:
        raise BrokenLineError from error

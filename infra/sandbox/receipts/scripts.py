"""The form of a script of receipts, and what each channel can do of it."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from infra.sandbox.plans import Script, Seconds, Step, never_taken

ReportingChannel = Literal["sms", "zalo"]

SOON = 0.05  # seconds
LATE = 5.0  # seconds


class _AfterTheAnswer(Step):
    seconds: Seconds = SOON


class Usual(_AfterTheAnswer):
    """Every report once, in order, soon after the answer."""

    kind: Literal["usual"] = "usual"


class Duplicate(_AfterTheAnswer):
    """As usual, and the last report once more, the same to the byte."""

    kind: Literal["duplicate"]


class Reordered(_AfterTheAnswer):
    """Every report once, the last one first."""

    kind: Literal["reordered"]


class Late(_AfterTheAnswer):
    """As usual, but long after the answer."""

    kind: Literal["late"]
    seconds: Seconds = LATE


class Early(Step):
    """Every report before the answer to the send itself."""

    kind: Literal["early"]


class Never(Step):
    """No report at all."""

    kind: Literal["never"]


class Forged(_AfterTheAnswer):
    """The usual reports, signed by somebody who does not know the secret."""

    kind: Literal["forged"]


class Failed(_AfterTheAnswer):
    """The message does not arrive, for the reason that the provider's number gives."""

    kind: Literal["failed"]
    code: Annotated[str, StringConstraints(pattern=r"^\d{5}$")] = "30003"


Receipt = Annotated[
    Usual | Duplicate | Reordered | Late | Early | Never | Forged | Failed, Field(discriminator="kind")
]
ReceiptScript = Script[Receipt]


def objections(channel: ReportingChannel, script: ReceiptScript) -> Iterator[str]:
    """Say what this channel cannot do of a script; nothing if it can do all of it."""
    yield from never_taken(script)
    for index, receipt in enumerate(script.script):
        if channel == "zalo" and isinstance(receipt, Reordered):
            yield f"script[{index}].kind: Zalo sends one report on a message, so there is no order"
        if channel == "zalo" and isinstance(receipt, Failed):
            yield f"script[{index}].kind: Zalo reports no failures; script a refusal, or never"

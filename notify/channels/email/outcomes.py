"""What a mail server's answers mean (RFC 5321; enhanced codes of RFC 3463)."""

import re
import ssl
from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType

from aiosmtplib import SMTPException, SMTPNotSupported, SMTPResponseException

from notify.ports import Outcome, OutcomeKind


class Phase(IntEnum):
    """How far a mail has come: what an answer is about, and what its absence means."""

    CONNECTION = 1
    """Greeting, TLS, login: nothing was said of the mail."""
    SENDER = 2
    """MAIL FROM: said of us."""
    RECIPIENT = 3
    """RCPT TO: said of the address."""
    CONTENT = 4
    """DATA: said of the mail. From here on the server may have it, whatever we hear."""


_TRANSIENT, _PERMANENT = 4, 5  # the first digit of a reply (RFC 5321, 4.2.1)
_ENHANCED = re.compile(r"5\.(\d{1,3})\.(\d{1,3})\b")

_ACCOUNT_CODES = frozenset({530, 534, 535, 538})
"""Login is needed, or failed, or the way to log in is not allowed (RFC 4954)."""

_ADDRESS_CODES = frozenset({550, 551, 553, 556})
"""No such mailbox, moved, not a name, takes no mail (RFC 5321, 7504): to RCPT, and if no more is said."""

_BY_DETAIL: Mapping[tuple[int, int], OutcomeKind] = MappingProxyType(
    {
        (1, 7): OutcomeKind.MISCONFIGURED,  # bad sender's mailbox
        (1, 8): OutcomeKind.MISCONFIGURED,  # bad sender's system
        (2, 1): OutcomeKind.UNREACHABLE,  # mailbox disabled
        (4, 1): OutcomeKind.UNREACHABLE,  # Exchange Online's way to say that there is no such mailbox
        (4, 4): OutcomeKind.UNREACHABLE,  # no way to the domain
    }
)
_BY_SUBJECT: Mapping[int, OutcomeKind] = MappingProxyType({1: OutcomeKind.UNREACHABLE})


def of_failure(error: Exception, phase: Phase) -> Outcome:
    """Say what came of a mail whose sending ended in this error."""
    if isinstance(error, SMTPResponseException):
        return _of_reply(error.code, error.message, phase)
    if isinstance(error, SMTPNotSupported):
        # The address is beyond ASCII, and the server does not take such (RFC 6531).
        return Outcome(kind=OutcomeKind.UNREACHABLE, code="smtputf8")
    if isinstance(error, ssl.SSLCertVerificationError) or isinstance(
        error.__cause__, ssl.SSLCertVerificationError
    ):
        return Outcome(kind=OutcomeKind.MISCONFIGURED, code="certificate")
    spoken = isinstance(error, SMTPException) and not isinstance(error, OSError)
    if spoken and phase is Phase.CONNECTION:
        # The server does not offer the STARTTLS or the login that is set.
        return Outcome(kind=OutcomeKind.MISCONFIGURED, code="not-offered")
    return _lost(_name(error), phase)


def _of_reply(code: int, text: str, phase: Phase) -> Outcome:
    # The text itself often repeats the address: only its enhanced code is kept.
    enhanced = _ENHANCED.match(text)
    shown = f"{code} {enhanced[0]}" if enhanced else str(code)
    severity = code // 100
    if severity == _TRANSIENT:
        return Outcome(kind=OutcomeKind.RETRYABLE, code=shown)
    if severity != _PERMANENT:
        return _lost(shown, phase)
    if code in _ACCOUNT_CODES or phase <= Phase.SENDER:
        return Outcome(kind=OutcomeKind.MISCONFIGURED, code=shown)
    if enhanced:
        subject, detail = int(enhanced[1]), int(enhanced[2])
        kind = _BY_DETAIL.get((subject, detail)) or _BY_SUBJECT.get(subject, OutcomeKind.REJECTED)
    elif code in _ADDRESS_CODES and phase is Phase.RECIPIENT:
        kind = OutcomeKind.UNREACHABLE
    else:
        kind = OutcomeKind.REJECTED
    return Outcome(kind=kind, code=shown)


def _lost(code: str, phase: Phase) -> Outcome:
    kind = OutcomeKind.UNKNOWN if phase is Phase.CONTENT else OutcomeKind.RETRYABLE
    return Outcome(kind=kind, code=code)


def _name(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    cause = error.__cause__ or error
    return "refused" if isinstance(cause, ConnectionRefusedError) else type(cause).__name__

"""The table of a mail server's answers."""

import ssl

import aiosmtplib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.channels.email.outcomes import Phase, of_failure
from notify.ports import Outcome, OutcomeKind


def reply(code: int, text: str, phase: Phase) -> Outcome:
    """Return what a reply means."""
    return of_failure(aiosmtplib.SMTPResponseException(code, text), phase)


@pytest.mark.parametrize(
    ("phase", "code", "text", "kind"),
    [
        (Phase.CONNECTION, 421, "4.3.2 Too busy", OutcomeKind.RETRYABLE),
        (Phase.CONNECTION, 454, "4.7.0 Temporary authentication failure", OutcomeKind.RETRYABLE),
        (Phase.CONNECTION, 535, "5.7.8 Bad credentials", OutcomeKind.MISCONFIGURED),
        (Phase.CONNECTION, 554, "No service for you", OutcomeKind.MISCONFIGURED),
        (Phase.SENDER, 550, "5.7.1 Not allowed to send as that", OutcomeKind.MISCONFIGURED),
        (Phase.SENDER, 450, "4.7.1 Greylisted", OutcomeKind.RETRYABLE),
        (Phase.RECIPIENT, 550, "No such user", OutcomeKind.UNREACHABLE),
        (Phase.RECIPIENT, 550, "5.1.1 <someone@citizen.example>: no such user", OutcomeKind.UNREACHABLE),
        (Phase.RECIPIENT, 550, "5.7.1 Relaying denied", OutcomeKind.REJECTED),
        (Phase.RECIPIENT, 530, "5.7.0 Authentication required", OutcomeKind.MISCONFIGURED),
        (Phase.RECIPIENT, 551, "User not local", OutcomeKind.UNREACHABLE),
        (Phase.RECIPIENT, 556, "5.1.10 Null MX", OutcomeKind.UNREACHABLE),
        (Phase.RECIPIENT, 552, "5.2.2 Mailbox full", OutcomeKind.REJECTED),
        (Phase.RECIPIENT, 452, "4.2.2 Mailbox full", OutcomeKind.RETRYABLE),
        (Phase.CONTENT, 550, "No", OutcomeKind.REJECTED),
        (Phase.CONTENT, 552, "5.3.4 Message too big", OutcomeKind.REJECTED),
        (Phase.CONTENT, 451, "4.3.0 Try later", OutcomeKind.RETRYABLE),
        (Phase.CONTENT, -1, "Malformed", OutcomeKind.UNKNOWN),
        (Phase.RECIPIENT, -1, "Malformed", OutcomeKind.RETRYABLE),
    ],
)
def test_a_reply_means_something(phase: Phase, code: int, text: str, kind: OutcomeKind) -> None:
    """The same code is about us, the address or the mail, by where in the dialogue it comes."""
    assert reply(code, text, phase).kind is kind


@given(st.integers(-1, 999), st.text(), st.sampled_from(Phase))
def test_a_reply_leaves_only_its_codes(code: int, text: str, phase: Phase) -> None:
    """Whatever a server writes, no words of it are kept, as they often repeat the address."""
    outcome = reply(code, f"5.1.1 {text}", phase)
    assert outcome.code in {str(code), f"{code} 5.1.1"}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (aiosmtplib.SMTPServerDisconnected("x"), "SMTPServerDisconnected"),
        (aiosmtplib.SMTPReadTimeoutError("x"), "timeout"),
        (TimeoutError(), "timeout"),
        (ConnectionResetError(), "ConnectionResetError"),
    ],
)
def test_silence_is_unknown_only_after_data(error: Exception, code: str) -> None:
    """Before DATA nothing can have been taken."""
    unknown = Outcome(kind=OutcomeKind.UNKNOWN, code=code)
    later = Outcome(kind=OutcomeKind.RETRYABLE, code=code)
    assert [of_failure(error, phase) for phase in Phase] == [later, later, later, unknown]


def test_a_server_that_does_not_offer_what_is_set_stops_the_channel() -> None:
    """No STARTTLS, no login, and a certificate that proves nothing are for an operator to mend."""
    missing = aiosmtplib.SMTPException("SMTP STARTTLS extension not supported by server.")
    assert of_failure(missing, Phase.CONNECTION).code == "not-offered"
    certificate = ssl.SSLCertVerificationError("x")
    wrapped = aiosmtplib.SMTPConnectError("x")
    wrapped.__cause__ = certificate
    for error in (certificate, wrapped):
        outcome = of_failure(error, Phase.CONNECTION)
        assert (outcome.kind, outcome.code) == (OutcomeKind.MISCONFIGURED, "certificate")


def test_a_server_without_international_mail_can_not_reach_such_an_address() -> None:
    """The address is given up for this channel, not the message tried for ever."""
    outcome = of_failure(aiosmtplib.SMTPNotSupported("SMTPUTF8"), Phase.SENDER)
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNREACHABLE, "smtputf8")

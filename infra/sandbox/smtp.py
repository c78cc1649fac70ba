"""The mail sink: takes mail from anybody to anybody, as an RFC 5321 server with SMTPUTF8 and STARTTLS."""

import asyncio
import re
import ssl

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from infra.sandbox.faults import Faults
from infra.sandbox.mail import message_id
from infra.sandbox.outbox import Outbox
from infra.sandbox.scripts import Fault, Refuse, Status

GREETING = "tindan.sandbox"
LARGEST_MAIL = 32 << 20  # bytes

_USUAL_ADDRESS = re.compile(r"<([\w.+=-]+@[\w.-]+)>(| .*)")

_REPLIES = {
    421: "421 4.3.2 Service not available, closing transmission channel",
    450: "450 4.2.1 Mailbox unavailable",
    451: "451 4.3.0 Local error in processing",
    452: "452 4.3.1 Insufficient system storage",
    530: "530 5.7.0 Authentication required",
    535: "535 5.7.8 Authentication credentials invalid",
    550: "550 5.1.1 No such user here",
    552: "552 5.2.2 Mailbox full",
    554: "554 5.7.1 Message refused",
}


class Sink:
    """What is done with the mail of all connections: aiosmtpd's handler."""

    def __init__(self, *, outbox: Outbox, faults: Faults) -> None:
        self._outbox = outbox
        self._faults = faults

    async def greet(self) -> str | None:
        """Return the line that turns a connection away, or None to let it in."""
        return _refusal(await self._faults.meet("email", at="connect"))

    async def handle_RCPT(  # noqa: N802  # the name is aiosmtpd's
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        refusal = _refusal(await self._faults.meet("email", to=(address,), at="rcpt"))
        if refusal is not None:
            return _closing_if_told(server, refusal)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802  # likewise
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        to = tuple(envelope.rcpt_tos)
        fault = await self._faults.meet("email", to=to, at="data")
        refusal = _refusal(fault)
        if refusal is not None:
            return _closing_if_told(server, refusal)
        sequence = self._keep(to, envelope)
        await self._faults.linger(fault)
        return f"250 2.0.0 OK queued as {sequence}"

    def _keep(self, to: tuple[str, ...], envelope: Envelope) -> int:
        raw = envelope.original_content or b""
        identity = message_id(raw)
        return self._outbox.add(
            channel="email",
            to=to,
            source=envelope.mail_from or "",
            raw=raw,
            identity=None if identity is None else (to, identity),
        ).sequence


class Connection(SMTP):
    """One connection; turned away before the greeting if the script says so."""

    line_length_limit = LARGEST_MAIL  # aiosmtpd's name for what its reader buffers

    def __init__(self, sink: Sink, certificate: ssl.SSLContext) -> None:
        super().__init__(
            sink,
            loop=asyncio.get_running_loop(),
            hostname=GREETING,  # else each connection looks up our name
            ident="mail sink",
            data_size_limit=LARGEST_MAIL,
            enable_SMTPUTF8=True,
            tls_context=certificate,
            auth_require_tls=False,
            authenticator=_let_everybody_in,
        )
        self._sink = sink

    async def _handle_client(self) -> None:
        refusal = await self._sink.greet()
        if refusal is None:
            await super()._handle_client()
            return
        await self.push(refusal)
        self._writer.close()

    # Below is what aiosmtpd does too, but for the usual case only: it makes the sink three times as fast.

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        usual = _USUAL_ADDRESS.fullmatch(arg)
        return (usual[1], usual[2]) if usual else super()._getaddr(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802  # the name is aiosmtpd's
        if arg or self.envelope is None or self.session is None or not self.envelope.rcpt_tos:
            await super().smtp_DATA(arg)
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        self.envelope.original_content = await self._content()
        reply = await self._sink.handle_DATA(self, self.session, self.envelope)
        self.envelope = self._create_envelope()
        await self.push(reply)

    async def _content(self) -> bytes:
        """Read up to the line with the lone dot, and undo the doubling of dots (RFC 5321, 4.5.2)."""
        data = bytearray()
        while data != b".\r\n" and not data.endswith(b"\r\n.\r\n"):
            data += await self._reader.readuntil(b".\r\n")
        return bytes(data[:-3]).removeprefix(b".").replace(b"\r\n.", b"\r\n")


def _let_everybody_in(*_arguments: object) -> AuthResult:
    return AuthResult(success=True)


def _refusal(fault: Fault | None) -> str | None:
    if isinstance(fault, Status):
        return _REPLIES.get(fault.code, f"{fault.code} {fault.code // 100}.0.0 Refused by the script")
    return fault.code if isinstance(fault, Refuse) else None


def _closing_if_told(server: SMTP, refusal: str) -> str:
    """Arrange that the connection ends after a 421, as RFC 5321, 3.8 has it."""
    if refusal.startswith("421") and server.transport is not None:
        asyncio.get_running_loop().call_soon(server.transport.close)
    return refusal

"""What is particular to mail: the letter itself, TLS, login, and connections that are held open."""

import asyncio
import contextlib
import ssl
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from notify.channels.email import EmailChannel
from notify.channels.email.message import UnusableAddressError, compose
from notify.ports import OutcomeKind
from notify.settings import NotifySettings
from storage.settings import Environment

NOW = datetime(2026, 11, 21, 2, 30, tzinfo=UTC)
SENDER = "Cổng Dịch vụ công quốc gia, kênh di động của người dân và doanh nghiệp"


def account(**changes):
    given = {
        "env": Environment.DEVELOPMENT,
        "smtp_host": "localhost",
        "mail_from": f'"{SENDER}" <no-reply@tindan.example>',
    }
    return NotifySettings(**given | changes).smtp_account()


def content(letter, **changes):
    return compose(letter, account=account(**changes), now=NOW).content


def parsed(letter, **changes):
    return message_from_bytes(content(letter, **changes), policy=policy.default)


class MailServer:
    """A real mail server on loopback, of which a test can see and spoil the connections."""

    def __init__(self) -> None:
        self.opened = 0
        self.seen = []
        self.seen_over_tls = []
        self.logins = 0
        self.hang_up_on_next_command = False
        self.hang_up_in_data = False
        self.ca_file = None
        self._port = None
        self._channels = contextlib.AsyncExitStack()

    async def start(self, *, security="none", certificate=None):
        options = {"hostname": "mail.tindan.example"}
        if security == "starttls":
            options |= {"tls_context": certificate, "require_starttls": True, "authenticator": self._login}
        elif security == "tls":
            options |= {"auth_require_tls": False, "authenticator": self._login}

        def connection():
            self.opened += 1
            return SMTP(self, **options)

        implicit = certificate if security == "tls" else None
        self._server = await asyncio.get_running_loop().create_server(
            connection, "localhost", 0, ssl=implicit
        )
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self):
        await self._channels.aclose()
        self._server.close()
        await self._server.wait_closed()

    def channel(self, **changes):
        channel = EmailChannel(account(**{"smtp_port": self._port, "smtp_security": "none"} | changes))
        self._channels.push_async_callback(channel.close)
        return channel

    def _login(self, _server, _session, _envelope, _mechanism, data):
        self.logins += 1
        return AuthResult(success=data.password == b"right", handled=False)

    async def handle_MAIL(self, server, _session, envelope, address, _options):  # noqa: N802  # aiosmtpd's name
        if self.hang_up_on_next_command:
            self.hang_up_on_next_command = False
            server.transport.close()
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802  # likewise
        if self.hang_up_in_data:
            server.transport.close()
        self.seen.append(envelope.content)
        self.seen_over_tls.append(server.transport.get_extra_info("sslcontext") is not None)
        return "250 2.0.0 OK"


@pytest.fixture
async def server():
    """A mail server in the clear."""
    server = MailServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def tls_server(tmp_path):
    """Start a mail server with TLS that takes the password `right`."""
    server = MailServer()

    async def start(security):
        server.ca_file, certificate = certificate_of_its_own(tmp_path)
        await server.start(security=security, certificate=certificate)
        return server

    yield start
    await server.stop()


def certificate_of_its_own(folder):
    """Return the path of a new certificate for localhost, and a server's context that shows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "public.pem", folder / "private.pem"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context


def test_vietnamese_survives(outgoing):
    """Names, subject and both bodies are read back by a standard parser, letter for letter."""
    title = "Hồ sơ 000.00.00.H26-261121-0001: không được tiếp nhận, đề nghị xem lý do"
    letter = outgoing(title=title, text="Kính gửi Quý công dân,\nxin chào.", html="<p>Hồ sơ ở đây</p>")
    message = parsed(letter)
    assert message["Subject"] == title
    # By the older parser, as the newer leaves a space between encoded words of a name (RFC 2047, 6.2).
    sender = str(make_header(decode_header(message_from_bytes(content(letter))["From"])))
    assert sender == f"{SENDER} <no-reply@tindan.example>"
    plain, html = message.iter_parts()
    assert message.get_content_type() == "multipart/alternative"
    assert (plain.get_content_type(), plain.get_content_charset()) == ("text/plain", "utf-8")
    assert plain.get_content() == "Kính gửi Quý công dân,\r\nxin chào.\r\n"
    assert (html.get_content_type(), html.get_content()) == ("text/html", "<p>Hồ sơ ở đây</p>\r\n")


def test_the_headers_follow_the_rules(outgoing):
    """Robots keep still (RFC 3834), lines are short and 7-bit (RFC 5322), and a repeat bears the same name."""
    letter = outgoing(opt_out_link="https://api.tindan.example/opt-out/" + "a" * 120)
    message = parsed(letter)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == NOW
    assert message["Content-Language"] == "vi"
    assert message["Message-ID"] == f"<{letter.delivery_id}@tindan.example>"
    raw = content(letter)
    assert f"\r\nList-Unsubscribe: <{letter.opt_out_link}>\r\n".encode() in raw
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 200
    assert "List-Unsubscribe" not in parsed(outgoing())


def test_a_title_can_not_begin_a_header(outgoing):
    """Line breaks that reach the subject stay in the subject."""
    message = parsed(outgoing(title="Hồ sơ\r\nBcc: all@citizen.example\n\nx"))
    assert message["Bcc"] is None
    assert message["Subject"] == "Hồ sơ Bcc: all@citizen.example x"


@pytest.mark.parametrize(
    "target",
    [
        "",
        "nobody",
        "@x.example",
        "a@",
        "a b@x.example",
        "a@x.example\r\nRCPT TO:<b@x.example>",
        "a@b@c.example",
        "a@x.example,b@x.example",
        "<a@x.example>",
    ],
)
def test_what_is_no_address_is_not_sent_to(outgoing, target):
    """Nothing that a server could read as more than one mailbox leaves."""
    with pytest.raises(UnusableAddressError):
        compose(outgoing(target=target), account=account(), now=NOW)


def test_bounces_find_their_delivery(outgoing):
    """With a domain for bounces each delivery has a return path of its own; without, the sender's."""
    letter = outgoing()
    mail = compose(letter, account=account(mail_bounce_domain="bounce.tindan.example"), now=NOW)
    assert mail.sender == f"bounce+{letter.delivery_id}@bounce.tindan.example"
    assert compose(letter, account=account(), now=NOW).sender == "no-reply@tindan.example"


async def test_an_address_beyond_ascii_is_served(email):
    """A mailbox in Vietnamese letters is sent to by RFC 6531."""
    letter = email.outgoing(target="người.dân@ví-dụ.example")
    (outcome,) = await email.channel.send([letter])
    assert outcome.kind is OutcomeKind.ACCEPTED
    (arrived,) = await email.outbox()
    assert arrived["to"] == letter.target
    assert arrived["subject"] == letter.title


async def test_the_server_sees_few_connections(server, outgoing):
    """Forty mails pass through no more connections than are set, and those are kept for the next call."""
    channel = server.channel(smtp_connections=3)
    outcomes = await channel.send([outgoing() for _ in range(24)])
    outcomes += await channel.send([outgoing() for _ in range(16)])
    assert {outcome.kind for outcome in outcomes} == {OutcomeKind.ACCEPTED}
    assert len(server.seen) == 40
    assert server.opened == 3


async def test_a_connection_that_the_server_gave_up_is_replaced(server, outgoing):
    """A mail meets a connection that was closed in the meantime, and goes out by a new one."""
    channel = server.channel()
    assert (await channel.send([outgoing()]))[0].kind is OutcomeKind.ACCEPTED
    server.hang_up_on_next_command = True
    assert (await channel.send([outgoing()]))[0].kind is OutcomeKind.ACCEPTED
    assert server.opened == 2
    assert len(server.seen) == 2


async def test_a_connection_lost_in_the_middle_of_the_mail_leaves_it_open(server, outgoing):
    """When the server goes away after DATA it may have the mail."""
    channel = server.channel()
    server.hang_up_in_data = True
    (outcome,) = await channel.send([outgoing()])
    assert outcome.kind is OutcomeKind.UNKNOWN


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_mail_is_sent_over_tls(tls_server, security, outgoing):
    """Both ways of TLS reach a server whose authority is trusted, with a login."""
    server = await tls_server(security)
    channel = server.channel(
        smtp_security=security, smtp_ca_file=server.ca_file, smtp_username="tindan", smtp_password="right"
    )
    (outcome,) = await channel.send([outgoing()])
    assert outcome.kind is OutcomeKind.ACCEPTED
    assert server.seen_over_tls == [True]


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_of_an_unknown_authority_stops_the_channel(tls_server, security, outgoing):
    """Nothing is sent to a server that can not prove who it is."""
    server = await tls_server(security)
    channel = server.channel(smtp_security=security)
    (outcome,) = await channel.send([outgoing()])
    assert (outcome.kind, outcome.code) == (OutcomeKind.MISCONFIGURED, "certificate")
    assert server.seen == []


async def test_without_tls_nothing_is_sent_where_tls_is_asked_for(server, outgoing):
    """A server, or somebody in between, that offers no STARTTLS gets no mail."""
    (outcome,) = await server.channel(smtp_security="starttls").send([outgoing()])
    assert (outcome.kind, outcome.code) == (OutcomeKind.MISCONFIGURED, "not-offered")
    assert server.seen == []


async def test_a_wrong_password_is_not_tried_over_and_over(tls_server, outgoing):
    """A whole batch costs at most one failed login a connection, as servers lock accounts for more."""
    server = await tls_server("starttls")
    channel = server.channel(
        smtp_security="starttls",
        smtp_ca_file=server.ca_file,
        smtp_username="tindan",
        smtp_password="wrong",
        smtp_connections=2,
    )
    outcomes = await channel.send([outgoing() for _ in range(16)])
    assert {(outcome.kind, outcome.code) for outcome in outcomes} == {
        (OutcomeKind.MISCONFIGURED, "535 5.7.8")
    }
    assert server.logins <= 2 * 2  # a connection tries PLAIN and LOGIN

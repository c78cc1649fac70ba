"""The mail sink against aiosmtplib."""

import asyncio
import time
from email.message import EmailMessage

import aiosmtplib
import pytest


def mail(to="vi.du@example.vn", subject="Hồ sơ của bạn đã được tiếp nhận", message_id="<1@example.vn>"):
    message = EmailMessage()
    message["From"] = "thongbao@example.vn"
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = message_id
    message.set_content("Kính gửi ông/bà,\nHồ sơ đang được xử lý.\n.một dòng bắt đầu bằng dấu chấm\n")
    message.add_alternative("<p>Hồ sơ đang được <b>xử lý</b>.</p>", subtype="html")
    return message


async def test_mail_is_readable_as_it_was_written(mailer, outbox):
    """Subject, both bodies, headers and both ends of the envelope come out of the outbox decoded."""
    async with mailer() as client:
        await client.send_message(mail(), sender="bounce+7@example.vn")
    (item,) = await outbox(channel="email")
    assert item["to"] == "vi.du@example.vn"
    assert item["from"] == "bounce+7@example.vn"
    assert item["subject"] == "Hồ sơ của bạn đã được tiếp nhận"
    assert item["text"].splitlines() == [
        "Kính gửi ông/bà,",
        "Hồ sơ đang được xử lý.",
        ".một dòng bắt đầu bằng dấu chấm",
    ]
    assert item["html"] == "<p>Hồ sơ đang được <b>xử lý</b>.</p>\n"
    assert item["headers"]["Message-ID"] == "<1@example.vn>"


async def test_addresses_may_be_unicode(mailer, outbox):
    """An address with Vietnamese letters passes by SMTPUTF8 (RFC 6531)."""
    async with mailer() as client:
        await client.ehlo()
        assert client.supports_extension("SMTPUTF8")
        await client.send_message(mail(to="nguyễn@ví-dụ.vn"))
    (item,) = await outbox()
    assert item["to"] == "nguyễn@ví-dụ.vn"


async def test_starttls_and_any_password(mailer, outbox):
    """A sender can upgrade to TLS and sign in with whatever it has."""
    async with mailer(start_tls=True, validate_certs=False) as client:
        assert client.get_transport_info("cipher")
        await client.login("anybody", "anything")
        await client.send_message(mail())
    assert len(await outbox()) == 1


async def test_one_mail_to_several_people_is_one_arrival(mailer, outbox):
    """A mail with two recipients is found under each of them."""
    async with mailer() as client:
        await client.send_message(mail(), recipients=["a@example.vn", "b@example.vn"])
    assert await outbox(to="a@example.vn") == await outbox(to="b@example.vn")
    assert await outbox(to="c@example.vn") == []


async def test_a_repeat_names_the_first(mailer, outbox, http):
    """A second mail with the same Message-ID to the same person is marked, another person's is not."""
    async with mailer() as client:
        await client.send_message(mail())
        await client.send_message(mail())
        await client.send_message(mail(to="other@example.vn"))
    first, second, third = await outbox()
    assert "duplicate_of" not in first
    assert second["duplicate_of"] == first["sequence"]
    assert "duplicate_of" not in third
    counts = (await http.get("/sandbox/outbox/counts")).json()
    assert (counts["email"], counts["duplicates"]["email"]) == (3, 1)


async def test_a_mail_in_an_unknown_charset_is_still_shown(mailer, outbox):
    """A charset that nobody knows does not break the reading of the outbox."""
    raw = b"Subject: x\r\nContent-Type: text/plain; charset=klingon\r\n\r\nplain words\r\n"
    async with mailer() as client:
        await client.sendmail("a@example.vn", ["b@example.vn"], raw)
    (item,) = await outbox()
    assert item["text"] == "plain words\n"


@pytest.mark.parametrize(("at", "code"), [("rcpt", 550), ("rcpt", 451), ("data", 554), ("data", 530)])
async def test_a_scripted_status_refuses_and_passes(mailer, script, outbox, at, code):
    """The code is answered at the point asked for, nothing is kept, and the next mail goes through."""
    await script("email", {"kind": "status", "code": code, "at": at})
    expected = aiosmtplib.SMTPRecipientsRefused if at == "rcpt" else aiosmtplib.SMTPDataError
    async with mailer() as client:
        with pytest.raises(expected) as refused:
            await client.send_message(mail())
        error = refused.value.recipients[0] if at == "rcpt" else refused.value
        assert error.code == code
        assert await outbox() == []
        await client.send_message(mail())
    assert len(await outbox()) == 1


@pytest.fixture
async def dialogue(sandbox):
    """An SMTP connection without a client's own ideas: sends a line, returns the code of the answer."""
    reader, writer = await asyncio.open_connection(sandbox.smtp_host, sandbox.smtp_port)
    await reader.readline()

    async def say(line):
        writer.write(line)
        answer = await reader.readline()
        while answer[3:4] == b"-":
            answer = await reader.readline()
        return int(answer[:3]) if answer else None

    yield say
    writer.close()


async def test_421_closes_the_connection(dialogue, script):
    """After a 421 the connection ends (RFC 5321, 3.8)."""
    await script("email", {"kind": "status", "code": 421, "at": "rcpt"})
    assert await dialogue(b"EHLO x\r\n") == 250
    assert await dialogue(b"MAIL FROM:<a@example.vn>\r\n") == 250
    assert await dialogue(b"RCPT TO:<b@example.vn>\r\n") == 421
    async with asyncio.timeout(2):
        assert await dialogue(b"") is None


async def test_a_connection_is_turned_away_before_the_greeting(mailer, script):
    """A status at connect stands in the place of the greeting, for as many connections as scripted."""
    await script("email", {"kind": "status", "code": 421, "at": "connect", "times": 2})
    for _ in range(2):
        with pytest.raises(aiosmtplib.SMTPConnectError, match="421"):
            async with mailer():
                pass
    async with mailer() as client:
        assert (await client.noop()).code == 250


async def test_refuse_uses_the_words_of_the_script(mailer, script):
    """A refusal carries exactly the reply of the script."""
    await script("email", {"kind": "refuse", "code": "550 5.1.1 Không có người này"})
    async with mailer() as client:
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
            await client.send_message(mail())
    assert refused.value.recipients[0].message == "5.1.1 Không có người này"


async def test_a_script_can_be_for_one_address(mailer, script, outbox):
    """A matching address is refused for ever, another one is not."""
    await script("email", {"kind": "status", "code": 550, "times": -1}, match={"to": "*@nowhere.example.vn"})
    async with mailer() as client:
        for _ in range(3):
            with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
                await client.send_message(mail(to="a@nowhere.example.vn"))
        await client.send_message(mail())
    assert [item["to"] for item in await outbox()] == ["vi.du@example.vn"]


async def test_delay_is_late_but_whole(mailer, script, outbox):
    """A delayed mail is accepted after the delay."""
    await script("email", {"kind": "delay", "seconds": 0.3})
    started = time.monotonic()
    async with mailer() as client:
        await client.send_message(mail())
    assert time.monotonic() - started >= 0.3
    assert len(await outbox()) == 1


async def test_accept_then_hang_leaves_the_sender_in_the_dark(mailer, script, outbox):
    """The sender times out although the mail is in the outbox."""
    await script("email", {"kind": "accept_then_hang", "seconds": 30})
    async with mailer(timeout=0.3) as client:
        with pytest.raises(aiosmtplib.SMTPTimeoutError):
            await client.send_message(mail())
    assert len(await outbox()) == 1


async def test_many_connections_at_once(mailer, outbox, http):
    """Mails of parallel connections all arrive, each with a number of its own."""

    async def send(number):
        async with mailer() as client:
            for part in range(5):
                await client.send_message(mail(message_id=f"<{number}.{part}@example.vn>"))

    await asyncio.gather(*map(send, range(8)))
    items = await outbox(limit=1000)
    assert len({item["headers"]["Message-ID"] for item in items}) == 40
    assert [item["sequence"] for item in items] == sorted({item["sequence"] for item in items})


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"\r\n",
        b".\r\n",
        b"..\r\n",
        b"\r\na.\r\nb.\r\n",
        b"\r\na\r\n.\r\nb\r\n",
        b"\r\n.a\r\n..b\r\n.\r\n",
        b"\r\none line of " + b"x" * 100_000 + b"\r\n",
    ],
)
async def test_dots_and_long_lines_come_through_unchanged(dialogue, outbox, mail):
    """Whatever a sender doubles dots in (RFC 5321, 4.5.2) is kept as it was before."""
    for line in (b"HELO x", b"MAIL FROM:<>", b"RCPT TO:<b@example.vn>"):
        assert await dialogue(line + b"\r\n") == 250
    assert await dialogue(b"DATA\r\n") == 354
    lines = mail.splitlines(keepends=True)
    doubled = b"".join(b"." + line if line.startswith(b".") else line for line in lines)
    assert await dialogue(doubled + b".\r\n") == 250
    (item,) = await outbox()
    assert item["text"].encode() == mail.removeprefix(b"\r\n").replace(b"\r\n", b"\n")


async def test_commands_out_of_order_are_refused(dialogue):
    """DATA without a recipient, or with an argument, is not taken."""
    lines = [b"EHLO x", b"DATA", b"MAIL FROM:<a@example.vn>", b"DATA", b"RCPT TO:<b@example.vn>", b"DATA x"]
    codes = [await dialogue(line + b"\r\n") for line in lines]
    assert codes == [250, 503, 250, 503, 250, 501]

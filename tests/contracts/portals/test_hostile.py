"""What answers in a portal's place, and is not it."""

import asyncio
import gzip
import json
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from api.connectors.portals import reporting, wire
from api.connectors.portals.port import NotLetInError, Outcome, PortalError, UnavailableError
from tests.contracts.portals.conftest import CODE

SIGNED_IN = b'{"error_code": "00", "session": "s", "access_token": "s", "expires_in": "inf"}'


def answer(body, status="200 OK", *headers):
    """Return an answer that ends with the connection."""
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "Connection: close", "", ""]).encode() + body


def said(stage, found, code="00", **more):
    """Return an answer in the names of the style."""
    names = ("error_code", "result") if stage.style == "session" else ("MaLoi", "DuLieu")
    return json.dumps({names[0]: code, names[1]: found} | more).encode()


START, END = datetime(2026, 11, 21, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def heads():
    """The heads of all requests that came."""
    return []


@pytest.fixture
def serve(stage, heads):
    """Let everybody in, then answer with some bytes as they are; drip others until the caller goes."""

    @asynccontextmanager
    async def serving(raw, drip=b"", sign_in=SIGNED_IN, **given):
        async def handle(reader, writer):
            try:
                head = await reader.readuntil(b"\r\n\r\n")
                heads.append(head.decode().lower())
                first = b"/sign-in" in head.split(b"\r\n")[0]
                writer.write(answer(sign_in) if first else raw)
                await writer.drain()
                while not first and drip and not (reader.at_eof() or writer.is_closing()):
                    writer.write(drip)
                    await asyncio.sleep(0.02)
            except (ConnectionError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        async with server:
            at = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            given = {"tries": 1, **given}
            yield stage.open(url=f"{at}/service", sign_in_url=f"{at}/sign-in", **given)

    return serving


NONSENSE = [
    (b"", UnavailableError, Outcome.UNKNOWN),
    (answer(b""), UnavailableError, Outcome.UNKNOWN),
    (answer(b"<html>Welcome</html>"), UnavailableError, Outcome.UNKNOWN),
    (answer(b"[" * 100_000), UnavailableError, Outcome.UNKNOWN),
    (answer(b'{"error_code": ' + b"9" * 5_000 + b"}"), UnavailableError, Outcome.UNKNOWN),
    (answer(b'{"error_code": true, "MaLoi": [0]}'), UnavailableError, Outcome.UNKNOWN),
    (answer(b'{"error_code": "", "MaLoi": null}'), UnavailableError, Outcome.UNKNOWN),
    (answer(b'"00"'), UnavailableError, Outcome.UNKNOWN),
    (answer(b"\xff\xfe"), UnavailableError, Outcome.UNKNOWN),
    (answer(b'{"error_code": "00", "MaLoi": "00"}', "502 Bad Gateway"), UnavailableError, Outcome.UNKNOWN),
    (
        answer(gzip.compress(b" " * 9_000_000), "200 OK", "Content-Encoding: gzip"),
        UnavailableError,
        Outcome.UNKNOWN,
    ),
    (answer(b"", "503 Busy", "Retry-After: soon"), UnavailableError, Outcome.RETRYABLE),
    (answer(b"<html>Too large</html>", "413 Too Large"), PortalError, Outcome.REFUSED),
    (answer(b'{"error_code": "77", "MaLoi": "77"}', "400 Bad Request"), PortalError, Outcome.REFUSED),
]


@pytest.mark.parametrize(("raw", "error", "outcome"), NONSENSE)
async def test_no_answer_of_a_portals(stage, serve, raw, error, outcome):
    """Nothing of it is taken for a dossier, or for a receipt."""
    async with serve(raw) as portal:
        with pytest.raises(error):
            await portal.dossier(CODE)
        assert (await portal.report_dossier(stage.dossier(), updating=False)).outcome is outcome
        said = await reporting.report_dossier(portal, stage.dossier())
        assert said.outcome is outcome


@pytest.mark.parametrize("depth", [100, 500, 900, 920, 940, 960])
async def test_records_within_records(stage, serve, depth):
    """What parses, and could not be written again or sealed for a person to look at, is no answer."""
    deep = b'{"a":' * depth + b"1" + b"}" * depth
    raw = answer(said(stage, [{"MaHoSo": CODE, "x": "deep"}]).replace(b'"deep"', deep))
    async with serve(raw) as portal:
        with pytest.raises(UnavailableError):
            await portal.changed(START, END)


@pytest.mark.parametrize(
    "raw",
    [
        answer(b"", "302 Found", "Location: http://127.0.0.1:1/"),
        answer(b"<html>No</html>", "403 Forbidden"),
        answer(b"<html>No</html>", "404 Not Found"),
        answer(b"", "405 Method Not Allowed"),
    ],
)
async def test_another_address(stage, serve, raw):
    """An operator is told, and nobody is followed."""
    async with serve(raw) as portal:
        with pytest.raises(NotLetInError):
            await portal.dossier(CODE)
        with pytest.raises(NotLetInError):
            await portal.report_progress([stage.step()])


@pytest.mark.parametrize(
    "sign_in",
    [b"{}", b"", b'{"error_code": "00", "session": "", "access_token": ""}', b'{"error_code": "00"}']
    + [
        json.dumps({"error_code": "00", "session": bad, "access_token": bad}).encode()
        for bad in ("a\r\nb", "ký", "x" * 10_000, 7, None, ["s"])
    ],
)
async def test_what_is_no_session(stage, serve, sign_in):
    """Nothing is sent with it: it could not be a header, or be meant."""
    async with serve(answer(said(stage, [])), sign_in=sign_in) as portal:
        with pytest.raises(PortalError, match="signing in"):
            await portal.dossier(CODE)


async def test_requests_ask_for_nothing_packed_and_show_no_secret(stage, serve, heads):
    """Their addresses are logged by whoever stands in between; what unpacks without end is not asked for."""
    async with serve(answer(said(stage, []))) as portal:
        assert await portal.dossier(CODE) is None
        assert (await portal.report_progress([stage.step()]))[0].outcome is Outcome.DONE
    assert len(heads) == 3
    for head in heads:
        assert "accept-encoding: identity" in head
        assert head.split()[1] in {"/sign-in", "/service", "/service/tracuuhoso", "/service/capnhattientrinh"}
        assert stage.password not in head


async def test_one_that_never_ends(serve):
    """A byte now and then does not keep us longer than the whole exchange may take."""
    began = time.monotonic()
    async with serve(answer(b"{"), drip=b" ", timeout_seconds=0.4) as portal:
        with pytest.raises(UnavailableError, match="Timeout"):
            await portal.dossier(CODE)
    assert time.monotonic() - began < 5


async def test_a_flood_is_not_read_to_its_end(serve, monkeypatch):
    """What is larger than any page is none."""
    monkeypatch.setattr(wire, "MOST_BYTES", 10_000)
    async with serve(answer(b""), drip=b" " * 100_000) as portal:
        with pytest.raises(UnavailableError, match="nothing readable"):
            await portal.dossier(CODE)


async def test_another_dossier_than_was_asked_for(stage, serve):
    """It is nobody's answer; among several, ours is found, however its code is written."""
    other, ours = {"MaHoSo": "H26-261121-9999"}, {"MaHoSo": f" {CODE.lower()} "}
    async with serve(answer(said(stage, [other]))) as portal:
        with pytest.raises(UnavailableError, match="something else"):
            await portal.dossier(CODE)
    async with serve(answer(said(stage, [other, "?", ours]))) as portal:
        assert await portal.dossier(CODE) == ours
    async with serve(answer(said(stage, ours))) as portal:
        assert await portal.dossier(CODE) == ours


async def test_entries_that_are_no_records_hold_up_no_other(stage, serve):
    """They are counted; marks of byte order and numbers for codes are read."""
    entries = [None, {"MaTTHC": "1.001193"}, "x", [{}], 3]
    raw = b"\xef\xbb\xbf" + said(stage, entries, 0, total="5", TongSo=" 5")
    async with serve(answer(raw), answers={"success": ["00", "0"]}) as portal:
        page = await portal.procedures()
    assert (page.records, page.unreadable, page.total) == ([entries[1]], 4, 5)


async def test_long_words_are_cut(stage, serve):
    """What is kept of codes and words has a limit, and nothing that can not be printed."""
    names = ("error_code", "message") if stage.style == "session" else ("MaLoi", "MoTa")
    body = json.dumps({names[0]: "\x07" + "4" * 100, names[1]: "\x1b[2J" + "W" * 300}).encode()
    async with serve(answer(body, "400 Bad")) as portal:
        said = await portal.report_dossier(stage.dossier(), updating=False)
    assert said.answer is not None
    assert (said.answer.code, len(said.answer.words)) == ("4" * 32, 200)
    assert said.answer.words.isprintable()

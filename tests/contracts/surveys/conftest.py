"""A survey of ours, and the account with the stand-in for VNForm, over sockets."""

import asyncio
import itertools
import re
from types import SimpleNamespace

import httpx
import pytest

from api.connectors.surveys.client import Client
from api.connectors.surveys.dialect import VnformDialect
from api.connectors.surveys.port import OutgoingSurvey
from api.connectors.surveys.settings import VnformAccount
from api.connectors.surveys.vnform import Vnform
from infra.sandbox import launch
from storage.surveys import forms

SCHEMA = {
    "type": "object",
    "title": "Bạn thấy dịch vụ thế nào?",
    "x-title-en": "How was the service?",
    "properties": {
        "way": {
            "type": "string",
            "title": "Bạn nộp bằng cách nào?",
            "x-title-en": "How did you apply?",
            "oneOf": [
                {"const": "online", "title": "Trực tuyến", "x-title-en": "Online"},
                {"const": "desk", "title": "Tại quầy", "x-title-en": "At the desk"},
            ],
        },
        "ease": {"type": "integer", "title": "Dễ không?", "minimum": 1, "maximum": 5},
        "again": {"type": "boolean", "title": "Lần sau có dùng lại không?"},
        "liked": {
            "type": "array",
            "title": "Điều gì tốt?",
            "uniqueItems": True,
            "items": {
                "oneOf": [
                    {"const": "fast", "title": "Nhanh"},
                    {"const": "kind", "title": "Tận tình"},
                ]
            },
        },
        "name": {"type": "string", "title": "Tên dịch vụ", "maxLength": 100},
        "why": {"type": "string", "title": "Vì sao?", "maxLength": 1000},
    },
    "required": ["way"],
    "x-order": ["way", "ease", "again", "liked", "name", "why"],
}
HASTY_SECONDS = 0.3
NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def process():
    with launch.running() as running:
        yield running


@pytest.fixture
async def http(process):
    async with httpx.AsyncClient(base_url=process.http, timeout=10) as client:
        await client.delete("/sandbox/faults/vnform")
        yield client


@pytest.fixture
async def account(http):
    given = (await http.get("/sandbox/accounts.json")).json()["vnform"]
    return VnformAccount(
        url=given["url"],
        key=given["key"],
        link_key=given["link_key"].encode(),
        dialect=VnformDialect(),
    )


@pytest.fixture
async def rests():
    """For how long a client waited before it asked again, each time."""
    return []


@pytest.fixture
async def connect(rests):
    """Make platforms that wait for nothing between their tries."""
    made = []

    async def pause(seconds):
        rests.append(seconds)

    def connect(account, *, timeout=10.0):
        platform = Vnform(account, Client(account.url, account.key, timeout=timeout, pause=pause))
        made.append(platform)
        return platform

    yield connect
    for one in made:
        await one.close()


@pytest.fixture
def script(http):
    async def put(*faults, **rest):
        answer = await http.put("/sandbox/faults/vnform", json={"script": faults} | rest)
        assert answer.status_code == 200, answer.text

    return put


@pytest.fixture
def survey():
    """A survey that no other test has published."""
    return OutgoingSurvey(code=f"khao-sat-{next(NUMBERS)}", version=1, form=forms.read(SCHEMA))


@pytest.fixture
async def stage(http, account, connect, survey, script):
    """A survey that is shown, and what a test needs to answer it."""
    platform = connect(account)
    form_id = await platform.publish(survey)

    async def answer(count=1, **given):
        for _ in range(count):
            sent = await http.post(f"/vnform/f/{form_id}", data={"way": "desk"} | given)
            assert sent.status_code == 200, sent.text

    return SimpleNamespace(
        platform=platform,
        hasty=connect(account, timeout=HASTY_SECONDS),
        form_id=form_id,
        survey=survey,
        answer=answer,
        script=script,
        http=http,
    )


@pytest.fixture
async def speak():
    """Start servers that answer each request with the next of some bodies; with silence for None."""
    started = []

    async def speak(*bodies, headers=b"", lengths=None):
        asked, left = [], list(bodies)

        async def answer(reader, writer):
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            body = await reader.readexactly(int(length[1])) if length else b""
            asked.append((head + body).decode())
            said = left.pop(0)
            if said is not None:
                size = b"content-length: %d\r\nconnection: close\r\n" % (lengths or len(said))
                writer.write(b"HTTP/1.1 200 OK\r\n" + size + headers + b"\r\n" + said)
                await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        started.append(server)
        host, port = server.sockets[0].getsockname()
        return SimpleNamespace(url=f"http://{host}:{port}", asked=asked)

    yield speak
    for server in started:
        server.close()
        await server.wait_closed()

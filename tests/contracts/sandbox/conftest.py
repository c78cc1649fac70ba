import asyncio
import contextlib
import inspect
import json

import aiosmtplib
import httpx
import pytest

from infra.sandbox import launch


@pytest.fixture(scope="session")
def process():
    with launch.running() as running:
        yield running


@pytest.fixture(scope="session")
async def http(process):
    async with httpx.AsyncClient(base_url=process.http, timeout=10) as client:
        yield client


@pytest.fixture
async def sandbox(process, http):
    """A sandbox with an empty outbox and no faults, and a client that it has never seen."""
    http.cookies.clear()
    await http.delete("/sandbox/outbox")
    await http.delete("/sandbox/emc")
    await http.delete("/sandbox/portal")
    for channel in (
        "email",
        "push",
        "idp",
        "sms",
        "zalo",
        "zalo-oauth",
        "zalo-queries",
        "vnform",
        "emc",
        "portal",
    ):
        await http.delete(f"/sandbox/faults/{channel}")
    return process


@pytest.fixture(scope="session")
def eventually():
    async def eventually(condition, *, seconds=5):
        """Return as soon as a condition, plain or awaitable, holds."""
        async with asyncio.timeout(seconds):
            while True:
                holds = condition()
                if await holds if inspect.isawaitable(holds) else holds:
                    return
                await asyncio.sleep(0.01)

    return eventually


@pytest.fixture
def outbox(sandbox, http):
    async def read(**query):
        response = await http.get("/sandbox/outbox", params=query)
        assert response.status_code == 200, response.text
        return response.json()["items"]

    return read


@pytest.fixture
def script(sandbox, http):
    async def put(channel, *faults, **rest):
        response = await http.put(f"/sandbox/faults/{channel}", content=json.dumps({"script": faults} | rest))
        assert response.status_code == 200, response.text

    return put


@pytest.fixture
async def accounts(sandbox, http):
    """Credentials of the providers, with a refresh token that nobody has used."""
    return (await http.get("/sandbox/accounts.json")).json()


@pytest.fixture
def mailer(sandbox):
    @contextlib.asynccontextmanager
    async def connect(**options):
        client = aiosmtplib.SMTP(
            hostname=sandbox.smtp_host,
            port=sandbox.smtp_port,
            **{"timeout": 5, "use_tls": False, "start_tls": False} | options,
        )
        try:
            await client.connect()
            yield client
        finally:
            client.close()

    return connect

"""The measuring system's adapter before the stand-in, over sockets."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest

from api.connectors.measuring.dialect import EmcDialect
from api.connectors.measuring.emc import Emc, EmcAccount
from infra.sandbox import launch

Script = Callable[..., Awaitable[None]]
Open = Callable[..., Emc]
Reported = Callable[[], Awaitable[list[dict[str, Any]]]]


@pytest.fixture(scope="session")
def process() -> Iterator[launch.Running]:
    """One process that stands in for the measuring system."""
    with launch.running() as running:
        yield running


@pytest.fixture
async def http(process: launch.Running) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks to the stand-in's own interface, which has neither reports nor faults."""
    async with httpx.AsyncClient(base_url=process.http, timeout=10) as client:
        await client.delete("/sandbox/emc")
        await client.delete("/sandbox/faults/emc")
        yield client


@pytest.fixture
async def account(http: httpx.AsyncClient) -> EmcAccount:
    """The account that the stand-in knows."""
    told = (await http.get("/sandbox/accounts.json")).json()["emc"]
    return EmcAccount(url=told["url"], key=told["key"], unit=told["unit"], dialect=EmcDialect())


@pytest.fixture
async def open_emc(account: EmcAccount) -> AsyncIterator[Open]:
    """Open an adapter; what is given is put in the account's place."""
    opened: list[Emc] = []

    def run(timeout: float = 5.0, **given: Any) -> Emc:
        told = {name: getattr(account, name) for name in ("url", "key", "unit", "dialect")}
        opened.append(Emc(EmcAccount(**told | given), timeout=timeout))
        return opened[-1]

    yield run
    for one in opened:
        await one.close()


@pytest.fixture
def script(http: httpx.AsyncClient) -> Script:
    """Let the stand-in fail."""

    async def put(*faults: dict[str, Any], to: str = "*") -> None:
        told = {"script": faults, "match": {"to": to}}
        response = await http.put("/sandbox/faults/emc", content=json.dumps(told))
        assert response.status_code == 200, response.text

    return put


@pytest.fixture
def reported(http: httpx.AsyncClient) -> Reported:
    """Return what the stand-in has, oldest first."""

    async def read() -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await http.get("/sandbox/emc")).json()["items"]
        return items

    return read

"""A new version of the catalogue, as those meet it who look procedures up meanwhile."""

import asyncio
import dataclasses
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.limits import AddressPace
from api.procedures import pace
from api.services import Services
from storage.catalogue.book import CatalogueBook
from storage.procedures.record import Procedure
from storage.settings import StorageSettings
from tests.api.procedure_examples import importer

ROAD = "/v1/procedures"
BIRTH = Procedure(code="1.001193", name="Thủ tục đăng ký khai sinh")
AGAIN = Procedure(code="1.004884", name="Thủ tục đăng ký lại khai sinh")
ASKED = {"q": "khai sinh"}
PATIENCE = 60.0
"""Seconds that the next edition may take to be made, on a busy machine."""
AT_ONCE = 4


@pytest.fixture
def book_in_use(
    app: FastAPI, services: Services, settings: StorageSettings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[CatalogueBook]:
    """Have the application ask a book that looks when the test says so."""
    book = CatalogueBook(settings, services.reading, look_seconds=3600)
    limit = dataclasses.replace(pace.SEARCHES, burst=1_000_000)
    monkeypatch.setattr(pace, "_pace", AddressPace(limit))
    app.state.services = dataclasses.replace(services, catalogue=book)
    yield book
    app.state.services = services


def codes(answer: httpx.Response) -> list[str]:
    body: dict[str, Any] = answer.json()
    return [item["code"] for item in body["items"]]


async def test_an_import_is_found_while_others_ask(
    client: httpx.AsyncClient, services: Services, book_in_use: CatalogueBook
):
    """Each answer is whole, of the one version or the next, under its own tag, and none fails in between."""
    put = importer(services)
    await put(BIRTH)
    await book_in_use.renew()
    before = await client.get(ROAD, params=ASKED)
    assert (codes(before), before.json()["version"]) == (["1.001193"], 1)
    tag = {"if-none-match": before.headers["etag"]}
    seen: list[httpx.Response] = []
    there = asyncio.Event()

    async def ask() -> None:
        while not there.is_set():
            answer = await client.get(ROAD, params=ASKED, headers=tag)
            seen.append(answer)
            if answer.status_code != 304:
                there.set()

    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as asking:
        for _ in range(AT_ONCE):
            asking.create_task(ask())
        await put(BIRTH, AGAIN)
        await book_in_use.renew()
    assert seen[0].status_code == 304
    assert {answer.status_code for answer in seen} == {200, 304}
    assert {answer.headers["etag"] for answer in seen if answer.status_code == 304} == {tag["if-none-match"]}
    for after in (answer for answer in seen if answer.status_code == 200):
        assert (set(codes(after)), after.json()["version"]) == ({"1.001193", "1.004884"}, 2)
        assert after.headers["etag"] != tag["if-none-match"]


async def test_what_was_taken_out_is_found_no_more(
    client: httpx.AsyncClient, services: Services, book_in_use: CatalogueBook
):
    """By neither words nor suggestions, as soon as the next version is in force."""
    put = importer(services)
    await put(BIRTH, AGAIN)
    await book_in_use.renew()
    assert set(codes(await client.get(ROAD, params=ASKED))) == {"1.001193", "1.004884"}
    await put(BIRTH)
    await book_in_use.renew()
    assert codes(await client.get(ROAD, params=ASKED)) == ["1.001193"]
    assert codes(await client.get(ROAD, params={"q": "đăng ký lại khai sinh"})) == ["1.001193"]
    typed = await client.get(f"{ROAD}/suggestions", params={"q": "dang ky lai khai"})
    assert "đăng ký lại khai sinh" not in typed.json()["suggestions"]

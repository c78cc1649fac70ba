"""A survey's page as a browser without scripts uses it: open, fill in, send."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import httpx

from api.services import Services
from api.surveys.addresses import PageAddresses
from api.surveys.keys import page_links
from storage.engine import Engine
from storage.surveys import reading
from tests.api.procedure_pages import Outline, read_page

FILLED: dict[str, Any] = {
    "q-ease": "4",
    "q-channel": "desk",
    "q-liked": ["speed", "staff"],
    "q-again": "false",
    "q-wish": " Nhanh\r\nhơn ",
}
MEANT = {"ease": 4, "channel": "desk", "liked": ["speed", "staff"], "again": False, "wish": "Nhanh\nhơn"}


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A page that was opened."""

    answer: httpx.Response
    page: Outline

    @property
    def status(self) -> int:
        """Of HTTP."""
        return self.answer.status_code

    @property
    def title(self) -> str:
        """The heading of the page."""
        return next(words for level, words in self.page.headings if level == 1)

    @property
    def sheet(self) -> str:
        """What the form is signed with."""
        return next(str(one["value"]) for one in self.page.all("input") if one.get("name") == "sheet")

    def chosen(self) -> dict[str, list[str]]:
        """What is chosen and ticked, by the names of fields."""
        found: dict[str, list[str]] = {}
        for one in self.page.all("input"):
            if "checked" in one:
                found.setdefault(str(one["name"]), []).append(str(one["value"]))
        return found


@dataclass(frozen=True, kw_only=True)
class Browser:
    """Somebody's browser."""

    client: httpx.AsyncClient

    async def open(self, address: str) -> Opened:
        """Open an address."""
        return self._read(await self.client.get(address))

    async def send(
        self, address: str, sheet: str | None, filled: Mapping[str, Any], **headers: str
    ) -> Opened:
        """Send a form."""
        said = {} if sheet is None else {"sheet": sheet}
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._read(await self.client.post(address, data={**said, **filled}, headers=told))

    async def fill(self, address: str, filled: Mapping[str, Any] | None = None) -> Opened:
        """Open the form of an address and send it."""
        opened = await self.open(address)
        assert opened.status == 200, opened.page.text
        return await self.send(address, opened.sheet, FILLED if filled is None else filled)

    def _read(self, answer: httpx.Response) -> Opened:
        page = read_page(answer.text)
        assert page.unclosed == [], answer.text
        return Opened(answer=answer, page=page)


def address(code: str) -> str:
    """Return the address of a survey's page."""
    return f"/khao-sat/{code}"


def personal(services: Services, code: str, ref: bytes, *, on: date | None = None) -> str:
    """Return the address that an invitation is sent with."""
    addresses = PageAddresses(base="", keys=page_links(services.slip_keys.keys))
    return addresses.personal(code, 1, ref, on or datetime.now(UTC).date())


async def kept(services: Services, code: str) -> list[tuple[Any, ...]]:
    """Return of each answer its version, answers, source and context."""
    async with services.reading() as source:
        survey = await reading.find(source, code)
        query = "SELECT version, answers, source, context FROM survey_answer WHERE survey_id = %s"
        return await (await (await source.driver()).execute(query, (survey.id,))).fetchall()


async def execute(engine: Engine, statement: str) -> None:
    """Change the database behind everybody's back."""
    async with engine.pool.begin() as connection:
        await connection.exec_driver_sql(statement)

"""How tests hand papers over as agencies do."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx

from tests.api.callers import Agency
from tests.storage.papers.pages import text_page

PATH = "/v1/agency/results"
ISSUED_ON = "2026-11-20"


def said(source_id: str = "KQ-1", **changes: Any) -> dict[str, Any]:
    """Return what an agency says of a paper."""
    return {
        "source_id": source_id,
        "type_code": "KQ.G15.000123",
        "type_name": "Giấy khai sinh",
        "number": "12/2026/KS",
        "issued_on": ISSUED_ON,
    } | changes


@cache
def letter(lines: int = 18) -> bytes:
    """Return a PDF of one page, the same for as many lines."""
    return text_page(210, 297, lines=lines)


def parts(metadata: Mapping[str, Any], file: bytes, *, kind: str = "application/pdf") -> dict[str, Any]:
    """Return the parts of a body as an HTTP client takes them."""
    return {
        "metadata": (None, json.dumps(metadata), "application/json"),
        "file": ("giay.pdf", file, kind),
    }


@dataclass(frozen=True, kw_only=True)
class Office:
    """An agency that hands papers over."""

    client: httpx.AsyncClient
    agency: Agency

    async def hand_over(
        self, metadata: Mapping[str, Any], file: bytes, *, kind: str = "application/pdf", **headers: str
    ) -> httpx.Response:
        """Send a paper."""
        return await self.client.post(
            PATH,
            files=parts(metadata, file, kind=kind),
            headers=self.agency.headers | headers,
        )

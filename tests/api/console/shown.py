"""What the officers' pages show, and what is kept beneath them."""

import re
from html import unescape
from typing import Any

from api.services import Services


def hidden(page: str, action: str) -> dict[str, str]:
    """Return the hidden fields of a form of a page."""
    form = re.search(rf'<form method="post" action="[^"]*/{action}">(.*?)</form>', page, re.DOTALL)
    assert form, action
    return dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form[1]))


def typed(page: str, name: str) -> str:
    """Return what stands in a text area."""
    area = re.search(rf'<textarea id="{name}"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    assert area, name
    return unescape(area[1])


def plain(page: str) -> str:
    """Return what a page says, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


async def values(services: Services, query: str, *given: object) -> list[Any]:
    """Return the rows of a query."""
    async with services.reading() as reading:
        return await (await (await reading.driver()).execute(query.encode(), given)).fetchall()

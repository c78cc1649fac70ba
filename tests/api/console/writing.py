"""What the pages of conversations hold, and how a browser sends their forms."""

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import httpx

from tests.api.console.conftest import OWN, Desk

MULTIPART = "multipart/form-data"


@dataclass
class Form:
    """A form of a page: where it goes, how, and its fields as they stand."""

    action: str
    kind: str
    fields: dict[str, str]


class Page(HTMLParser):
    """A page: its forms, its text, and the elements with an id."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.words: list[str] = []
        self._area: str | None = None
        self.feed(answer.text)

    @property
    def text(self) -> str:
        """All that is to be read, with single spaces."""
        return " ".join(" ".join(self.words).split())

    def form(self, end: str) -> Form:
        """Return the POST form, or one that ends on something else, by the end of its address."""
        return next(one for one in self.forms if one.action.endswith(end))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            assert given["id"] not in self.ids, given["id"]
            self.ids.add(given["id"])
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("enctype", ""), {}))
        if tag == "a":
            self.links.append(given["href"])
        if tag == "input" and self.forms and given.get("type") not in {"checkbox", "file"}:
            self.forms[-1].fields[given["name"]] = given.get("value", "")
        if tag == "textarea":
            self._area = given["name"]
            self.forms[-1].fields[self._area] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._area is not None:
            self.forms[-1].fields[self._area] += data.removeprefix("\n")


async def opened(desk: Desk, path: str, **query: Any) -> Page:
    """Open a page that is there."""
    answer = await desk.get(path, params=query or None)
    assert answer.status_code == 200, (answer.status_code, answer.text)
    return Page(answer)


async def answered(
    desk: Desk, form: Form, file: tuple[str, bytes] = ("", b""), **typed: str
) -> httpx.Response:
    """Send the form of an answer, with a file or, as a browser does, with an empty one."""
    parts: dict[str, Any] = {name: (None, value) for name, value in (form.fields | typed).items()}
    name, content = file
    files = parts | {"file": (name, content, "application/pdf")}
    return await desk.client.post(form.action, files=files, headers=OWN)

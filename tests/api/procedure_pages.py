"""Reading pages as a browser does, as far as a test needs it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "hr", "img"}


@dataclass
class Outline:
    """What a page holds: elements with their attributes, texts by element, and what was never closed."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)
    unclosed: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    text: str = ""

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of every element of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.outline = Outline()
        self._open: list[str] = []
        self._heading: list[str] | None = None
        self._texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.outline.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)
        if tag[0] == "h" and tag[1:].isdigit():
            self._heading = []

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.outline.unclosed.append(tag)
        if tag[0] == "h" and tag[1:].isdigit():
            self.outline.headings.append((int(tag[1:]), " ".join("".join(self._heading or []).split())))
            self._heading = None

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["script"]:
            self.outline.scripts.append(data)
        elif self._open[-1:] != ["style"]:
            self._texts.append(data)
        if self._heading is not None:
            self._heading.append(data)

    def finish(self) -> Outline:
        self.close()
        self.outline.unclosed += self._open
        self.outline.text = " ".join("".join(self._texts).split())
        return self.outline


def read_page(page: str) -> Outline:
    """Return what a page holds."""
    reader = _Reader()
    reader.feed(page)
    return reader.finish()

"""The templates that Zalo approved: what each says, and what it has to be told."""

import dataclasses
import json
import pathlib
import re
from collections.abc import Mapping
from typing import Any

from infra.sandbox.zalo import errors
from infra.sandbox.zalo.errors import RefusedError

_FILE = pathlib.Path(__file__).with_name("templates.json")
_PLACE = re.compile(r"<(\w+)>")

# Zalo gives every parameter a kind, and the kind has a greatest length, in characters.
_LONGEST = {
    "code": 30,
    "status": 100,
    "procedure": 200,
    "agency": 200,
    "occurred": 30,
    "due": 30,
    "otp": 10,
    "link": 200,
}
_LINK = re.compile(r"https?://\S+")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Template:
    """One template.

    Attributes:
        id: Zalo's number for it.
        category: Of notices, in the words of the engine.
        tag: Zalo's kind of content.
        title: With parameters in angle brackets, as `text`.
        text: One paragraph.
        rows: Parameter by label, for the table below the text.
        button: What opens the link, where there is one.
        required: Parameters that may not be missing.
    """

    id: str
    category: str
    tag: str
    title: str
    text: str
    rows: Mapping[str, str]
    button: str | None
    required: tuple[str, ...]

    @property
    def parameters(self) -> list[str]:
        """All parameters, in the order in which they are shown."""
        shown = [*_PLACE.findall(self.title), *_PLACE.findall(self.text), *self.rows.values()]
        return list(dict.fromkeys([*shown, *(["link"] if self.button else [])]))

    def schema(self) -> dict[str, object]:
        """Return what /template/info/v2 says of it."""
        return {
            "templateId": self.id,
            "templateName": self.title,
            "status": "ENABLE",
            "listParams": [self._parameter(name) for name in self.parameters],
            "timeout": 7200000,
            "previewUrl": f"https://zns.example.vn/preview/{self.id}",
            "templateQuality": "HIGH",
            "templateTag": self.tag,
            "price": "300",
            "applyTemplateQuota": False,
        }

    def checked(self, data: object) -> dict[str, str]:
        """Return template data that this template can be filled with.

        Raises:
            RefusedError: Zalo would not take it.
        """
        if not data:
            raise RefusedError(errors.NO_DATA)
        if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
            raise RefusedError(errors.INVALID_DATA)
        if not all(data.get(name) for name in self.required):
            raise RefusedError(errors.PARAMETER_MISSING)
        given = {name: data[name] for name in self.parameters if data.get(name)}
        if any(len(value) > _LONGEST[name] for name, value in given.items()):
            raise RefusedError(errors.PARAMETER_TOO_LONG)
        if "link" in given and not _LINK.fullmatch(given["link"]):
            raise RefusedError(errors.PARAMETER_MALFORMED)
        return given

    def titled(self, data: Mapping[str, str]) -> str:
        """Return the title with its parameters filled in."""
        return _filled(self.title, data)

    def worded(self, data: Mapping[str, str]) -> str:
        """Return all below the title as lines: the text, the table, the button with its link."""
        table = [f"{label}: {data[name]}" for label, name in self.rows.items() if data.get(name)]
        button = [f"[{self.button}] {data['link']}"] if self.button and data.get("link") else []
        return "\n".join([_filled(self.text, data), *table, *button])

    def _parameter(self, name: str) -> dict[str, object]:
        required = name in self.required
        return {
            "name": name,
            "require": required,
            "type": "STRING",
            "maxLength": _LONGEST[name],
            "minLength": 0,
            "acceptNull": not required,
        }


def load() -> dict[str, Template]:
    """Return all templates by id."""
    entries: list[dict[str, Any]] = json.loads(_FILE.read_text(encoding="utf-8"))
    templates = [Template(**entry | {"required": tuple(entry["required"])}) for entry in entries]
    return {template.id: template for template in templates}


def _filled(text: str, data: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: data.get(place[1], ""), text)

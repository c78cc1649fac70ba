"""The page at `/docs`, made from the OpenAPI document.

No script and nothing from elsewhere: it can be read without the internet, and no other host's code runs
under this origin, as it would on the pages that FastAPI offers.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

_FOLDER = Path(__file__).parent
_STYLE = (_FOLDER / "style.css").read_text("utf-8")
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def install(app: FastAPI) -> None:
    """Serve the page of this app at `/docs`."""

    @cache
    def page() -> str:
        return render(app.openapi())

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(page(), headers={"content-security-policy": _POLICY})


def render(description: Mapping[str, Any]) -> str:
    """Return an OpenAPI 3.1 document as a page: operations by tag, then the schemas that they name."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["as_json"] = _as_json
    template = environment.get_template("page.html")
    return template.render(api=description, groups=_by_tag(description), style=Markup(_STYLE))  # noqa: S704 - ours


def _by_tag(description: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            told = {"method": method.upper(), "path": path, **operation}
            groups.setdefault(operation.get("tags", ["other"])[0], []).append(told)
    return groups


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)

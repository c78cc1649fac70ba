"""What the API's description shows to integrators of agencies: an example of everything, and each is valid."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator, FormatChecker

from api.openapi import INTEGRATED, Examples


@pytest.fixture(scope="session")
def document(app: FastAPI) -> dict[str, Any]:
    """The description."""
    return app.openapi()


def media(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every body and answer of the agencies' routes that has a form, with where it is."""
    for path, operations in document["paths"].items():
        if not path.startswith(INTEGRATED):
            continue
        for method, operation in operations.items():
            parts = {"body": operation.get("requestBody", {}), **operation["responses"]}
            for name, part in parts.items():
                for kind, found in part.get("content", {}).items():
                    yield f"{method.upper()} {path} {name} {kind}", found


def test_every_body_and_answer_has_a_valid_example(document: dict[str, Any]) -> None:
    """JSON and forms of several parts; files of bytes need none."""
    wrong: list[str] = []
    for where, found in media(document):
        shown = [found["example"]] if "example" in found else []
        shown += [one["value"] for one in found.get("examples", {}).values()]
        if not shown and where.endswith(
            ("application/json", "multipart/form-data", "text/csv; charset=utf-8")
        ):
            wrong.append(f"{where}: no example")
        validator = Draft202012Validator(
            found.get("schema", {}) | {"components": document["components"]}, format_checker=FormatChecker()
        )
        wrong += [
            f"{where}: {error.json_path} {error.message[:120]}"
            for example in shown
            for error in _leaves(validator.iter_errors(example))
        ]
    assert not wrong, "\n" + "\n".join(wrong)


def _leaves(errors: Any) -> Iterator[Any]:
    for error in errors:
        if error.context:
            yield from _leaves(error.context)
        else:
            yield error


def test_bodies_without_a_form_are_no_bodies(document: dict[str, Any]) -> None:
    """Whoever writes to us is told what: a POST, PUT or PATCH has a body that is described, or none."""
    count = sum(" body " in where for where, _ in media(document))
    assert count >= 10


async def test_the_examples_of_events_are_taken(
    client: httpx.AsyncClient, agency: Any, document: dict[str, Any]
) -> None:
    """As they stand: each is read by the door that it is for, and no field of it is refused."""
    body = document["paths"]["/v1/agency/dossier-events"]["post"]["requestBody"]["content"]
    for example in body["application/json"]["examples"].values():
        answer = await client.post("/v1/agency/dossier-events", json=example["value"], headers=agency.headers)
        assert answer.is_success, answer.text
        assert answer.json().get("refused", 0) == 0


def test_an_example_is_made_of_those_of_its_fields() -> None:
    """The model's own first; else by fields, choices and types; what has none is left out."""
    schemas = {
        "Inner": {"type": "object", "examples": [{"a": 1}]},
        "Outer": {
            "type": "object",
            "properties": {
                "inner": {"$ref": "#/components/schemas/Inner"},
                "maybe": {"anyOf": [{"type": "null"}, {"type": "string", "examples": ["x"]}]},
                "on": {"type": "string", "format": "date"},
                "list": {"type": "array", "items": {"enum": ["b", "c"]}},
                "plain": {"type": "string"},
                "off": {"type": "boolean", "default": False},
            },
        },
    }
    made = Examples(schemas).of({"$ref": "#/components/schemas/Outer"})
    assert made == {"inner": {"a": 1}, "maybe": "x", "on": "2026-11-21", "list": ["b"], "off": False}
    several = {"anyOf": [{"$ref": "#/components/schemas/Inner"}, {"$ref": "#/components/schemas/Outer"}]}
    assert Examples(schemas).shown(several)["examples"]["Inner"] == {"value": {"a": 1}}

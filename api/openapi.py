"""The description of the API, where FastAPI cannot see it by itself."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.problems import MEDIA_TYPE, FieldError, Problem

REFERENCE = "#/components/schemas/{model}"
_described: dict[str, type[BaseModel]] = {}

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `errors` names the fields at fault by JSON pointer (RFC 6901).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {name: {"type": "string"} for name in ("pointer", "code", "detail")},
            },
        },
    },
}


def body_of(*models: type[BaseModel], examples: Mapping[str, Any]) -> dict[str, Any]:
    """Describe the body of an endpoint that reads it by itself: one of these models."""
    _described.update({model.__name__: model for model in models})
    schema = {"oneOf": [{"$ref": REFERENCE.format(model=model.__name__)} for model in models]}
    content = {"application/json": {"schema": schema, "examples": _named(examples)}}
    return {"requestBody": {"required": True, "content": content}}


def examples_of(**bodies: object) -> dict[str, Any]:
    """Show whole bodies, by name, of an endpoint whose model is described already: what is sent together."""
    return {"requestBody": {"content": {"application/json": {"examples": _named(bodies)}}}}


def upload_of(model: type[BaseModel], *, metadata: str, file: str, example: object) -> dict[str, Any]:
    """Describe the body of an endpoint that takes a file, and what is said of it in another part."""
    _described[model.__name__] = model
    parts = {
        metadata: {"$ref": REFERENCE.format(model=model.__name__)},
        file: {"type": "string", "format": "binary"},
    }
    content = {
        "schema": {"type": "object", "required": [metadata, file], "properties": parts},
        "encoding": {metadata: {"contentType": "application/json"}},
        "examples": _named({"one": {metadata: example, file: "%PDF-1.7 …"}}),
    }
    return {"requestBody": {"required": True, "content": {"multipart/form-data": content}}}


def _named(values: Mapping[str, object]) -> dict[str, Any]:
    return {name: {"value": value} for name, value in values.items()}


def install(app: FastAPI) -> None:
    """Make the app describe itself whole, problems included."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            description = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes
            )
            _add_problems(description)
            pairs = [(model, "validation") for model in _described.values()]
            _, extra = models_json_schema(pairs, ref_template=REFERENCE)  # type: ignore[arg-type] # the literal widens
            description["components"]["schemas"].update(extra.get("$defs", {}))
            app.openapi_schema = description
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign] # the way FastAPI documents


def _add_problems(description: dict[str, Any]) -> None:
    """Say that errors are problems, where FastAPI describes an answer of its own that is never given."""
    components = description.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for never_given in ("HTTPValidationError", "ValidationError"):
        schemas.pop(never_given, None)
    schemas["Problem"] = _PROBLEM
    errors = [FieldError(pointer="/status", code="unknown-status")]
    example = Problem("validation", HTTPStatus.UNPROCESSABLE_ENTITY, errors=errors).as_json("vi")
    content = {MEDIA_TYPE: {"schema": {"$ref": REFERENCE.format(model="Problem")}, "example": example}}
    components["responses"] = {"Problem": {"description": "What went wrong", "content": content}}
    for operations in description["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = {"$ref": "#/components/responses/Problem"}

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
INTEGRATED = "/v1/agency/"
"""Where the paths begin that agencies' systems call."""
_OF_FORMAT = {
    "date": "2026-11-21",
    "date-time": "2026-11-21T09:00:00+07:00",
    "uuid": "01938f2a-6c5e-7a40-9c1b-3f2a6d5e8b71",
}
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
            _add_examples(description)
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


def _add_examples(description: dict[str, Any]) -> None:
    """Show a whole body, and a whole answer, wherever integrators of agencies read and none is shown yet."""
    examples = Examples(description["components"]["schemas"])
    for path, operations in description["paths"].items():
        if not path.startswith(INTEGRATED):
            continue
        for operation in operations.values():
            for part in (operation.get("requestBody", {}), *operation["responses"].values()):
                media = part.get("content", {}).get("application/json", {})
                if "example" in media:
                    media["example"] = examples.completed(media["example"], media["schema"])
                elif media and "examples" not in media:
                    media |= examples.shown(media["schema"])


class Examples:
    """Makes examples of schemas, from those that their fields have.

    A field without one is left out; and where it may not be, the example is not valid, and a test says so.
    """

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self._schemas = schemas

    def shown(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a media type shows: one example, or one by name for each of several models."""
        several = [one["$ref"].rpartition("/")[2] for one in _choices(schema) if "$ref" in one]
        if len(several) > 1:
            return {"examples": _named({name: self._whole(self._schemas[name]) for name in several})}
        return {"example": self._whole(schema)}

    def _whole(self, schema: Mapping[str, Any]) -> Any:
        return self.completed(self.of(schema), schema)

    def of(self, schema: Mapping[str, Any]) -> Any:
        """Return an example; none where the schema has nothing to make one from."""
        for known in ("const", "example"):
            if known in schema:
                return schema[known]
        if schema.get("examples") or schema.get("enum"):
            return (schema.get("examples") or schema["enum"])[0]
        if "$ref" in schema:
            return self.of(self._schemas[schema["$ref"].rpartition("/")[2]])
        if choices := _choices(schema):
            return self.of(choices[0])
        return self._of_type(schema)

    def completed(self, value: Any, schema: Mapping[str, Any]) -> Any:
        """Return an example with the nulls that its schema needs: FastAPI leaves out all that are null."""
        for one in (schema, *_choices(schema)):
            if "$ref" in one:
                schema = self._schemas[one["$ref"].rpartition("/")[2]]
                break
        if isinstance(value, list):
            return [self.completed(one, schema.get("items", {})) for one in value]
        if not isinstance(value, Mapping):
            return value
        fields = schema.get("properties", {})
        nulls = dict.fromkeys(name for name in schema.get("required", ()) if _may_be_null(fields[name]))
        return nulls | {name: self.completed(one, fields.get(name, {})) for name, one in value.items()}

    def _of_type(self, schema: Mapping[str, Any]) -> Any:
        match schema.get("type"):
            case "object":
                needed = schema.get("required", ())
                fields = {name: self.of(field) for name, field in schema.get("properties", {}).items()}
                return {
                    name: value
                    for name, value in fields.items()
                    if value is not None or (name in needed and _may_be_null(schema["properties"][name]))
                }
            case "array":
                one = self.of(schema.get("items", {}))
                return [] if one is None else [one]
            case "boolean":
                return schema.get("default", True)
            case "integer" | "number":
                return schema.get("default") or schema.get("minimum", 1)
            case "string":
                return schema.get("default") or _OF_FORMAT.get(schema.get("format", ""))
        return None


def _choices(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    given = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    return [one for one in given if one.get("type") != "null"]


def _may_be_null(schema: Mapping[str, Any]) -> bool:
    return {"type": "null"} in schema.get("anyOf", ())

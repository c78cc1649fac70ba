"""The description of the API, where FastAPI cannot see it by itself."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

REFERENCE = "#/components/schemas/{model}"
_described: dict[str, type[BaseModel]] = {}


def body_of(*models: type[BaseModel]) -> dict[str, Any]:
    """Describe the body of an endpoint that reads it by itself: one of these models."""
    _described.update({model.__name__: model for model in models})
    schema = {"oneOf": [{"$ref": REFERENCE.format(model=model.__name__)} for model in models]}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def install(app: FastAPI) -> None:
    """Make the app describe itself whole, problems included."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            description = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes
            )
            pairs = [(model, "validation") for model in _described.values()]
            _, extra = models_json_schema(pairs, ref_template=REFERENCE)  # type: ignore[arg-type] # the literal widens
            schemas = description.setdefault("components", {}).setdefault("schemas", {})
            schemas.update(extra.get("$defs", {}))
            app.openapi_schema = description
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign] # the way FastAPI documents

"""Bodies that hold many entries, each of which is checked by itself."""

from typing import Any

from pydantic_core import from_json

from api.problems import FieldError, Problem, pointer_to


def read_json(body: bytes) -> Any:
    """Read a body as JSON. Raises Problem (400)."""
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise Problem("malformed-json", 400) from error


def entries(given: Any, name: str, limit: int) -> list[Any]:
    """Return the raw entries of a body that holds nothing but a list of them, one at least.

    Raises Problem: 422 for another body, 413 for more entries than the limit.
    """
    if not isinstance(given, dict):
        raise Problem("validation", 422, errors=[FieldError(pointer="", code="model_type")])
    errors = [
        FieldError(pointer=pointer_to(other), code="extra_forbidden") for other in given if other != name
    ]
    items = given.get(name)
    if name not in given:
        errors.append(FieldError(pointer=f"/{name}", code="missing"))
    elif not isinstance(items, list):
        errors.append(FieldError(pointer=f"/{name}", code="list_type"))
    elif not items:
        errors.append(FieldError(pointer=f"/{name}", code="too_short", params={"min_length": 1}))
    if errors or not isinstance(items, list):
        raise Problem("validation", 422, errors=errors)
    if len(items) > limit:
        too_long = [FieldError(pointer=f"/{name}", code="too_long", params={"max_length": limit})]
        raise Problem("batch-too-large", 413, errors=too_long, limit=limit, count=len(items))
    return items

"""The part of the API's description that agencies' systems are generated from. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from api.openapi import INTEGRATED

_METHODS = frozenset({"get", "put", "post", "patch", "delete"})
_KINDS = ("schemas", "responses")
_BYTES: Mapping[str, Any] = {"schema": {"type": "string", "format": "binary"}}


def for_agencies(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the routes of agencies with all that they refer to, and nothing else.

    Each operation is named by method and path, `get_dossiers_by_code`: what a function is called within the
    server may change without a word, and the names of a client may not.
    """
    paths = {
        path: {
            method: _operation(path, method, operation)
            for method, operation in operations.items()
            if method in _METHODS
        }
        for path, operations in document["paths"].items()
        if path.startswith(INTEGRATED)
    }
    needed = _reached(paths, document["components"])
    components = {
        kind: {
            name: one
            for name, one in document["components"].get(kind, {}).items()
            if _reference(kind, name) in needed
        }
        for kind in _KINDS
    }
    schemes = document["components"].get("securitySchemes", {})
    return {**document, "paths": paths, "components": {**components, "securitySchemes": schemes}}


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    answers = {status: _answer(answer) for status, answer in operation["responses"].items()}
    named = {**operation, "operationId": _name(path, method), "responses": answers}
    if "requestBody" in operation:
        content = operation["requestBody"]["content"]
        described = {kind: media if kind != "text/csv" else _BYTES for kind, media in content.items()}
        named["requestBody"] = {**operation["requestBody"], "content": described}
    return named


def _answer(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Let what is no JSON be the bytes that it is, whatever kind of file."""
    content = answer.get("content")
    if not content or any(kind.endswith("json") for kind in content):
        kept = {kind: media for kind, media in (content or {}).items() if kind.endswith("json")}
        return {**answer, "content": kept} if content else answer
    return {**answer, "content": {"application/octet-stream": _BYTES}}


def _name(path: str, method: str) -> str:
    parts = path.removeprefix(INTEGRATED).split("/")
    words = [f"by_{part[1:-1]}" if part.startswith("{") else part for part in parts]
    return "_".join([method, *words]).replace("-", "_").replace(".", "_")


def _reached(paths: Mapping[str, Any], components: Mapping[str, Any]) -> frozenset[str]:
    """Return all that paths refer to, straight or through others."""
    found: set[str] = set()
    waiting = set(_references(paths))
    while waiting:
        reference = waiting.pop()
        found.add(reference)
        _, _, kind, name = reference.split("/")
        waiting |= set(_references(components[kind][name])) - found
    return frozenset(found)


def _references(described: Any) -> Iterator[str]:
    if isinstance(described, Mapping):
        if isinstance(reference := described.get("$ref"), str):
            yield reference
        for one in described.values():
            yield from _references(one)
    elif isinstance(described, list):
        for one in described:
            yield from _references(one)


def _reference(kind: str, name: str) -> str:
    return f"#/components/{kind}/{name}"

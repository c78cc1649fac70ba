"""Errors as the caller sees them: RFC 9457, in Vietnamese, or English where it is preferred."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.edge import SECURITY_HEADERS
from api.field_texts import FIELD_ERRORS
from api.problem_texts import DETAILS, TITLES, word
from storage.engine import UNAVAILABLE
from storage.errors import NotFoundError
from storage.following import NotReady
from storage.schema import OutdatedSchemaError
from storage.unit_of_work import ContentionError
from storage.vault.blobs import BlobMissingError, BlobsUnreachableError
from storage.vault.errors import NotIntact
from storage.vault.sealing import DamagedFileError

log = structlog.get_logger(__name__)
MEDIA_TYPE = "application/problem+json"
TRY_AGAIN = (*UNAVAILABLE, OutdatedSchemaError, ContentionError, BlobsUnreachableError)
"""Nothing was kept, and the same request may well succeed in a moment."""
DAMAGE = (NotIntact, DamagedFileError, BlobMissingError)
"""What is kept is not what was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """What is wrong with one field; `pointer` names it (RFC 6901)."""

    pointer: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)

    def as_json(self, locale: str) -> dict[str, str]:
        """Word it."""
        return {
            "pointer": self.pointer,
            "code": self.code,
            "detail": word(FIELD_ERRORS, self.code, locale, dict(self.params)),
        }


class Problem(Exception):  # noqa: N818 - the RFC's own word
    """An answer that says what went wrong.

    Args:
        kind: the last part of the stable type `urn:tindan:problem:<kind>`.
        status: HTTP status.
        errors: one for each field at fault.
        headers: to be sent with it.
        members: what a program reads of it beside (RFC 9457, section 3.2), such as the id of what is there.
        params: what the texts name.
    """

    def __init__(
        self,
        kind: str,
        status: int,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, str] | None = None,
        **params: object,
    ) -> None:
        super().__init__(kind)
        self.kind, self.status = kind, status
        self.errors, self.headers, self.params = errors, headers, params
        self.members = dict(members or {})

    def as_json(self, locale: str) -> dict[str, Any]:
        """Word it as a problem object."""
        body: dict[str, Any] = {
            "type": f"urn:tindan:problem:{self.kind}",
            "title": word(TITLES, self.kind, locale, self.params),
            "status": self.status,
            "detail": word(DETAILS, self.kind, locale, self.params),
            **self.members,
        }
        if self.errors:
            body["errors"] = [error.as_json(locale) for error in self.errors]
        return body


def locale_of(accept_language: str | None) -> str:
    """Return `en` where the caller prefers English to Vietnamese (RFC 9110, 12.5.4), else `vi`."""
    weights = {"vi": 0.0, "en": 0.0}
    for part in (accept_language or "").split(","):
        tag, _, parameter = part.partition(";")
        language = tag.strip().split("-")[0].lower()
        if language in weights:
            weights[language] = max(weights[language], _quality(parameter.strip().lower().removeprefix("q=")))
    return "en" if weights["en"] > weights["vi"] else "vi"


def _quality(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def from_pydantic(errors: Sequence[Any], *, below: str = "") -> list[FieldError]:
    """Turn pydantic's errors into ours; `below` is the pointer of what was checked."""
    return [
        FieldError(
            pointer=below + pointer_to(*error["loc"]),
            code=error["type"],
            params=_params(error.get("ctx") or {}),
        )
        for error in errors
    ]


def _params(given: Mapping[str, Any]) -> Mapping[str, Any]:
    # pydantic lists what it expects with an "or" of its own, in whatever language the sentence is.
    if "expected" not in given:
        return given
    return {**given, "expected": str(given["expected"]).replace(" or ", ", ")}


def pointer_to(*parts: object) -> str:
    """Return a JSON pointer (RFC 6901) to where these names and indexes lead."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


Page = Callable[[Problem, Request], Response]
"""Shows a problem to a person in a browser."""


def answer(problem: Problem, request: Request) -> Response:
    """Make the response: a page below an address of pages, else JSON."""
    page = _page_at(request)
    if page is not None:
        return page(problem, request)
    locale = locale_of(request.headers.get("accept-language"))
    headers = {"content-language": locale, "cache-control": "no-store", **(problem.headers or {})}
    return JSONResponse(
        problem.as_json(locale), status_code=problem.status, headers=headers, media_type=MEDIA_TYPE
    )


def _page_at(request: Request) -> Page | None:
    pages: Mapping[str, Page] = request.app.state.problem_pages
    path = f"{request.scope['path']}/"
    return next((page for address, page in pages.items() if path.startswith(f"{address}/")), None)


def invalid(code: str, *where: object, **params: object) -> Problem:
    """Make the problem of one field."""
    return Problem(
        "validation", 422, errors=[FieldError(pointer=pointer_to(*where), code=code, params=params)]
    )


def unauthenticated(error: str | None = None) -> Problem:
    """The problem of a missing or bad token, with the challenge that RFC 6750 asks for."""
    challenge = "Bearer" if error is None else f'Bearer error="{error}"'
    return Problem("unauthenticated", 401, headers={"www-authenticate": challenge})


def unproved(error: str, *, algorithms: Sequence[str]) -> Problem:
    """The problem of a token whose bearer does not prove its key, with the challenge of RFC 9449, 7.1."""
    challenge = f'DPoP error="{error}", algs="{" ".join(algorithms)}"'
    kind = "unproved-key" if error == "invalid_dpop_proof" else "unauthenticated"
    return Problem(kind, 401, headers={"www-authenticate": challenge})


def out_of_scope(kind: str, scope: str, *, bound: bool) -> Problem:
    """The problem of a token that is good, and not for this, with a challenge of its own scheme.

    See RFC 6750, section 3.1, and RFC 9449, section 7.1.
    """
    scheme = "DPoP" if bound else "Bearer"
    challenge = f'{scheme} error="insufficient_scope", scope="{scope}"'
    return Problem(kind, 403, headers={"www-authenticate": challenge}, scope=scope)


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - registered for nothing else
    return answer(error, request)


async def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    if any(item["type"] == "json_invalid" for item in error.errors()):
        return answer(Problem("malformed-json", 400), request)
    # "body" is where FastAPI found it, not a part of what the caller wrote; query and path stay.
    found = [
        {**item, "loc": item["loc"][1:] if item["loc"][:1] == ("body",) else item["loc"]}
        for item in error.errors()
    ]
    return answer(Problem("validation", 422, errors=from_pydantic(found)), request)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    kinds = {
        400: "malformed-json",
        404: "not-found",
        405: "method-not-allowed",
        408: "request-timeout",
        413: "body-too-large",
    }
    kind = kinds.get(error.status_code, "http")
    return answer(Problem(kind, error.status_code, headers=error.headers), request)


async def _on_missing(request: Request, _error: Exception) -> Response:
    return answer(Problem("not-found", HTTPStatus.NOT_FOUND), request)


async def _on_database_down(request: Request, error: Exception) -> Response:
    log.error("database_unavailable", error=type(error).__name__)
    return answer(Problem("unavailable", 503, headers={"retry-after": "2"}), request)


async def _on_not_ready(request: Request, _error: Exception) -> Response:
    return answer(Problem("unavailable", 503, headers={"retry-after": "5"}), request)


async def _on_damage(request: Request, error: Exception) -> Response:
    # Told by an id; what is damaged was found out by a hash or a key, and needs no trace.
    log.error("document_damaged", error=type(error).__name__, about=str(error))
    return answer(Problem("document-damaged", 500), request)


async def _on_anything(request: Request, error: Exception) -> Response:
    # The traceback only: the message of an exception may quote what a person wrote.
    request_id = request.scope.get("state", {}).get("request_id", "")
    log.error("unexpected_error", error=type(error).__name__, request_id=request_id, exc_info=error)
    # Starlette makes this answer outside of every middleware, and so outside of the edge.
    headers = {**SECURITY_HEADERS, "x-request-id": request_id}
    response = answer(Problem("internal", 500, headers=headers, request_id=request_id), request)
    response.raw_headers.extend(request.scope.get("state", {}).get("headers", ()))
    return response


def install(app: FastAPI, pages: Mapping[str, Page] | None = None) -> None:
    """Register the handlers.

    Args:
        app: whose problems they answer.
        pages: by an address, what shows the problems there and below it as pages.
    """
    app.state.problem_pages = pages or {}
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(NotFoundError, _on_missing)
    for damage in DAMAGE:
        app.add_exception_handler(damage, _on_damage)
    for down in TRY_AGAIN:
        app.add_exception_handler(down, _on_database_down)
    app.add_exception_handler(NotReady, _on_not_ready)
    app.add_exception_handler(Exception, _on_anything)

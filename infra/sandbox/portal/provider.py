"""Both styles, and what tests put in and read back."""

from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.sandbox.faults import Faults
from infra.sandbox.portal.rules import Rules
from infra.sandbox.portal.services import Services
from infra.sandbox.portal.session_style import SessionStyle
from infra.sandbox.portal.store import Store
from infra.sandbox.portal.token_style import TokenStyle
from infra.sandbox.scripting import unprocessable

_RECORDS: TypeAdapter[list[dict[str, Any]]] = TypeAdapter(list[dict[str, Any]])


class Portal:
    """Endpoints below /portal, and /sandbox/portal."""

    def __init__(self, *, faults: Faults) -> None:
        self._store = Store()
        services = Services(self._store)
        self._session = SessionStyle(store=self._store, services=services, faults=faults)
        self._token = TokenStyle(store=self._store, services=services, faults=faults)

    def routes(self) -> list[Route]:
        """Return the routes, with full paths."""
        return [
            *self._session.routes(),
            *self._token.routes(),
            Route("/sandbox/portal", self.show, methods=["GET"]),
            Route("/sandbox/portal", self.clear, methods=["DELETE"]),
            Route("/sandbox/portal/rules", self.rule, methods=["PUT"]),
            Route("/sandbox/portal/dossiers", self.put_dossiers, methods=["POST"]),
            Route("/sandbox/portal/procedures", self.put_procedures, methods=["PUT"]),
            Route("/sandbox/portal/lists/{name}", self.put_list, methods=["PUT"]),
        ]

    async def show(self, _request: Request) -> Response:
        """Show what was reported, the oldest first, what opinions stand, and who was let in how often."""
        opened = {"session": self._session.sessions.opened, "token": self._token.tokens.opened}
        told = {"items": self._store.reported, "opinions": self._store.opinions, "opened": opened}
        return JSONResponse(told)

    async def clear(self, _request: Request) -> Response:
        """Forget all of it, the rules and who was let in as well."""
        self._store.clear()
        for sessions in (self._session.sessions, self._token.tokens):
            sessions.end()
        return Response(status_code=204)

    async def rule(self, request: Request) -> Response:
        """Set rules; those that are not named are as usual."""
        try:
            self._store.rules = Rules.model_validate_json(await request.body())
        except ValidationError as error:
            return unprocessable(error)
        return JSONResponse(self._store.rules.model_dump())

    async def put_dossiers(self, request: Request) -> Response:
        """Keep dossiers as agencies' own counters have them, as they are: for tests."""
        try:
            records = _RECORDS.validate_json(await request.body())
        except ValidationError as error:
            return unprocessable(error)
        for record in records:
            self._store.put(record)
        return Response(status_code=204)

    async def put_procedures(self, request: Request) -> Response:
        """Take another catalogue."""
        try:
            self._store.procedures = _RECORDS.validate_json(await request.body())
        except ValidationError as error:
            return unprocessable(error)
        return Response(status_code=204)

    async def put_list(self, request: Request) -> Response:
        """Take another list of units, or of agencies."""
        name = request.path_params["name"]
        if name not in self._store.shared:
            return Response(status_code=404)
        try:
            self._store.shared[name] = _RECORDS.validate_json(await request.body())
        except ValidationError as error:
            return unprocessable(error)
        return Response(status_code=204)

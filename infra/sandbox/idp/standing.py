"""What befalls accounts at the provider: suspended, taken back, signed out."""

from typing import Annotated

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.sandbox.idp.grants import Grants
from infra.sandbox.idp.id_tokens import IdTokens
from infra.sandbox.idp.realms import Realm
from infra.sandbox.scripting import unprocessable


class SignOut(BaseModel):
    """Who signs out: of one session, or, as where a password was changed, of all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sub: str
    sid: Annotated[str | None, Field(min_length=1)] = None


class Standing:
    """Endpoints below /sandbox/<realm>.

    Args:
        realm: the provider.
        grants: what it has granted.
        id_tokens: signs logout tokens; None for a provider that signs nothing, and so tells nobody.
        told_at: where the relying party hears of sign-outs.
    """

    def __init__(self, *, realm: Realm, grants: Grants, id_tokens: IdTokens | None, told_at: str) -> None:
        self._realm = realm
        self._grants = grants
        self._id_tokens = id_tokens
        self._told_at = told_at

    def routes(self) -> list[Route]:
        """Return the routes, with full paths."""
        below = f"/sandbox/{self._realm.name}"
        return [
            Route(f"{below}/suspended/{{sub}}", self.suspend, methods=["PUT"]),
            Route(f"{below}/suspended/{{sub}}", self.restore, methods=["DELETE"]),
            Route(f"{below}/sessions/{{sub}}", self.sessions, methods=["GET"]),
            Route(f"{below}/logout", self.sign_out, methods=["POST"]),
        ]

    async def suspend(self, request: Request) -> Response:
        """Shut an account: nobody signs in with it, and what was granted is not renewed."""
        sub = request.path_params["sub"]
        if sub not in self._realm.people:
            return Response(status_code=404)
        self._realm.suspended.add(sub)
        return Response(status_code=204)

    async def restore(self, request: Request) -> Response:
        """Open an account again."""
        self._realm.suspended.discard(request.path_params["sub"])
        return Response(status_code=204)

    async def sessions(self, request: Request) -> Response:
        """Answer with the names of an account's sessions."""
        return JSONResponse({"items": self._grants.sids(request.path_params["sub"])})

    async def sign_out(self, request: Request) -> Response:
        """Tell the relying party that somebody signed out; answer with what it answers."""
        try:
            asked = SignOut.model_validate_json(await request.body())
        except ValidationError as error:
            return unprocessable(error)
        if self._id_tokens is None:
            return Response(status_code=404)
        for sid in self._grants.sids(asked.sub):
            if asked.sid in {None, sid}:
                self._grants.forget(sid)
        form = {"logout_token": self._id_tokens.logout_token(asked.sub, asked.sid)}
        try:
            async with httpx.AsyncClient(timeout=10) as http:
                answer = await http.post(self._told_at, data=form)
        except httpx.HTTPError as error:
            return JSONResponse({"told": type(error).__name__}, status_code=502)
        return JSONResponse({"told": answer.status_code})

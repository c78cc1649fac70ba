"""The screens on which an owner answers agencies that ask for documents."""

import urllib.parse
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from infra.sandbox.app.api import Api, ApiFailedError
from infra.sandbox.app.sessions import Session
from infra.sandbox.pages import language_of, render

HOME = "/app/result-requests"
_API = "/v1/result-requests"
_SURE = 2
"""Level of the electronic identity that choosing documents takes."""
_SEE_OTHER = 303
_UNPROCESSABLE = 422
_MISSING = 404


class ReuseScreen:
    """Endpoints below /app/result-requests."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def show_all(self, request: Request, session: Session) -> Response:
        """List requests, the newest first."""
        cursor = request.query_params.get("cursor")
        query = {"cursor": cursor} if cursor else {}
        page = await self._api.read(session, _API, language=language_of(request), **query)
        return render(request, "app_result_requests.html", page=page, screen="notifications")

    async def show(self, request: Request, session: Session) -> Response:
        """Show who asks for what, and what there is to choose from."""
        return await self._page(request, session)

    async def send(self, request: Request, session: Session) -> Response:
        """Grant what was chosen, decline, or withdraw. Nothing is chosen beforehand."""
        form = await request.form()
        said, chosen = str(form.get("said", "")), [str(one) for one in form.getlist("document")]
        version = str(form.get("version", ""))
        if said == "grant" and not (chosen and version.isdecimal()):
            return await self._page(request, session, failure="choice", status=_UNPROCESSABLE)
        try:
            await self._say(request, session, said, chosen=chosen, version=version)
        except ApiFailedError as error:
            if error.status is None or error.status == _MISSING:
                raise
            return await self._page(request, session, chosen=chosen, failure="refused", status=_UNPROCESSABLE)
        return RedirectResponse(f"{HOME}/{_id(request)}?answered=1", _SEE_OTHER)

    async def _say(
        self, request: Request, session: Session, said: str, *, chosen: list[str], version: str
    ) -> None:
        path = _path(request)
        if said == "grant":
            body = {"document_ids": chosen, "version": int(version)}
            await self._api.call(session, "POST", f"{path}/grant", json=body)
        elif said == "withdraw":
            await self._api.call(session, "DELETE", path)
        else:
            await self._api.call(session, "POST", f"{path}/decline")

    async def _page(
        self,
        request: Request,
        session: Session,
        *,
        chosen: list[str] | None = None,
        failure: str | None = None,
        status: int = 200,
    ) -> Response:
        language = language_of(request)
        asked = await self._api.read(session, _path(request), language=language)
        me = await self._api.read(session, "/v1/me", language=language)
        sure = me["assurance"] >= _SURE
        documents = []
        if sure:
            fitting = await self._api.read(session, f"{_path(request)}/documents", language=language)
            documents = fitting["items"]
        return render(
            request,
            "app_result_request.html",
            status=status,
            query={},
            asked=asked,
            wording={part: asked["wording"][part][language] for part in ("title", "text")},
            documents=documents,
            names={one["id"]: one["title"] for one in documents},
            sure=sure,
            chosen=chosen or [],
            failure=failure,
            answered="answered" in request.query_params,
            screen="notifications",
        )


def routes(screen: ReuseScreen, signed_in: Any) -> list[Route]:
    """Return the routes, each behind the sign-in of the app."""
    one = f"{HOME}/{{request_id}}"
    return [
        Route(HOME, signed_in(screen.show_all)),
        Route(one, signed_in(screen.show)),
        Route(one, signed_in(screen.send), methods=["POST"]),
    ]


def _id(request: Request) -> str:
    return urllib.parse.quote(request.path_params["request_id"], safe="")


def _path(request: Request) -> str:
    return f"{_API}/{_id(request)}"

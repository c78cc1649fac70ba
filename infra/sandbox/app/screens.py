"""The app's screens."""

import urllib.parse
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from infra.sandbox.app.api import Api, ApiFailedError, SignedOutError
from infra.sandbox.app.sessions import COOKIE, Session, Sessions
from infra.sandbox.pages import render

Screen = Callable[[Request, Session], Awaitable[Response]]

_SEE_OTHER = 303
_HOME = "/app"
_FIRST_SCREEN = "/app/dossiers"


class Screens:
    """Endpoints below /app."""

    def __init__(self, *, api: Api) -> None:
        self._api = api
        self._sessions = Sessions()

    def routes(self) -> list[Route]:
        """Return the routes, with full paths."""
        return [
            Route(_HOME, self.welcome),
            Route("/app/sign-in", self.sign_in, methods=["POST"]),
            Route("/app/callback", self.callback),
            Route("/app/sign-out", self.sign_out, methods=["POST"]),
            Route(_FIRST_SCREEN, self._signed_in(self.dossiers)),
            Route("/app/dossiers/{code}", self._signed_in(self.dossier)),
            Route("/app/notifications", self._signed_in(self.notifications)),
            Route("/app/notifications/read", self._signed_in(self.mark_read), methods=["POST"]),
        ]

    async def welcome(self, request: Request) -> Response:
        """Offer to sign in."""
        session = self._session(request)
        if session is not None and session.tokens is not None:
            return RedirectResponse(_FIRST_SCREEN, _SEE_OTHER)
        return render(request, "app_welcome.html", failed=False)

    async def sign_in(self, _request: Request) -> Response:
        """Send the browser to the API; a session of its own keeps an old one from being taken over."""
        session = self._sessions.start()
        response = RedirectResponse(self._api.authorize_url(session), _SEE_OTHER)
        response.set_cookie(COOKIE, session.key, httponly=True, samesite="lax", path=_HOME)
        return response

    async def callback(self, request: Request) -> Response:
        """Take the API's answer to a sign-in."""
        session, query = self._session(request), request.query_params
        if session is None or query.get("state") != session.state or "code" not in query:
            return render(request, "app_welcome.html", status=400, failed=True)
        try:
            await self._api.sign_in(session, query["code"])
        except (ApiFailedError, SignedOutError):
            self._sessions.end(session)
            return render(request, "app_welcome.html", status=502, failed=True)
        return RedirectResponse(_FIRST_SCREEN, _SEE_OTHER)

    async def sign_out(self, request: Request) -> Response:
        """Forget the session."""
        session = self._session(request)
        if session is not None:
            self._sessions.end(session)
        response = RedirectResponse(_HOME, _SEE_OTHER)
        response.delete_cookie(COOKIE, path=_HOME)
        return response

    async def dossiers(self, request: Request, session: Session) -> Response:
        """List the dossiers."""
        page = await self._api.call(session, "GET", "/v1/dossiers", params=_cursor(request))
        return render(request, "app_dossiers.html", page=page, screen="dossiers")

    async def dossier(self, request: Request, session: Session) -> Response:
        """Show one dossier and what happened to it."""
        code = urllib.parse.quote(request.path_params["code"], safe="")
        dossier = await self._api.call(session, "GET", f"/v1/dossiers/{code}")
        return render(request, "app_dossier.html", dossier=dossier, screen="dossiers")

    async def notifications(self, request: Request, session: Session) -> Response:
        """Show the inbox, and tell the API that what is in it has been received."""
        page = await self._api.call(session, "GET", "/v1/notifications", params=_cursor(request))
        unread = [item["id"] for item in page["items"] if item["read_at"] is None]
        if unread:
            await self._api.call(session, "POST", "/v1/notifications/received", json={"ids": unread})
        return render(request, "app_notifications.html", page=page, unread=unread, screen="notifications")

    async def mark_read(self, request: Request, session: Session) -> Response:
        """Mark what was shown as read."""
        ids = (await request.form()).getlist("id")
        await self._api.call(session, "POST", "/v1/notifications/read", json={"ids": ids})
        return RedirectResponse("/app/notifications", _SEE_OTHER)

    def _session(self, request: Request) -> Session | None:
        return self._sessions.find(request.cookies.get(COOKIE))

    def _signed_in(self, screen: Screen) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            session = self._session(request)
            if session is None:
                return RedirectResponse(_HOME, _SEE_OTHER)
            try:
                return await screen(request, session)
            except SignedOutError:
                self._sessions.end(session)
                return RedirectResponse(_HOME, _SEE_OTHER)
            except ApiFailedError as error:
                missing = error.status == 404
                status = 404 if missing else 502
                return render(request, "app_failed.html", status=status, missing=missing, screen="")

        return answer


def _cursor(request: Request) -> dict[str, str]:
    cursor = request.query_params.get("cursor")
    return {} if cursor is None else {"cursor": cursor}

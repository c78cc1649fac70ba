"""The app's screens."""

import urllib.parse
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from infra.sandbox.app.api import Api, ApiFailedError, SignedOutError
from infra.sandbox.app.rating_screen import RatingScreen
from infra.sandbox.app.reuse_screen import ReuseScreen
from infra.sandbox.app.reuse_screen import routes as reuse_routes
from infra.sandbox.app.sessions import COOKIE, Session, Sessions
from infra.sandbox.pages import language_of, render
from infra.sandbox.people import Account, behind
from infra.sandbox.phone.phones import Phones

Screen = Callable[[Request, Session], Awaitable[Response]]
Follow = Callable[[str, Collection[str]], None]  # puts a device on exactly these topics

_SEE_OTHER = 303
_HOME = "/app"
_FIRST_SCREEN = "/app/dossiers"


class Screens:
    """Endpoints below /app."""

    def __init__(self, *, api: Api, accounts: Mapping[str, Account], phones: Phones, follow: Follow) -> None:
        self._api = api
        self._follow = follow
        self._accounts = accounts
        self._phones = phones
        self._sessions = Sessions()
        self._rating = RatingScreen(api)
        self._reuse = ReuseScreen(api)

    def routes(self) -> list[Route]:
        """Return the routes, with full paths."""
        return [
            Route(_HOME, self.welcome),
            Route("/app/sign-in", self.sign_in, methods=["POST"]),
            Route("/app/callback", self.callback),
            Route("/app/sign-out", self.sign_out, methods=["POST"]),
            Route(_FIRST_SCREEN, self._signed_in(self.dossiers)),
            Route("/app/dossiers/{code}", self._signed_in(self.dossier)),
            Route("/app/dossiers/{code}/rating", self._signed_in(self._rating.show)),
            Route("/app/dossiers/{code}/rating", self._signed_in(self._rating.send), methods=["POST"]),
            *reuse_routes(self._reuse, self._signed_in),
            Route("/app/notifications", self._signed_in(self.notifications)),
            Route("/app/notifications/read", self._signed_in(self.mark_read), methods=["POST"]),
        ]

    async def welcome(self, request: Request) -> Response:
        """Offer to sign in, on the way to what was asked for."""
        session, wanted = self._session(request), _screen(request.query_params.get("next"))
        if session is not None and session.tokens is not None:
            return RedirectResponse(wanted, _SEE_OTHER)
        return render(request, "app_welcome.html", failed=False, wanted=wanted)

    async def sign_in(self, request: Request) -> Response:
        """Send the browser to the API; a session of its own keeps an old one from being taken over."""
        session = self._sessions.start(wanted=_screen((await request.form()).get("next")))
        response = RedirectResponse(self._api.authorize_url(session), _SEE_OTHER)
        response.set_cookie(COOKIE, session.key, httponly=True, samesite="lax", path=_HOME)
        return response

    async def callback(self, request: Request) -> Response:
        """Take the API's answer to a sign-in."""
        session, query = self._session(request), request.query_params
        if session is None or query.get("state") != session.state or "code" not in query:
            return render(request, "app_welcome.html", status=400, failed=True, wanted=_FIRST_SCREEN)
        try:
            await self._api.sign_in(session, query["code"])
            await self._register(session)
            await self._note_holder(session)
        except (ApiFailedError, SignedOutError):
            self._sessions.end(session)
            return render(request, "app_welcome.html", status=502, failed=True, wanted=session.wanted)
        return RedirectResponse(session.wanted, _SEE_OTHER)

    async def sign_out(self, request: Request) -> Response:
        """End the session, here and at the API."""
        session = self._session(request)
        if session is not None:
            self._sessions.end(session)
            self._follow(session.push_token, ())
            await self._api.sign_out(session)
        response = RedirectResponse(_HOME, _SEE_OTHER)
        response.delete_cookie(COOKIE, path=_HOME)
        return response

    async def dossiers(self, request: Request, session: Session) -> Response:
        """List the dossiers. The app begins here, and registers anew, as its topics may differ by now."""
        await self._register(session)
        page = await self._read(request, session, "/v1/dossiers", **_cursor(request))
        return render(request, "app_dossiers.html", page=page, screen="dossiers")

    async def dossier(self, request: Request, session: Session) -> Response:
        """Show one dossier and what happened to it."""
        code = urllib.parse.quote(request.path_params["code"], safe="")
        dossier = await self._read(request, session, f"/v1/dossiers/{code}")
        return render(request, "app_dossier.html", dossier=dossier, screen="dossiers")

    async def notifications(self, request: Request, session: Session) -> Response:
        """Show the inbox, and tell the API that what is in it has been received."""
        page = await self._read(request, session, "/v1/notifications", **_cursor(request))
        unread = [item["id"] for item in page["items"] if item["read_at"] is None]
        if unread:
            await self._api.call(session, "POST", "/v1/notifications/received", json={"ids": unread})
        return render(request, "app_notifications.html", page=page, unread=unread, screen="notifications")

    async def mark_read(self, request: Request, session: Session) -> Response:
        """Mark what was shown as read."""
        ids = (await request.form()).getlist("id")
        await self._api.call(session, "POST", "/v1/notifications/read", json={"ids": ids})
        return RedirectResponse("/app/notifications", _SEE_OTHER)

    async def _register(self, session: Session) -> None:
        self._follow(session.push_token, await self._api.register(session))

    async def _note_holder(self, session: Session) -> None:
        """Let the phone's page know whose pushes this installation gets."""
        me = await self._api.read(session, "/v1/me", language="vi")
        account = behind(me["number"], self._accounts.values())
        if account is not None:
            self._phones.hand_to(account, session.push_token)

    async def _read(self, request: Request, session: Session, path: str, **query: str) -> dict[str, Any]:
        return await self._api.read(session, path, language=language_of(request), **query)

    def _session(self, request: Request) -> Session | None:
        return self._sessions.find(request.cookies.get(COOKIE))

    def _signed_in(self, screen: Screen) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            session = self._session(request)
            if session is None:
                return _to_welcome(request)
            try:
                return await screen(request, session)
            except SignedOutError:
                self._sessions.end(session)
                return _to_welcome(request)
            except ApiFailedError as error:
                missing = error.status == 404
                status = 404 if missing else 502
                return render(request, "app_failed.html", status=status, missing=missing, screen="")

        return answer


def _to_welcome(request: Request) -> Response:
    """Ask to sign in; the link of a notice is still to lead to its dossier afterwards."""
    if request.method != "GET" or request.url.path == _FIRST_SCREEN:
        return RedirectResponse(_HOME, _SEE_OTHER)
    query = urllib.parse.urlencode({"next": request.url.path})
    return RedirectResponse(f"{_HOME}?{query}", _SEE_OTHER)


def _screen(path: object) -> str:
    """Return the path of a screen of ours, and never one that leads elsewhere."""
    return path if isinstance(path, str) and path.startswith(f"{_HOME}/") else _FIRST_SCREEN


def _cursor(request: Request) -> dict[str, str]:
    cursor = request.query_params.get("cursor")
    return {} if cursor is None else {"cursor": cursor}

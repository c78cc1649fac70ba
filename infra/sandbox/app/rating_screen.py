"""The screen on which a dossier is rated."""

import urllib.parse
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from infra.sandbox.app.api import Api, ApiFailedError
from infra.sandbox.app.blinding import BlindingError
from infra.sandbox.app.ratings import OwnKeyError, Ratings, Said
from infra.sandbox.app.sessions import Session
from infra.sandbox.pages import language_of, render

LONGEST_TEXT = 1000

_SEE_OTHER = 303
_UNREACHABLE = 502


class RatingScreen:
    """Endpoints of /app/dossiers/{code}/rating."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._ratings = Ratings(api)

    async def show(self, request: Request, session: Session) -> Response:
        """Show what may be said, and what was."""
        return await self._page(request, session)

    async def send(self, request: Request, session: Session) -> Response:
        """Rate, and show that it was sent; or why not, with all that was chosen."""
        form = await request.form()
        chosen = Said(
            level=str(form.get("level", "")),
            reasons=tuple(str(one) for one in form.getlist("reason")),
            text=str(form.get("text", "")).strip(),
        )
        dossier, invitation = await self._read(request, session)
        offered = {choice["code"]: choice["reasons"] for choice in invitation["choices"]}
        if chosen.level not in offered:
            return await self._page(request, session, chosen=chosen, failure="level", status=422)
        fitting = {reason["code"] for reason in offered[chosen.level]}
        said = Said(
            level=chosen.level,
            reasons=tuple(one for one in chosen.reasons if one in fitting),
            text=chosen.text,
        )
        try:
            await self._ratings.rate(session, dossier, invitation["key"], said)
        except OwnKeyError:
            return await self._page(request, session, chosen=chosen, failure="key", status=_UNREACHABLE)
        except (ApiFailedError, BlindingError) as error:
            status = getattr(error, "status", None) or _UNREACHABLE
            return await self._page(request, session, chosen=chosen, failure="refused", status=status)
        return RedirectResponse(f"{request.url.path}?sent=1", _SEE_OTHER)

    async def _read(self, request: Request, session: Session) -> tuple[dict[str, Any], dict[str, Any]]:
        path = f"/v1/dossiers/{urllib.parse.quote(request.path_params['code'], safe='')}"
        language = language_of(request)
        dossier = await self._api.read(session, path, language=language)
        return dossier, await self._api.read(session, f"{path}/rating", language=language)

    async def _page(
        self,
        request: Request,
        session: Session,
        *,
        chosen: Said | None = None,
        failure: str | None = None,
        status: int = 200,
    ) -> Response:
        dossier, invitation = await self._read(request, session)
        kept = session.ratings.get(dossier["code"])
        said = kept.said if kept else None
        return render(
            request,
            "app_rating.html",
            status=status,
            query={},
            dossier=dossier,
            invitation=invitation,
            said=said,
            editable_until=kept.editable_until if kept else None,
            # What another device was given a token for, this one cannot rate.
            elsewhere=invitation["issued"] and kept is None,
            chosen=chosen or said or Said(level="", reasons=(), text=""),
            groups=_groups(invitation["choices"]),
            failure=failure,
            longest=LONGEST_TEXT,
            screen="dossiers",
        )


def _groups(choices: list[dict[str, Any]]) -> list[tuple[list[dict[str, Any]], list[dict[str, str]]]]:
    """Return the reasons that go with the same levels together, and which those are."""
    groups: list[tuple[list[dict[str, Any]], list[dict[str, str]]]] = []
    for choice in choices:
        for levels, reasons in groups:
            if reasons == choice["reasons"]:
                levels.append(choice)
                break
        else:
            groups.append(([choice], choice["reasons"]))
    return groups

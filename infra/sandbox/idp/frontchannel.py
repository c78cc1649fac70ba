"""What the browser sees of the provider: choosing who signs in, and signing out."""

from typing import cast

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from infra.sandbox.idp.authorization import (
    PARAMETERS,
    AuthorizationRequest,
    RefusedRequestError,
    UntrustedRequestError,
    answer_url,
)
from infra.sandbox.idp.clients import may_redirect_to
from infra.sandbox.idp.grants import Grants
from infra.sandbox.idp.realms import Person, Realm
from infra.sandbox.pages import render

_SEE_OTHER = 303


class FrontChannel:
    """Endpoints of a provider that a person's browser is sent to."""

    def __init__(self, *, realm: Realm, grants: Grants) -> None:
        self._realm = realm
        self._grants = grants
        self._by_hint = {
            hint: account for account in realm.people.values() for hint in (account.sub, account.hint)
        }

    def routes(self) -> list[Route]:
        """Return the routes, with full paths."""
        return [
            Route(self._realm.path("authorize"), self.ask, methods=["GET"]),
            Route(self._realm.path("authorize"), self.decide, methods=["POST"]),
            Route(self._realm.path("logout"), self.log_out, methods=["GET"]),
        ]

    async def ask(self, request: Request) -> Response:
        """Show who can sign in, or answer at once where the relying party wants no page."""
        try:
            asked = AuthorizationRequest.parse(request.query_params.multi_items())
            if not asked.silent:
                return self._choice(request, dict(request.query_params), asked)
            account = self._by_hint.get(asked.login_hint or "")
            if account is None:
                raise asked.refused("login_required", "Nobody is signed in, and login_hint names nobody.")
            return self._granted(account, asked)
        except (UntrustedRequestError, RefusedRequestError) as error:
            return self._refusal(request, error)

    async def decide(self, request: Request) -> Response:
        """Take the choice made on the page."""
        form = await request.form()
        parameters = [(name, str(value)) for name, value in form.multi_items() if name in PARAMETERS]
        try:
            asked = AuthorizationRequest.parse(parameters)
            if form.get("action") == "cancel":
                raise asked.refused("access_denied", "The user did not sign in.")
            account = self._realm.people.get(_text(form, "account"))
            if account is None:
                return self._choice(request, dict(parameters), asked, missing=True)
            return self._granted(account, asked)
        except (UntrustedRequestError, RefusedRequestError) as error:
            return self._refusal(request, error)

    async def log_out(self, request: Request) -> Response:
        """End the session, which this provider never keeps (OpenID Connect RP-Initiated Logout, 2)."""
        target = request.query_params.get("post_logout_redirect_uri")
        if target is None:
            return render(request, "signed_out.html")
        if not may_redirect_to(target):
            return self._refusal(request, UntrustedRequestError("post_logout_redirect_uri"))
        state = request.query_params.get("state")
        return RedirectResponse(answer_url(target, issuer=self._realm.issuer, state=state), _SEE_OTHER)

    def _choice(
        self,
        request: Request,
        parameters: dict[str, str],
        asked: AuthorizationRequest,
        *,
        missing: bool = False,
    ) -> Response:
        hinted = self._by_hint.get(asked.login_hint or "")
        return render(
            request,
            "authorize.html",
            status=422 if missing else 200,
            query=parameters,
            accounts=self._realm.people.values(),
            action=self._realm.path("authorize"),
            parameters={name: parameters[name] for name in PARAMETERS if name in parameters},
            chosen=hinted.sub if hinted else None,
            missing=missing,
        )

    def _granted(self, account: Person, asked: AuthorizationRequest) -> Response:
        if account.sub in self._realm.suspended:
            raise asked.refused("access_denied", "The account is suspended.")
        code = self._grants.issue_code(account, asked)
        url = answer_url(asked.redirect_uri, issuer=self._named, state=asked.state, code=code)
        return RedirectResponse(url, _SEE_OTHER)

    def _refusal(self, request: Request, error: UntrustedRequestError | RefusedRequestError) -> Response:
        if isinstance(error, UntrustedRequestError):
            return render(request, "refused.html", status=400, culprit=str(error))
        url = answer_url(
            error.redirect_uri,
            issuer=self._named,
            state=error.state,
            error=error.error,
            error_description=error.description,
        )
        return RedirectResponse(url, _SEE_OTHER)

    @property
    def _named(self) -> str | None:
        """The issuer, where the provider says who answers (RFC 9207)."""
        return self._realm.issuer if self._realm.strict else None


def _text(form: FormData, name: str) -> str:
    return cast("str", form.get(name, ""))

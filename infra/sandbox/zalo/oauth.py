"""Zalo's token endpoint: https://developers.zalo.me/docs/official-account/bat-dau/xac-thuc-va-uy-quyen."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.sandbox.credentials import ZALO
from infra.sandbox.faults import Faults
from infra.sandbox.scripts import Fault, Refuse, Status
from infra.sandbox.zalo import errors
from infra.sandbox.zalo.tokens import ACCESS_LIFETIME, Tokens

INVALID_APP = -14002
INVALID_SECRET = -14004
INVALID_GRANT = -14009
INVALID_REFRESH_TOKEN = -14014

_NAMES = {
    INVALID_APP: "Invalid app id",
    INVALID_SECRET: "Invalid secret key",
    INVALID_GRANT: "Invalid grant type",
    INVALID_REFRESH_TOKEN: "Invalid refresh token",
}


class OAuth:
    """Endpoints below /zalo-oauth."""

    def __init__(self, *, tokens: Tokens, faults: Faults) -> None:
        self._tokens = tokens
        self._faults = faults

    def routes(self) -> list[Route]:
        """Return the routes, with full paths."""
        return [Route("/zalo-oauth/v4/oa/access_token", self.token, methods=["POST"])]

    async def token(self, request: Request) -> Response:
        """Change a refresh token, which is then used up, for two new tokens."""
        fault = await self._faults.meet("zalo-oauth", to=("token",))
        refusal = _scripted(fault)
        if refusal is not None:
            return refusal
        form = await request.form()
        if request.headers.get("secret_key") != ZALO.secret_key:
            return _refused(INVALID_SECRET)
        if form.get("app_id") != ZALO.app_id:
            return _refused(INVALID_APP)
        if form.get("grant_type") != "refresh_token":
            return _refused(INVALID_GRANT)
        if not self._tokens.use(str(form.get("refresh_token", ""))):
            return _refused(INVALID_REFRESH_TOKEN)
        answer = {
            "access_token": self._tokens.access_token(),
            "refresh_token": self._tokens.refresh_token(),
            "expires_in": str(ACCESS_LIFETIME),
        }
        await self._faults.linger(fault)
        return JSONResponse(answer)


def _scripted(fault: Fault | None) -> Response | None:
    if isinstance(fault, Status):
        return errors.by_status(fault.code, retry_after=fault.retry_after)
    return _refused(int(fault.code)) if isinstance(fault, Refuse) else None


def _refused(code: int) -> Response:
    name = _NAMES.get(code, "Scripted by the sandbox")
    return JSONResponse(
        {"error": code, "error_name": name, "error_reason": name, "error_description": f"{name}."}
    )

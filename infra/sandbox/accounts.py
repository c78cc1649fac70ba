"""Hands out the providers' credentials, as their consoles would."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.sandbox.credentials import EMC, PORTAL, TWILIO, VNFORM, ZALO
from infra.sandbox.zalo.templates import Template
from infra.sandbox.zalo.tokens import Tokens


class Accounts:
    """GET /sandbox/accounts.json."""

    def __init__(self, *, public_url: str, tokens: Tokens, templates: Mapping[str, Template]) -> None:
        self._public_url = public_url
        self._tokens = tokens
        self._templates = templates

    def routes(self) -> list[Route]:
        """Return the routes, with full paths."""
        return [Route("/sandbox/accounts.json", self.show, methods=["GET"])]

    async def show(self, _request: Request) -> Response:
        """Answer with everything that a deployment would be given.

        Each answer stands for an operator who agrees in Zalo's console: its refresh token is a new one.
        """
        return JSONResponse(
            {
                "twilio": self._twilio(),
                "zalo": self._zalo(),
                "vnform": self._vnform(),
                "emc": {"url": f"{self._public_url}/emc/bao-cao", "key": EMC.key, "unit": EMC.unit},
                "portal": self._portal(),
            }
        )

    def _twilio(self) -> dict[str, object]:
        return {
            "account_sid": TWILIO.account_sid,
            "auth_token": TWILIO.auth_token,
            "messaging_service_sid": TWILIO.messaging_service_sid,
            "base_url": f"{self._public_url}/twilio",
        }

    def _zalo(self) -> dict[str, object]:
        return {
            "app_id": ZALO.app_id,
            "secret_key": ZALO.secret_key,
            "oa_secret": ZALO.oa_secret,
            "refresh_token": self._tokens.refresh_token(),
            "api_url": f"{self._public_url}/zalo",
            "oauth_url": f"{self._public_url}/zalo-oauth",
            "templates": {template.category: template.id for template in self._templates.values()},
        }

    def _vnform(self) -> dict[str, object]:
        return {
            "url": f"{self._public_url}/vnform",
            "key": VNFORM.api_key,
            "link_key": VNFORM.link_key,
        }

    def _portal(self) -> dict[str, object]:
        at = f"{self._public_url}/portal"
        return {
            "unit": PORTAL.unit,
            "username": PORTAL.username,
            "password": PORTAL.password,
            "session": {"url": f"{at}/session/service", "sign_in_url": f"{at}/session/login"},
            "token": {"url": f"{at}/token", "sign_in_url": f"{at}/token/oauth/token"},
        }

"""What Zalo answers when asked: the state of a message, the quota, the form of a template."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from infra.sandbox.faults import Faults
from infra.sandbox.zalo import errors
from infra.sandbox.zalo.ledger import Ledger
from infra.sandbox.zalo.messages import scripted
from infra.sandbox.zalo.templates import Template
from infra.sandbox.zalo.tokens import Tokens

DELIVERED = 1


class Queries:
    """The endpoints that take nothing in."""

    def __init__(
        self, *, tokens: Tokens, templates: Mapping[str, Template], ledger: Ledger, faults: Faults
    ) -> None:
        self._tokens = tokens
        self._templates = templates
        self._ledger = ledger
        self._faults = faults

    def routes(self) -> list[Route]:
        """Return the routes, with full paths."""
        return [
            Route("/zalo/message/status", self._answered_by("status", self.status)),
            Route("/zalo/message/quota", self._answered_by("quota", self.quota)),
            Route("/zalo/template/info/v2", self._answered_by("template", self.template)),
        ]

    def status(self, request: Request) -> Response:
        """Answer when a message was delivered: all that was taken in is on the phone at once."""
        sent_at = self._ledger.sent_at(request.query_params.get("message_id", ""))
        if sent_at is None:
            return errors.by_code(errors.INVALID_MESSAGE_ID)
        return errors.success({"delivery_time": sent_at, "status": DELIVERED, "message": "Delivered"})

    def quota(self, _request: Request) -> Response:
        """Answer how many messages are left today."""
        return errors.success(self._ledger.quota())

    def template(self, request: Request) -> Response:
        """Answer what a template has to be told."""
        template = self._templates.get(request.query_params.get("template_id", ""))
        if template is None:
            return errors.by_code(errors.INVALID_TEMPLATE)
        return errors.success(template.schema())

    def _answered_by(
        self, name: str, answer: Callable[[Request], Response]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            if not self._tokens.recognises(request.headers.get("access_token", "")):
                return errors.by_code(errors.INVALID_ACCESS_TOKEN)
            fault = await self._faults.meet("zalo-queries", to=(name,))
            refusal = scripted(fault)
            if refusal is not None:
                return refusal
            await self._faults.linger(fault)
            return answer(request)

        return endpoint

"""Sending by template: https://developers.zalo.me/docs/zalo-notification-service."""

import json
import re
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from infra.sandbox.faults import Faults
from infra.sandbox.outbox import Outbox
from infra.sandbox.receipts.receipts import Receipts
from infra.sandbox.scripts import Fault, Refuse, Status
from infra.sandbox.zalo import errors
from infra.sandbox.zalo.errors import RefusedError
from infra.sandbox.zalo.events import Message
from infra.sandbox.zalo.ledger import Ledger
from infra.sandbox.zalo.templates import Template
from infra.sandbox.zalo.tokens import Tokens

LONGEST_TRACKING_ID = 48  # characters

_PHONE = re.compile(r"84\d{9}")
# What a number's last digits bring about, so that nobody needs a script for it: 84999000118 has no Zalo.
_FATED = re.compile(r"84999000([1-9]\d\d)")


class _Sending(NamedTuple):
    """A well-formed request, and the template that it names."""

    to: str
    template: Template
    data: Mapping[str, str]
    tracking_id: str


class Messages:
    """The endpoint that takes messages in."""

    def __init__(
        self,
        *,
        tokens: Tokens,
        templates: Mapping[str, Template],
        ledger: Ledger,
        webhook: str,
        outbox: Outbox,
        faults: Faults,
        receipts: Receipts,
    ) -> None:
        self._tokens = tokens
        self._templates = templates
        self._ledger = ledger
        self._webhook = webhook
        self._outbox = outbox
        self._faults = faults
        self._receipts = receipts

    def routes(self) -> list[Route]:
        """Return the routes, with full paths."""
        return [Route("/zalo/message/template", self.send, methods=["POST"])]

    async def send(self, request: Request) -> Response:
        """Take one message in."""
        if not self._tokens.recognises(request.headers.get("access_token", "")):
            return errors.by_code(errors.INVALID_ACCESS_TOKEN)
        try:
            sending = self._read(await request.body())
        except RefusedError as error:
            return errors.by_code(error.code)
        fault = await self._faults.meet("zalo", to=(sending.to,))
        refusal = scripted(fault) or _fated(sending.to)
        if refusal is not None:
            return refusal
        message_id = secrets.token_hex(16)
        sent_at = self._ledger.add(message_id)
        self._keep(message_id, sending)
        message = Message(
            id=message_id, to=sending.to, tracking_id=sending.tracking_id, webhook=self._webhook
        )
        await self._receipts.follow("zalo", message)
        await self._faults.linger(fault)
        return errors.success({"msg_id": message_id, "sent_time": sent_at, "quota": self._ledger.quota()})

    def _read(self, raw: bytes) -> _Sending:
        try:
            body: Any = json.loads(raw)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise RefusedError(errors.NO_DATA)
        to, tracking_id = body.get("phone"), body.get("tracking_id") or ""
        if not isinstance(to, str) or not _PHONE.fullmatch(to):
            raise RefusedError(errors.INVALID_PHONE)
        template = self._templates.get(str(body.get("template_id")))
        if template is None:
            raise RefusedError(errors.INVALID_TEMPLATE)
        if not isinstance(tracking_id, str) or len(tracking_id) > LONGEST_TRACKING_ID:
            raise RefusedError(errors.INVALID_DATA)
        return _Sending(to, template, template.checked(body.get("template_data")), tracking_id)

    def _keep(self, message_id: str, sending: _Sending) -> None:
        kept = {
            "msg_id": message_id,
            "tracking_id": sending.tracking_id,
            "template_id": sending.template.id,
            "template_data": sending.data,
            "subject": sending.template.titled(sending.data),
            "text": sending.template.worded(sending.data),
        }
        self._outbox.add(
            channel="zalo",
            to=(sending.to,),
            source=message_id,
            raw=json.dumps(kept).encode(),
            identity=(sending.to, sending.tracking_id) if sending.tracking_id else None,
        )


def scripted(fault: Fault | None) -> Response | None:
    """Return the answer that a fault asks for, if it asks for one in place of ours."""
    if isinstance(fault, Status):
        return errors.by_status(fault.code, retry_after=fault.retry_after)
    return errors.by_code(int(fault.code)) if isinstance(fault, Refuse) else None


def _fated(to: str) -> Response | None:
    fate = _FATED.fullmatch(to)
    return errors.by_code(-int(fate[1])) if fate else None
